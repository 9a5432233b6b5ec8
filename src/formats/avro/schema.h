// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Models Avro schemas and keeps everything their JSON says.
/// Source   Apache Avro specification 1.12, "Schema Declaration".

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
  std::string json;                    ///< compact JSON text of the value
  std::optional<std::int64_t> number;  ///< the value when it is an integer
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

/// Holds a whole schema as a graph of nodes. A value whose copies share the graph.
/// Limits   kSchemaDepthMax levels, kSchemaNodesMax types.
/// Example  SchemaTest.KeepsAttributesThroughParseAndPrint
class Schema final {
 public:
  static constexpr int kSchemaDepthMax = 64;
  static constexpr std::size_t kSchemaNodesMax = 200'000;

  /// Reads the JSON form. Names are not checked against Avro's alphabet, since files of others
  /// break that rule; everything else is. Texts read lately are not read again, as the files of one
  /// table have the same few.
  /// Errors   kAvroInvalid, kLimitExceeded.
  static Result<Schema> Parse(std::string_view json);

  /// Prints the JSON form; Parse() of it gives an equal schema.
  const std::string& ToJson() const;

  NodeIndex root() const { return graph_->root; }
  const Node& node(NodeIndex index) const;
  /// Returns the one branch beside null of a `[null, T]` union, else the node itself.
  NodeIndex WithoutNull(NodeIndex index) const;

  bool operator==(const Schema& other) const {
    return graph_ == other.graph_ ||
           (graph_->root == other.graph_->root && graph_->nodes == other.graph_->nodes);
  }

 private:
  friend class SchemaParser;
  /// Never changes once it is parsed; its JSON is printed when it is first asked for.
  struct Graph {
    std::vector<Node> nodes;
    NodeIndex root = 0;
    mutable std::once_flag printed;
    mutable std::string json;
  };
  explicit Schema(std::shared_ptr<const Graph> graph) : graph_(std::move(graph)) {}

  std::shared_ptr<const Graph> graph_;
};

}  // namespace healix::formats::avro
