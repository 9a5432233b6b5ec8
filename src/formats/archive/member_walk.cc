// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include "formats/archive/container_internal.h"
#include "formats/archive/input_members.h"
#include "formats/archive/member_names_internal.h"
#include "formats/archive/peel_internal.h"

namespace healix::formats::archive {
namespace {

/// Adds to errors where in the member they happened.
class PlacedStream final : public base::ByteStream {
 public:
  PlacedStream(std::unique_ptr<base::ByteStream> bytes, std::string place)
      : bytes_(std::move(bytes)), place_(std::move(place)) {}

  Result<std::size_t> Read(std::span<std::byte> buffer) override {
    auto got = bytes_->Read(buffer);
    if (!got) return got.error().At({place_, offset_, std::nullopt});
    offset_ += *got;
    return got;
  }

 private:
  std::unique_ptr<base::ByteStream> bytes_;
  std::string place_;
  std::uint64_t offset_ = 0;
};

/// Is an archive that is being walked, inside those before it.
struct Level {
  std::unique_ptr<Container> container;
  std::string name;  ///< of the archive itself; "" for the file
  std::string note;
  int depth = 0;
  std::uint64_t members = 0;

  std::string Inside(const std::string& member) const {
    return name.empty() ? member : name + "!" + member;
  }
};

class MemberWalk final : public InputMembers {
 public:
  MemberWalk(std::string path, const ArchiveLimits& limits)
      : path_(std::move(path)), limits_(limits) {}

  /// Looks at the file, so that what is wrong with it as a whole is an error of opening it.
  Status Open(base::FileSystem& files) {
    HEALIX_TRY(file_, OpenBytes(files, path_));
    const ByteRange all{file_, 0, file_->size()};
    MeteredStream stream{Stream(all), nullptr, all};
    Peeled peeled = Peel(std::move(stream), std::string(LastPart(path_)), 0, limits_);
    if (peeled.refusal) return peeled.refusal->At(PositionOf(""));
    if (peeled.kind == ContentKind::kPlain) {
      plain_file_ = std::move(peeled);
      return {};
    }
    const Status status = Enter(std::move(peeled), "");
    if (!status) return status.error().At(PositionOf(""));
    return {};
  }

  Result<std::optional<Member>> Next() override {
    current_.reset();
    if (failed_) return *failed_;
    if (plain_file_) {
      Peeled peeled = *std::exchange(plain_file_, std::nullopt);
      return std::optional<Member>(Content(std::move(peeled), ""));
    }
    auto member = Advance();
    if (!member) failed_ = member.error();
    return member;
  }

 private:
  std::string PlaceOf(const std::string& name) const {
    return name.empty() ? path_ : path_ + "!" + name;
  }
  Position PositionOf(const std::string& name) const {
    return {PlaceOf(name), std::nullopt, std::nullopt};
  }

  Result<std::optional<Member>> Advance() {
    while (!levels_.empty()) {
      auto entry = NextEntry(levels_.back());
      if (!entry && levels_.size() == 1) return entry.error().At(PositionOf(""));
      if (!entry) {
        Member archive = Named(levels_.back().name);
        Reject(archive, entry.error());
        levels_.pop_back();
        return std::optional<Member>(std::move(archive));
      }
      if (!*entry) {
        levels_.pop_back();
        continue;
      }
      std::optional<Member> member = Judge(**std::move(entry));
      if (member) return member;
    }
    return std::optional<Member>();
  }

  Result<std::optional<Entry>> NextEntry(Level& level) const {
    HEALIX_TRY(auto entry, level.container->Next());
    if (entry && ++level.members > limits_.members_max) {
      return MakeError(ErrorCode::kLimitExceeded, "the archive has more than {} members",
                       limits_.members_max);
    }
    return entry;
  }

  /// Makes a member of an entry; nothing when the entry is an archive, which is then entered.
  std::optional<Member> Judge(Entry entry) {
    const Level& level = levels_.back();
    const bool is_long = entry.name.size() > limits_.name_bytes_max;
    const std::string name = PrintableName(entry.name.substr(0, limits_.name_bytes_max));
    Member member = Named(level.Inside(name));
    const std::string_view unsafe = WhyUnsafe(entry.name);
    if (is_long) {
      Reject(member, MakeError(ErrorCode::kLimitExceeded, "the name has more than {} bytes",
                               limits_.name_bytes_max));
    } else if (!unsafe.empty()) {
      Reject(member, MakeError(ErrorCode::kArchivePathUnsafe, "{}", SafeReason(unsafe)));
    } else if (entry.type == EntryType::kLinkOrDevice) {
      Reject(member, MakeError(ErrorCode::kArchivePathUnsafe, "the member is a link or a device"));
    } else if (entry.refusal) {
      Reject(member, *entry.refusal);
    } else if (entry.type == EntryType::kFolder) {
      Ignore(member, "archive.folder");
    } else if (IsSideFile(entry.name)) {
      Ignore(member, "archive.side_file");
    } else {
      return Descend(std::move(entry), std::string(LastPart(name)), std::move(member));
    }
    PassOver(member, *entry.content.bytes);
    return member;
  }

  std::optional<Member> Descend(Entry entry, std::string file_name, Member member) {
    const int depth = levels_.back().depth;
    Peeled peeled = Peel(std::move(entry.content), std::move(file_name), depth, limits_);
    if (peeled.refusal) {
      Reject(member, *peeled.refusal);
      PassOver(member, *peeled.bytes);
      return member;
    }
    if (peeled.kind == ContentKind::kPlain) return Content(std::move(peeled), member.name);
    const Status status = Enter(std::move(peeled), member.name);
    if (status) return std::nullopt;
    Reject(member, status.error());
    return member;
  }

  /// Goes into an archive.
  Status Enter(Peeled peeled, const std::string& name) {
    Level level;
    level.name = name;
    level.note = peeled.note;
    level.depth = peeled.depth;
    if (peeled.kind == ContentKind::kTar) {
      level.container =
          ReadTar({std::move(peeled.bytes), std::move(peeled.meter), std::move(peeled.range)});
    } else {
      const bool is_the_file = levels_.empty() && peeled.depth == 1;
      std::shared_ptr<RandomBytes> bytes = file_;
      if (!is_the_file) {
        HEALIX_TRY(bytes, Hold(*peeled.bytes));
      }
      HEALIX_TRY(level.container, ReadZip(std::move(bytes), std::move(peeled.meter), limits_));
    }
    levels_.push_back(std::move(level));
    return {};
  }

  /// Reads a zip file that lies inside something else into memory.
  Result<std::shared_ptr<RandomBytes>> Hold(base::ByteStream& stream) const {
    constexpr std::size_t kGrowBytes = std::size_t{64} << 10;
    std::vector<std::byte> bytes;
    while (true) {
      const std::size_t size = bytes.size();
      bytes.resize(size + kGrowBytes);
      HEALIX_TRY(const std::size_t got, ReadFully(stream, std::span(bytes).subspan(size)));
      bytes.resize(size + got);
      if (got < kGrowBytes) return HoldBytes(std::move(bytes));
      if (bytes.size() > limits_.nested_zip_bytes_max) {
        return MakeError(ErrorCode::kLimitExceeded,
                         "a zip file inside an archive may have {} bytes, this one has more",
                         limits_.nested_zip_bytes_max);
      }
    }
  }

  Member Named(std::string name) const {
    Member member;
    member.place = PlaceOf(name);
    member.name = std::move(name);
    member.content_name = PromiseOfName(LastPart(member.name)).inner_name;
    return member;
  }

  Member Content(Peeled peeled, const std::string& name) {
    Member member = Named(name);
    member.content_name = std::move(peeled.name);
    member.note = std::move(peeled.note);
    if (member.note.empty() && !levels_.empty()) member.note = levels_.back().note;
    current_ = std::make_unique<PlacedStream>(std::move(peeled.bytes), member.place);
    member.stream = current_.get();
    return member;
  }

  static void Reject(Member& member, const Error& error) {
    member.member_class = MemberClass::kRejected;
    member.error = error.At({member.place, std::nullopt, std::nullopt});
  }

  static void Ignore(Member& member, const char* rule) {
    member.member_class = MemberClass::kIgnored;
    member.rule = rule;
  }

  static void PassOver(Member& member, base::ByteStream& bytes) {
    Drained drained = Drain(bytes);
    member.size_bytes = drained.size_bytes;
    member.hash = drained.hash;
    if (drained.error && !member.error) Reject(member, *drained.error);
  }

  const std::string path_;
  const ArchiveLimits limits_;
  std::shared_ptr<RandomBytes> file_;
  std::optional<Peeled> plain_file_;
  std::vector<Level> levels_;
  std::unique_ptr<base::ByteStream> current_;  ///< reads from the last level: goes first
  std::optional<Error> failed_;
};

}  // namespace

Status ArchiveLimits::Validate() const {
  const bool valid = ratio_max > 0 && depth_max > 0 && members_max > 0 && ratio_free_bytes > 0 &&
                     name_bytes_max > 0 && nested_zip_bytes_max > 0;
  if (valid) return {};
  return MakeError(ErrorCode::kInvalidArgument, "every archive limit must be above 0");
}

Result<std::unique_ptr<InputMembers>> OpenInput(base::FileSystem& files, const std::string& path,
                                                const ArchiveLimits& limits) {
  HEALIX_RETURN_IF_ERROR(limits.Validate());
  auto walk = std::make_unique<MemberWalk>(path, limits);
  HEALIX_RETURN_IF_ERROR(walk->Open(files));
  return std::unique_ptr<InputMembers>(std::move(walk));
}

}  // namespace healix::formats::archive
