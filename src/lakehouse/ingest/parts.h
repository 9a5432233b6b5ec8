// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Names the lower parts that ingest, receipts, quarantine and trace work with.

#include <string>

namespace healix::base {
class Clock;
class FileSystem;
class UuidV7Source;
}  // namespace healix::base
namespace healix::storage::records {
class Store;
}
namespace healix::trust::keys {
class SigningKey;
}
namespace healix::lakehouse::engine {
class Engine;
}
namespace healix::lakehouse::tables {
class DataFileWriter;
class Warehouse;
}  // namespace healix::lakehouse::tables

namespace healix::lakehouse::ingest {

/// Borrows what the program has opened. All of it must outlive every call.
struct Parts {
  base::FileSystem& files;  ///< for input
  const base::Clock& clock;
  base::UuidV7Source& ids;
  storage::records::Store& records;  ///< the catalog: the store the warehouse commits in
  tables::Warehouse& warehouse;
  tables::DataFileWriter& data_files;
  engine::Engine& engine;
  const trust::keys::SigningKey& key;
  std::string program = "healix";  ///< with version, as it stands in receipts
};

}  // namespace healix::lakehouse::ingest
