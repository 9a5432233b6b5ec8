// SPDX-License-Identifier: Apache-2.0
// Source: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar manual,
// "Basic Tar Format".
#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "formats/archive/container_internal.h"
#include "formats/archive/content_kind_internal.h"

namespace healix::formats::archive {
namespace {

constexpr std::size_t kBlockBytes = 512;
constexpr std::uint64_t kPaxBytesMax = std::uint64_t{1} << 20;

using Block = std::array<std::byte, kBlockBytes>;

std::string_view Field(const Block& block, std::size_t at, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(block.data()) + at, size);
  return text.substr(0, text.find('\0'));
}

/// Reads an octal number, or a base-256 one when its first bit is set (GNU, star).
std::optional<std::uint64_t> Number(const Block& block, std::size_t at, std::size_t size) {
  const auto first = std::to_integer<unsigned char>(block[at]);
  std::uint64_t value = 0;
  if ((first & 0x80) != 0) {
    if (first != 0x80) return std::nullopt;  // negative, or beyond 64 bits
    for (std::size_t i = 1; i < size; ++i) {
      if (value >> 56 != 0) return std::nullopt;
      value = value << 8 | std::to_integer<std::uint64_t>(block[at + i]);
    }
    return value;
  }
  std::string_view text = Field(block, at, size);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.empty()) return 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// What extended headers say about the entry behind them.
struct Overrides {
  std::optional<std::string> name;
  std::optional<std::uint64_t> size_bytes;
  bool sparse = false;
};

/// Reads records `LENGTH KEY=VALUE\n`. Returns false when they are not.
bool ReadPaxRecords(std::string_view text, Overrides& overrides) {
  while (!text.empty()) {
    std::size_t length = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), length);
    const auto digits = static_cast<std::size_t>(end - text.data());
    if (code != std::errc() || length > text.size() || length < digits + 3) return false;
    if (text[digits] != ' ' || text[length - 1] != '\n') return false;
    const std::string_view record = text.substr(digits + 1, length - digits - 2);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view key = record.substr(0, equals);
    const std::string_view value = record.substr(equals + 1);
    if (key == "path") overrides.name = std::string(value);
    if (key.starts_with("GNU.sparse.")) overrides.sparse = true;
    if (key == "size") {
      std::uint64_t size = 0;
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), size);
      if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size()) return false;
      overrides.size_bytes = size;
    }
    text.remove_prefix(length);
  }
  return true;
}

std::string NameOf(const Block& block) {
  const std::string name(Field(block, 0, 100));
  const std::string_view magic(reinterpret_cast<const char*>(block.data()) + 257, 6);
  const std::string_view prefix = Field(block, 345, 155);
  const bool is_ustar = magic == std::string_view("ustar\0", 6);
  return is_ustar && !prefix.empty() ? std::string(prefix) + "/" + name : name;
}

class TarContainer final : public Container {
 public:
  explicit TarContainer(MeteredStream bytes) : bytes_(std::move(bytes)) {}

  Result<std::optional<Entry>> Next() override {
    HEALIX_RETURN_IF_ERROR(Skip());
    Overrides overrides;
    while (true) {
      HEALIX_TRY(const std::size_t got, ReadHeader());
      if (got == 0) return std::optional<Entry>();
      if (is_behind_end_) return std::optional<Entry>(RestOfFile(got));
      const Block* const block = &block_;
      const auto size = Number(*block, 124, 12);
      if (!size) return Damaged("has a size that is no number");
      const char type = static_cast<char>((*block)[156]);
      if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
        HEALIX_RETURN_IF_ERROR(ReadExtension(type, *size, overrides));
        continue;
      }
      return std::optional<Entry>(MakeEntry(*block, *size, std::move(overrides)));
    }
  }

  /// Reads content of the current entry, for its stream.
  Result<std::size_t> ReadContent(std::span<std::byte> buffer) {
    const std::size_t size = std::min<std::uint64_t>(buffer.size(), left_);
    if (size == 0) return std::size_t{0};
    HEALIX_TRY(const std::size_t got, bytes_.bytes->Read(buffer.first(size)));
    if (got == 0) return Damaged("is cut off inside a member");
    left_ -= got;
    position_ += got;
    return got;
  }

 private:
  class ContentStream final : public base::ByteStream {
   public:
    explicit ContentStream(TarContainer& tar) : tar_(tar) {}
    Result<std::size_t> Read(std::span<std::byte> buffer) override {
      return tar_.ReadContent(buffer);
    }

   private:
    TarContainer& tar_;
  };

  /// Gives bytes that were read already, then all that is left.
  class RestStream final : public base::ByteStream {
   public:
    RestStream(std::span<const std::byte> front, base::ByteStream& rest)
        : front_(front), rest_(rest) {}
    Result<std::size_t> Read(std::span<std::byte> buffer) override {
      if (front_.empty()) return rest_.Read(buffer);
      const std::size_t size = std::min(buffer.size(), front_.size());
      std::copy_n(front_.begin(), size, buffer.begin());
      front_ = front_.subspan(size);
      return size;
    }

   private:
    std::span<const std::byte> front_;
    base::ByteStream& rest_;
  };

  template <std::size_t N>
  Error Damaged(const char (&what)[N], std::uint64_t bytes_back = 0) const {
    return MakeError(ErrorCode::kArchiveInvalid, "the tar archive {}, at its byte {}", what,
                     position_ - bytes_back);
  }

  void Begin(std::uint64_t size) {
    left_ = size;
    padding_ = (kBlockBytes - size % kBlockBytes) % kBlockBytes;
  }

  /// Passes over what is left of the current entry.
  Status Skip() {
    std::array<std::byte, 8192> buffer;
    while (left_ > 0) HEALIX_RETURN_IF_ERROR(ReadContent(buffer));
    left_ = std::exchange(padding_, 0);
    while (left_ > 0) HEALIX_RETURN_IF_ERROR(ReadContent(buffer));
    return {};
  }

  /// Reads the next header block and returns its size, 0 at the end. Zero blocks are the end mark,
  /// but another archive may follow it (`cat a.tar b.tar`): its entries go on. What is no header,
  /// there or instead of one, leaves `is_behind_end_` set.
  Result<std::size_t> ReadHeader() {
    const auto is_zero = [](std::byte byte) { return byte == std::byte{0}; };
    while (true) {
      HEALIX_TRY(const std::size_t got, ReadFully(*bytes_.bytes, block_));
      if (got == 0 && is_behind_end_) return got;
      if (got == 0) return Damaged("ends without its end mark");
      position_ += got;
      const auto read = std::span(block_).first(got);
      const bool is_mark = std::all_of(read.begin(), read.end(), is_zero);
      if (is_mark && (is_behind_end_ || got == kBlockBytes)) {
        is_behind_end_ = true;
        continue;
      }
      const bool is_header = got == kBlockBytes && HasTarChecksum(block_);
      if (!is_header && !is_behind_end_) {
        header_fault_ = got < kBlockBytes ? Damaged("is cut off inside a header", got)
                                          : Damaged("has a header with a wrong checksum", got);
      }
      is_behind_end_ = !is_header;
      return got;
    }
  }

  /// Makes an entry of all that is left when it is no archive; `got` bytes of it are read.
  Entry RestOfFile(std::size_t got) {
    Entry entry;
    entry.name = header_fault_ ? "<behind the damage>" : "<behind the end>";
    entry.refusal = header_fault_ ? *header_fault_ : Damaged("goes on behind its end mark", got);
    entry.content = {std::make_unique<RestStream>(std::span(block_).first(got), *bytes_.bytes),
                     bytes_.meter};
    return entry;
  }

  Status ReadExtension(char type, std::uint64_t size, Overrides& overrides) {
    if (size > kPaxBytesMax) {
      return MakeError(ErrorCode::kLimitExceeded,
                       "an extended tar header has {} bytes, at most {} are read", size,
                       kPaxBytesMax);
    }
    Begin(size);
    std::string text(size, '\0');
    ContentStream content(*this);
    HEALIX_RETURN_IF_ERROR(ReadFully(content, std::as_writable_bytes(std::span(text))));
    HEALIX_RETURN_IF_ERROR(Skip());
    if (type == 'L') overrides.name = text.substr(0, text.find('\0'));
    if (type == 'x' && !ReadPaxRecords(text, overrides)) {
      return Damaged("has an extended header that can't be read");
    }
    return {};
  }

  /// Where the content of the current entry lies, if the archive can be read twice and has it.
  std::optional<ByteRange> ContentRange() const {
    if (!bytes_.range || bytes_.range->size_bytes < position_ ||
        bytes_.range->size_bytes - position_ < left_) {
      return std::nullopt;
    }
    return ByteRange{bytes_.range->bytes, bytes_.range->offset + position_, left_};
  }

  Entry MakeEntry(const Block& block, std::uint64_t header_size, Overrides overrides) {
    Entry entry;
    entry.name = overrides.name ? *std::move(overrides.name) : NameOf(block);
    const char type = static_cast<char>(block[156]);
    const bool is_link = type >= '1' && type <= '6' && type != '5';
    const bool is_file = type == '0' || type == '\0' || type == '7';
    entry.type = type == '5' ? EntryType::kFolder
                 : is_link   ? EntryType::kLinkOrDevice
                             : EntryType::kFile;
    // Before ustar a folder was a file whose name ends with a slash.
    if (is_file && entry.name.ends_with('/')) entry.type = EntryType::kFolder;
    if (entry.type == EntryType::kFile && (!is_file || overrides.sparse)) {
      entry.refusal =
          MakeError(ErrorCode::kUnsupported, "a tar member of type {} can't be read (sparse: {})",
                    static_cast<int>(type), overrides.sparse);
    }
    const bool has_content = entry.type == EntryType::kFile;
    Begin(has_content ? overrides.size_bytes.value_or(header_size) : 0);
    entry.content = {std::make_unique<ContentStream>(*this), bytes_.meter, ContentRange()};
    return entry;
  }

  MeteredStream bytes_;
  std::uint64_t left_ = 0;
  std::uint64_t padding_ = 0;
  std::uint64_t position_ = 0;
  Block block_{};               ///< the header read last
  bool is_behind_end_ = false;  ///< an end mark or a damaged header was read and no header since
  std::optional<Error> header_fault_;
};

class NoBytes final : public base::ByteStream {
 public:
  Result<std::size_t> Read(std::span<std::byte>) override { return std::size_t{0}; }
};

}  // namespace

std::unique_ptr<Container> ReadTar(MeteredStream bytes) {
  return std::make_unique<TarContainer>(std::move(bytes));
}

std::unique_ptr<base::ByteStream> EmptyStream() { return std::make_unique<NoBytes>(); }

}  // namespace healix::formats::archive
