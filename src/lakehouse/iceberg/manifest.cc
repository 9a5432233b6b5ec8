// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/manifest.h"

namespace healix::lakehouse::iceberg {

bool ManifestFile::MayHaveLiveFiles() const {
  // An unset count may be any number.
  return added_files_count.value_or(1) > 0 || existing_files_count.value_or(1) > 0;
}

Result<std::vector<Type>> PartitionTypes(const TableMetadata& table, const PartitionSpec& spec) {
  std::vector<Type> types;
  for (const PartitionField& field : spec.fields) {
    const Field* source = table.FindFieldEver(field.source_id);
    if (source == nullptr || field.transform.kind == TransformKind::kUnknown) {
      types.push_back(Primitive(TypeId::kUnknown));
      continue;
    }
    HEALIX_TRY(Type type, ResultType(field.transform, source->type));
    types.push_back(std::move(type));
  }
  return types;
}

}  // namespace healix::lakehouse::iceberg
