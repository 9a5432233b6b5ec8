// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Parses one JSON text strictly and writes its canonical form in the same pass.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result/result.h"
#include "formats/json/json_view.h"

namespace healix::formats::json {

/// What to do with a name that stands twice in one object, which RFC 8259 leaves open.
enum class DuplicateNames : std::uint8_t {
  kRefuse,  ///< kJsonDuplicateKey: readers differ in which of the two they take
  kKeep,    ///< both stay, in their order; for tests of the grammar
};

/// Says what to refuse beyond RFC 8259.
struct JsonParserOptions {
  std::uint32_t depth_max = 256;  ///< nested objects and arrays; deeper is kNestingTooDeep
  DuplicateNames duplicate_names = DuplicateNames::kRefuse;
};

/// A member of the outermost object, in canonical text and in the source.
struct JsonField {
  JsonView value;
  std::uint32_t source_offset = 0;  ///< first byte of the value in the parsed bytes
  std::uint32_t source_length = 0;
};

/// Parses texts one after the other with the same buffers.
///
/// Strict: RFC 8259, valid UTF-8, no byte order mark, no lone surrogate escapes (they have no
/// UTF-8), no name twice in one object (unless asked for), nothing behind the value.
/// Canonical form: no blanks; members sorted by the bytes of their canonical names; strings as
/// UTF-8 with escapes only where JSON needs them (`\"`, `\\`, `\b \f \n \r \t`, else `\u00xx`);
/// numbers exactly as written, because FHIR decimals carry their precision (R4, datatypes,
/// decimal). So equal canonical bytes mean equal content, and `1.0` is not `1.00`.
/// Owns     its buffers: at most the size of the largest text, twice.
/// Threads  one at a time.
/// Example  JsonParserTest.WritesTheCanonicalForm
class JsonParser final {
 public:
  explicit JsonParser(JsonParserOptions options);
  ~JsonParser();
  JsonParser(const JsonParser&) = delete;
  JsonParser& operator=(const JsonParser&) = delete;

  /// Parses `bytes` (less than 4 GiB) and returns the canonical form, valid until the next call.
  /// Errors   with the exact byte offset inside `bytes`: kJsonInvalid, kJsonDuplicateKey,
  ///          kUtf8Invalid, kNestingTooDeep, kInputTruncated (the text ends inside a value).
  Result<JsonView> Parse(std::string_view bytes);

  /// Finds a member of the outermost object of the last good Parse().
  std::optional<JsonField> Field(std::string_view name) const;
  /// Finds a member of an object that is itself a member of the outermost one.
  std::optional<JsonView> Field(std::string_view parent, std::string_view name) const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace healix::formats::json
