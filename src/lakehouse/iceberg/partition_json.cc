// SPDX-License-Identifier: Apache-2.0
// Partition specs and sort orders in JSON.
#include <set>

#include "lakehouse/iceberg/metadata_json_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr std::int32_t kFirstPartitionId = 1000;

Error Invalid(const char* reason) {
  return MakeError(ErrorCode::kMetadataInvalid, "{}", SafeReason(reason));
}

/// Returns the source column. v3 transforms of several columns are not known to us: they read as
/// unknown transforms of their first column.
Result<std::int32_t> SourceFromJson(const Json& json, Transform& transform) {
  HEALIX_TRY(const std::optional<std::int32_t> single,
             OptionalMember<std::int32_t>(json, "source-id"));
  HEALIX_TRY(const std::vector<std::int32_t> several, ListOf<std::int32_t>(json, "source-ids"));
  if (several.size() > 1) {
    transform = Transform{TransformKind::kUnknown, 0, TransformName(transform)};
  }
  if (single) return *single;
  if (several.empty()) return MissingMember("source-id");
  return several[0];
}

Result<PartitionField> PartitionFieldFromJson(const Json& json, std::int32_t fallback_id) {
  PartitionField field;
  HEALIX_TRY(const std::string transform, RequiredMember<std::string>(json, "transform"));
  HEALIX_TRY(field.transform, ParseTransform(transform));
  HEALIX_TRY(field.source_id, SourceFromJson(json, field.transform));
  HEALIX_TRY(const std::optional<std::int32_t> id, OptionalMember<std::int32_t>(json, "field-id"));
  field.field_id = id.value_or(fallback_id);
  HEALIX_TRY(field.name, RequiredMember<std::string>(json, "name"));
  return field;
}

Result<SortField> SortFieldFromJson(const Json& json) {
  SortField field;
  HEALIX_TRY(const std::string transform, RequiredMember<std::string>(json, "transform"));
  HEALIX_TRY(field.transform, ParseTransform(transform));
  HEALIX_TRY(field.source_id, SourceFromJson(json, field.transform));
  HEALIX_TRY(const std::string direction, RequiredMember<std::string>(json, "direction"));
  if (direction != "asc" && direction != "desc") return Invalid("a sort direction is not known");
  field.direction = direction == "asc" ? SortDirection::kAscending : SortDirection::kDescending;
  HEALIX_TRY(const std::string nulls, RequiredMember<std::string>(json, "null-order"));
  if (nulls != "nulls-first" && nulls != "nulls-last") return Invalid("a null order is not known");
  field.null_order = nulls == "nulls-first" ? NullOrder::kNullsFirst : NullOrder::kNullsLast;
  return field;
}

}  // namespace

Result<std::vector<PartitionField>> PartitionFieldsFromJson(const Json& list) {
  if (!list.is_array()) return Invalid("partition fields are not a list");
  std::vector<PartitionField> fields;
  std::set<std::int32_t> ids;
  for (const Json& item : list) {
    // v1 files may lack the ids, which then count from 1000.
    const auto fallback = kFirstPartitionId + static_cast<std::int32_t>(fields.size());
    HEALIX_TRY(PartitionField field, PartitionFieldFromJson(item, fallback));
    if (!ids.insert(field.field_id).second) return Invalid("two partition fields have one id");
    fields.push_back(std::move(field));
  }
  return fields;
}

Json PartitionFieldsToJson(const std::vector<PartitionField>& fields) {
  Json list = Json::array();
  for (const PartitionField& field : fields) {
    list.push_back({{"source-id", field.source_id},
                    {"field-id", field.field_id},
                    {"name", field.name},
                    {"transform", TransformName(field.transform)}});
  }
  return list;
}

Result<SortOrder> SortOrderFromJson(const Json& json) {
  SortOrder order;
  HEALIX_TRY(order.order_id, RequiredMember<std::int32_t>(json, "order-id"));
  HEALIX_TRY(const Json* list, ListMember(json, "fields", Presence::kRequired));
  for (const Json& item : *list) {
    HEALIX_TRY(SortField field, SortFieldFromJson(item));
    order.fields.push_back(std::move(field));
  }
  return order;
}

Json SortOrderToJson(const SortOrder& order) {
  Json fields = Json::array();
  for (const SortField& field : order.fields) {
    const bool is_ascending = field.direction == SortDirection::kAscending;
    const bool is_nulls_first = field.null_order == NullOrder::kNullsFirst;
    fields.push_back({{"transform", TransformName(field.transform)},
                      {"source-id", field.source_id},
                      {"direction", is_ascending ? "asc" : "desc"},
                      {"null-order", is_nulls_first ? "nulls-first" : "nulls-last"}});
  }
  return {{"order-id", order.order_id}, {"fields", std::move(fields)}};
}

}  // namespace healix::lakehouse::iceberg
