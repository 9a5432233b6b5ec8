// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Bounds what one ingest holds in memory and accepts as one record, and as text.

#include <cstdint>

#include "base/result/result.h"
#include "formats/archive/input_members.h"
#include "formats/cutting/text_encoding.h"

namespace healix::lakehouse::ingest {

/// Defaults are those of spec/settings.yaml, sections `ingest` and `archive`.
struct Limits {
  std::uint64_t record_bytes_max = std::uint64_t{64} << 20;  ///< larger ones are quarantined
  std::uint64_t batch_bytes_max = std::uint64_t{32} << 20;   ///< of content, in one commit
  std::uint32_t batch_records_max = 100'000;
  std::uint64_t inline_bytes_max = std::uint64_t{1} << 20;  ///< larger ones lie beside raw.fhir
  std::uint32_t depth_max = 200;                            ///< of JSON and XML nesting
  std::uint64_t kept_bytes_max = 65'536;                    ///< of a quarantined record
  formats::archive::ArchiveLimits archive;
  /// Of CSV rows that are not UTF-8, in files without byte order mark; kUtf8: they are quarantined.
  formats::TextEncoding csv_encoding = formats::TextEncoding::kUtf8;

  /// Errors kSettingInvalid with the name of the setting.
  Status Validate() const;
};

}  // namespace healix::lakehouse::ingest
