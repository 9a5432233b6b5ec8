// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Marks the rows of a data file that equality deletes remove.

#include <cstddef>

#include "lakehouse/engine/deleted_rows_internal.h"

namespace healix::lakehouse::engine {

/// Marks the rows of a file that equal a row of one of its equality-delete files in all columns of
/// that delete; NULL equals NULL. Throws.
void MarkEqualityDeletes(const ScanSource& source, std::size_t file_index, RowMarks& marks);

}  // namespace healix::lakehouse::engine
