// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/tables/table_snapshot.h"

namespace healix::lakehouse::tables {

const iceberg::Snapshot* TableSnapshot::snapshot() const {
  return snapshot_id_ ? metadata().FindSnapshot(*snapshot_id_) : nullptr;
}

const iceberg::Schema& TableSnapshot::schema() const {
  if (snapshot_id_ == metadata().current_snapshot_id) return metadata().CurrentSchema();
  const iceberg::Snapshot* read = snapshot();
  return read == nullptr ? metadata().CurrentSchema() : metadata().SchemaOf(*read);
}

}  // namespace healix::lakehouse::tables
