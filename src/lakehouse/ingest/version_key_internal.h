// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Names one version of one record by a short hash, so that a duplicate is found by key.

#include <array>
#include <compare>
#include <cstring>
#include <string_view>

namespace healix::lakehouse::ingest {

/// 32 bytes: the first half names the record (source, type, id), the second its content.
/// So all versions of a record lie together in the index.
struct VersionKey {
  static constexpr std::size_t kRecordBytes = 16;
  std::array<char, 32> bytes{};

  std::string_view text() const { return {bytes.data(), bytes.size()}; }
  std::string_view record() const { return {bytes.data(), kRecordBytes}; }
  bool operator==(const VersionKey&) const = default;
  /// Orders bytes as the record store does: without a sign.
  std::strong_ordering operator<=>(const VersionKey& other) const {
    return text() <=> other.text();
  }
};

/// Says whose version it is.
struct VersionedContent {
  std::string_view source;
  std::string_view resource_type;
  std::string_view id;
  std::string_view content_hash;  ///< 32 raw bytes: SHA-256 of the canonical form
};

/// Returns sha256(source NUL type NUL id)[0..16) + content hash[0..16).
/// Example  VersionKeyTest.KeepsVersionsOfARecordTogether
VersionKey KeyOf(const VersionedContent& version);

}  // namespace healix::lakehouse::ingest
