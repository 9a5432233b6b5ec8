// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds out from a stored row's bytes what its other columns must say.

#include <string>
#include <string_view>

#include "base/hash/sha256.h"
#include "base/result/result.h"
#include "formats/json/json_parser.h"
#include "formats/xml/xml_parser.h"

namespace healix::lakehouse::ingest {

/// What the bytes of a resource say.
struct RowContent {
  base::Sha256Digest hash;   ///< of the canonical form, as in its VersionKey
  std::string version_id;    ///< "" when absent
  std::string last_updated;  ///< microseconds since 1970; "" when absent
};

/// Reads one row after the other with the same buffers.
/// Threads  one at a time.
/// Example  ReceiptVerifyTest.AcceptsAllThatWasTakenIn
class RowContentReader final {
 public:
  RowContentReader();

  /// `format` is that of the row: `json`, `xml`, `parquet`. Errors: those of the parsers.
  Result<RowContent> Read(std::string_view format, std::string_view resource);

 private:
  formats::json::JsonParser json_;
  formats::xml::XmlParser xml_;
};

}  // namespace healix::lakehouse::ingest
