// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Makes the footers of DuckDB's Parquet writer say of integers what Iceberg's files say.

#include <string>
#include <string_view>

#include "base/io/file_system.h"
#include "base/result/result.h"

namespace healix::lakehouse::engine {

/// Returns a footer (Thrift, compact protocol) in which no 32-bit column is marked INT_32.
/// Iceberg's `int` is a bare int32; Iceberg's Java readers can't read a marked one as a widened
/// `long`. Errors   kParquetInvalid when the bytes are no footer. Example
/// ParquetFooterTest.DropsTheMarkOf32BitColumns
Result<std::string> WithoutInt32Marks(std::string_view footer);

/// Does so to a whole file; one that does not end as a Parquet file does is left as it is.
/// Errors   those of `file`, and kParquetInvalid.
Status RemoveInt32Marks(base::File& file);

}  // namespace healix::lakehouse::engine
