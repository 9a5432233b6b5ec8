// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>

#include "base/hash/sha256.h"
#include "lakehouse/ingest/deletions_internal.h"
#include "lakehouse/ingest/version_index_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using storage::records::Reader;

/// Names a deletion by the versions that it follows.
VersionKey KeyOfDeletion(const VersionKey& record, const std::vector<VersionKey>& deleted) {
  std::string text = "deletion\n";
  for (const VersionKey& version : deleted) text.append(version.text());
  const base::Sha256Digest hash = base::Sha256Of(text);
  VersionKey key = record;
  std::memcpy(key.bytes.data() + VersionKey::kRecordBytes, hash.bytes.data(),
              key.bytes.size() - VersionKey::kRecordBytes);
  return key;
}

}  // namespace

Deletions::Record Deletions::RecordOf(const VersionKey& key) {
  Record record;
  std::copy_n(key.bytes.begin(), record.size(), record.begin());
  return record;
}

Status Deletions::Prepare(const std::vector<VersionKey>& keys) {
  if (!has_stored_marks_) {
    HEALIX_TRY(has_stored_marks_, records_.Read(HasMarks));
  }
  if (!*has_stored_marks_ || keys.empty()) return {};
  HEALIX_TRY(prepared_, records_.Read([&](Reader& reader) { return FindMarked(reader, keys); }));
  return {};
}

bool Deletions::IsMarked(const VersionKey& version) const {
  return prepared_.Contains(version) || marks_.Contains(version) ||
         marks_in_flight_.Contains(version);
}

void Deletions::SeeAgain(const VersionKey& version) {
  if (IsMarked(version)) {
    read_again_.insert(RecordOf(version));
  } else {
    SeeNew(version);
  }
}

void Deletions::Mark(const VersionKey& version) {
  if (marks_.Insert(version)) new_marks_.push_back(version);
}

Result<std::optional<VersionKey>> Deletions::Decide(const VersionKey& record,
                                                    const Unstored& unstored) {
  if (read_again_.contains(RecordOf(record))) return std::optional<VersionKey>();
  HEALIX_TRY(StoredVersions stored,
             records_.Read([&](Reader& reader) { return FindVersions(reader, record); }));
  std::vector<VersionKey> live = std::move(stored.unmarked);
  for (const VersionKeySet* const set : {&unstored.batch, &unstored.in_flight}) {
    const std::vector<VersionKey> versions = set->VersionsOf(record);
    live.insert(live.end(), versions.begin(), versions.end());
  }
  const bool is_known = stored.is_known || !live.empty();
  std::erase_if(live, [&](const VersionKey& version) { return IsMarked(version); });
  if (is_known && live.empty()) return std::optional<VersionKey>();
  std::sort(live.begin(), live.end());
  live.erase(std::unique(live.begin(), live.end()), live.end());
  const VersionKey key = KeyOfDeletion(record, live);
  for (const VersionKey& version : live) Mark(version);
  Mark(key);
  return std::optional(key);
}

std::vector<VersionKey> Deletions::TakeMarks() {
  if (!new_marks_.empty()) has_stored_marks_ = true;
  marks_in_flight_ = std::exchange(marks_, {});
  return std::exchange(new_marks_, {});
}

}  // namespace healix::lakehouse::ingest
