// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Models Avro schemas and keeps everything their JSON says.
/// Source   Apache Avro specification 1.12, "Schema Declaration".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"

namespace healix::formats::avro {

enum class Kind : std::uint8_t {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kRecord,
  kEnum,
  kArray,
  kMap,
  kUnion,
  kFixed,
};

/// Returns the name the specification uses: `long`, `record`.
std::string_view KindName(Kind kind);

/// A JSON member that Avro itself gives no meaning: `logicalType`, `field-id`, `adjust-to-utc`.
struct Attribute {
  std::string name;
  std::string json;  ///< compact JSON text of the value
  bool operator==(const Attribute&) const = default;
};

/// Names a node of a Schema. Types that use themselves have an edge back to their own index.
using NodeIndex = std::uint32_t;

struct Field {
  std::string name;
  std::string doc;
  NodeIndex type = 0;
  std::optional<std::string> default_json;
  std::vector<std::string> aliases;
  std::vector<Attribute> attributes;

  /// Returns an integer attribute such as `field-id`.
  std::optional<std::int64_t> NumberAttribute(std::string_view name) const;
  bool operator==(const Field&) const = default;
};

/// One type. Which members mean something depends on `kind`.
struct Node {
  Kind kind = Kind::kNull;
  std::string name;                  ///< record, enum, fixed: full name with namespace
  std::string doc;                   ///< record, enum
  std::vector<std::string> aliases;  ///< full names
  std::vector<Field> fields;         ///< record
  std::vector<std::string> symbols;  ///< enum
  std::optional<std::string> default_symbol;
  std::vector<NodeIndex> children;  ///< union: branches; array: items; map: values
  std::size_t size_bytes = 0;       ///< fixed
  std::vector<Attribute> attributes;

  std::optional<std::int64_t> NumberAttribute(std::string_view name) const;
  /// Returns a text attribute such as `logicalType`; "" when absent.
  std::string TextAttribute(std::string_view name) const;
  bool operator==(const Node&) const = default;
};

/// Holds a whole schema as a graph of nodes. A value.
/// Limits   kSchemaDepthMax levels, kSchemaNodesMax types.
/// Example  SchemaTest.KeepsAttributesThroughParseAndPrint
class Schema final {
 public:
  static constexpr int kSchemaDepthMax = 64;
  static constexpr std::size_t kSchemaNodesMax = 200'000;

  /// Reads the JSON form. Names are not checked against Avro's alphabet, since files of others
  /// break that rule; everything else is.
  /// Errors   kAvroInvalid, kLimitExceeded.
  static Result<Schema> Parse(std::string_view json);

  /// Prints the JSON form; Parse() of it gives an equal schema.
  std::string ToJson() const;

  NodeIndex root() const { return root_; }
  const Node& node(NodeIndex index) const;
  /// Returns the one branch beside null of a `[null, T]` union, else the node itself.
  NodeIndex WithoutNull(NodeIndex index) const;

  bool operator==(const Schema&) const = default;

 private:
  friend class SchemaParser;
  Schema() = default;
  std::vector<Node> nodes_;
  NodeIndex root_ = 0;
};

}  // namespace healix::formats::avro
