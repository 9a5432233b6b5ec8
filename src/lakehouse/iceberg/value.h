// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Holds single values of primitive types: partition values, column bounds, defaults.
/// Source   Iceberg table specification, Appendix D "Single-value serialization".

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result/result.h"
#include "lakehouse/iceberg/schema.h"

namespace healix::lakehouse::iceberg {

__extension__ typedef __int128 Int128;

/// One value or NULL (`std::monostate`). The type stands beside it, in a Type:
/// int and date hold int32; long, time and all timestamps int64 (micro- or nanoseconds);
/// decimal the unscaled Int128; string, binary, fixed and uuid (16 bytes, big-endian) their bytes.
/// PHI      a value comes from a record: never put it into a message.
using Value = std::variant<std::monostate, bool, std::int32_t, std::int64_t, float, double, Int128,
                           std::string>;

inline bool IsNull(const Value& value) { return std::holds_alternative<std::monostate>(value); }
bool IsNan(const Value& value);

/// Tells whether `value` is NULL or of the alternative that `type` asks for.
bool Fits(const Type& type, const Value& value);

/// Orders two values of one type; NULL comes first, -0.0 before +0.0, NaN last; text by bytes.
std::strong_ordering Compare(const Value& left, const Value& right);

/// Returns the binary form. Errors kInvalidArgument when the value is NULL or not of the type,
/// kMetadataUnsupported for types that have no binary form.
Result<std::string> EncodeValue(const Type& type, const Value& value);

/// Reads the binary form. Bounds written before the column was widened (int to long, float to
/// double, date to timestamp) are read and widened.
/// Errors   kMetadataInvalid (wrong length), kMetadataUnsupported.
/// Example  ValueTest.ReadsBoundsOfAWidenedColumn
Result<Value> DecodeValue(const Type& type, std::string_view bytes);

/// Returns the JSON form of a primitive value as JSON text; `null` for NULL. Errors as EncodeValue.
Result<std::string> PrintJsonValue(const Type& type, const Value& value);
/// Reads the JSON form. Errors kMetadataInvalid, kMetadataUnsupported.
Result<Value> ParseJsonValue(const Type& type, std::string_view json);

/// Returns how people read the value in paths and summaries: `2024-02-29`, `3.14`, base64 for
/// bytes, `null` for NULL.
std::string HumanValue(const Type& type, const Value& value);

constexpr std::size_t kBoundLengthMax = 16;  ///< characters of a string, bytes of a binary

/// Shortens a lower bound of a string or binary; other types pass.
Value TruncateLowerBound(const Type& type, const Value& value);
/// Shortens an upper bound so that it still lies above; nothing when no such bound exists.
/// Example  ValueTest.RoundsUpperBoundsUp
std::optional<Value> TruncateUpperBound(const Type& type, const Value& value);

}  // namespace healix::lakehouse::iceberg
