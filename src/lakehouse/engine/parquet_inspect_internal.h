// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads the footers of foreign Parquet files.

#include <string>

#include "lakehouse/engine/parquet_info.h"
#include "lakehouse/engine/table_scan_internal.h"

namespace healix::lakehouse::engine {

/// Does what Engine::InspectParquet() describes. May throw instead of returning an error.
Result<ParquetInfo> InspectParquetFile(const ScanServices& services, const std::string& path);

}  // namespace healix::lakehouse::engine
