// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "formats/archive/byte_sources_internal.h"

namespace healix::formats::archive {
namespace {

constexpr std::size_t kDrainBytes = std::size_t{64} << 10;

class FileBytes final : public RandomBytes {
 public:
  FileBytes(std::unique_ptr<base::File> file, std::uint64_t size, std::string path)
      : file_(std::move(file)), size_(size), path_(std::move(path)) {}

  std::uint64_t size() const override { return size_; }

  Status ReadExactly(std::uint64_t offset, std::span<std::byte> buffer) override {
    HEALIX_TRY(const std::size_t got, file_->ReadAt(offset, buffer));
    if (got == buffer.size()) return {};
    return MakeError(ErrorCode::kInputVanished, "{} became shorter while it was read",
                     SafePath(path_));
  }

 private:
  std::unique_ptr<base::File> file_;
  std::uint64_t size_;
  std::string path_;
};

class HeldBytes final : public RandomBytes {
 public:
  explicit HeldBytes(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}

  std::uint64_t size() const override { return bytes_.size(); }

  Status ReadExactly(std::uint64_t offset, std::span<std::byte> buffer) override {
    HEALIX_CHECK(offset <= bytes_.size() && buffer.size() <= bytes_.size() - offset,
                 "callers stay within size()");
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), buffer.size(),
                buffer.begin());
    return {};
  }

 private:
  std::vector<std::byte> bytes_;
};

class RangeStream final : public base::ByteStream {
 public:
  explicit RangeStream(ByteRange range) : left_(std::move(range)) {}

  Result<std::size_t> Read(std::span<std::byte> buffer) override {
    const std::size_t size = std::min<std::uint64_t>(buffer.size(), left_.size_bytes);
    if (size == 0) return std::size_t{0};
    HEALIX_RETURN_IF_ERROR(left_.bytes->ReadExactly(left_.offset, buffer.first(size)));
    left_.offset += size;
    left_.size_bytes -= size;
    return size;
  }

 private:
  ByteRange left_;
};

}  // namespace

Result<std::shared_ptr<RandomBytes>> OpenBytes(base::FileSystem& files, const std::string& path) {
  HEALIX_TRY(std::unique_ptr<base::File> file, files.Open(path, base::OpenMode::kRead));
  HEALIX_TRY(const std::uint64_t size, file->Size());
  return std::shared_ptr<RandomBytes>(std::make_shared<FileBytes>(std::move(file), size, path));
}

std::shared_ptr<RandomBytes> HoldBytes(std::vector<std::byte> bytes) {
  return std::make_shared<HeldBytes>(std::move(bytes));
}

std::unique_ptr<base::ByteStream> Stream(ByteRange range) {
  return std::make_unique<RangeStream>(std::move(range));
}

std::span<const std::byte> PeekStream::Peek() {
  front_.resize(kPeekBytesMax);
  std::size_t size = 0;
  while (size < kPeekBytesMax) {
    const auto got = inner_->Read(std::span(front_).subspan(size));
    if (!got) error_ = got.error();
    if (!got || *got == 0) break;
    size += *got;
  }
  front_.resize(size);
  return front_;
}

Result<std::size_t> PeekStream::Read(std::span<std::byte> buffer) {
  if (front_read_ == front_.size()) {
    if (error_) return *error_;
    return inner_->Read(buffer);
  }
  const std::size_t size = std::min(buffer.size(), front_.size() - front_read_);
  std::copy_n(front_.begin() + static_cast<std::ptrdiff_t>(front_read_), size, buffer.begin());
  front_read_ += size;
  return size;
}

Result<std::size_t> ReadFully(base::ByteStream& stream, std::span<std::byte> buffer) {
  std::size_t done = 0;
  while (done < buffer.size()) {
    HEALIX_TRY(const std::size_t got, stream.Read(buffer.subspan(done)));
    if (got == 0) break;
    done += got;
  }
  return done;
}

std::optional<Error> ReadOver(base::ByteStream& stream) {
  std::vector<std::byte> buffer(kDrainBytes);
  while (true) {
    const auto got = stream.Read(buffer);
    if (!got) return got.error();
    if (*got == 0) return std::nullopt;
  }
}

Drained Drain(base::ByteStream& stream) {
  Drained drained;
  base::Sha256 hash;
  std::vector<std::byte> buffer(kDrainBytes);
  while (true) {
    const auto got = stream.Read(buffer);
    if (!got) drained.error = got.error();
    if (!got || *got == 0) break;
    hash.Update(std::span(buffer).first(*got));
    drained.size_bytes += *got;
  }
  drained.hash = hash.Finish();
  return drained;
}

}  // namespace healix::formats::archive
