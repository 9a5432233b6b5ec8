// SPDX-License-Identifier: Apache-2.0
#include "base/hash/sha256.h"
#include "base/result/check.h"
#include "lakehouse/ingest/version_key_internal.h"

namespace healix::lakehouse::ingest {

VersionKey KeyOf(const VersionedContent& version) {
  HEALIX_CHECK(version.content_hash.size() == 32, "a content hash is SHA-256");
  std::string record;
  record.reserve(version.source.size() + version.resource_type.size() + version.id.size() + 2);
  record.append(version.source).push_back('\0');
  record.append(version.resource_type).push_back('\0');
  record.append(version.id);
  const base::Sha256Digest hash = base::Sha256Of(record);
  VersionKey key;
  std::memcpy(key.bytes.data(), hash.bytes.data(), VersionKey::kRecordBytes);
  std::memcpy(key.bytes.data() + VersionKey::kRecordBytes, version.content_hash.data(),
              VersionKey::kRecordBytes);
  return key;
}

}  // namespace healix::lakehouse::ingest
