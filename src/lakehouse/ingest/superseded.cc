// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "lakehouse/ingest/quarantine_store_internal.h"
#include "lakehouse/ingest/source_reader_internal.h"
#include "lakehouse/ingest/superseded_internal.h"

namespace healix::lakehouse::ingest {
namespace {

bool WasUnopened(const QuarantineEntry& entry) { return entry.file_sha256.empty(); }

}  // namespace

Result<Superseded> Superseded::Load(const Parts& parts, std::uint64_t piece_bytes_max) {
  Superseded superseded(parts, piece_bytes_max);
  HEALIX_TRY(const auto entries, parts.records.Read([&](storage::records::Reader& reader) {
    return FindAnswerable(reader, kEntriesMax);
  }));
  for (const QuarantineEntry& entry : entries) {
    superseded.entries_.emplace(Place{entry.source, entry.file}, entry);
  }
  return superseded;
}

bool Superseded::HasPiece(const LedgerEntry& read, const QuarantineEntry& piece) const {
  if (piece.extent != QuarantineExtent::kRecord || WasUnopened(piece)) return false;
  const FileAccount& account = read.account;
  const bool is_other = account.sha256 != piece.file_sha256;
  const bool is_behind = account.bytes.total() > piece.offset + piece.length;
  if (!is_other || !is_behind || piece.length > piece_bytes_max_) return false;
  bool is_same = false;
  const auto compare = [&](const SourceRange&, std::string bytes) -> Status {
    is_same = TextWithHash(std::move(bytes), piece.sha256).has_value();
    return {};
  };
  return ReadRanges(parts_->files, {{piece.file, piece.offset, piece.length}}, compare) && is_same;
}

template <typename Answers>
std::vector<QuarantineEntry> Superseded::Take(const Place& place, Answers answers) {
  std::vector<QuarantineEntry> answered;
  auto [at, end] = entries_.equal_range(place);
  while (at != end) {
    const bool is_answered = answers(at->second);
    if (is_answered) answered.push_back(at->second);
    at = is_answered ? entries_.erase(at) : std::next(at);
  }
  return answered;
}

std::vector<QuarantineEntry> Superseded::AnsweredBy(const LedgerEntry& read) {
  if (entries_.empty() || !read.account.error.empty()) return {};
  const Place place{read.account.source, read.account.file};
  std::set<std::string> torn;  // hashes of files whose end this one has
  auto answered = Take(place, [&](const QuarantineEntry& entry) {
    const bool has_piece = HasPiece(read, entry);
    if (has_piece) torn.insert(entry.file_sha256);
    return has_piece || WasUnopened(entry);
  });
  for (QuarantineEntry& rest : Take(place, [&](const QuarantineEntry& entry) {
         return entry.extent == QuarantineExtent::kRest && torn.contains(entry.file_sha256);
       })) {
    answered.push_back(std::move(rest));
  }
  return answered;
}

std::vector<QuarantineEntry> Superseded::AnsweredBy(const std::vector<InputFile>& found) {
  std::set<Place> folders;
  for (const auto& [place, entry] : entries_) {
    const std::string below = entry.file + "/";
    const auto first = std::lower_bound(
        found.begin(), found.end(), below,
        [](const InputFile& file, const std::string& path) { return file.path < path; });
    const bool is_listed = first != found.end() && first->path.starts_with(below);
    if (is_listed && WasUnopened(entry)) folders.insert(place);
  }
  std::vector<QuarantineEntry> answered;
  for (const Place& place : folders) {
    for (QuarantineEntry& entry : Take(place, WasUnopened)) answered.push_back(std::move(entry));
  }
  return answered;
}

}  // namespace healix::lakehouse::ingest
