// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Stores the rows of one SELECT as a Parquet or Arrow file.

#include <memory>

#include "app/result_output.h"

namespace healix::app {

/// Makes the output for options.output_file. Exactly one SELECT may be taken; the file appears
/// whole or not at all.
/// Errors   kUsage for another ending than .parquet and .arrow.
Result<std::unique_ptr<ResultOutput>> MakeFileOutput(const ResultOutputOptions& options);

}  // namespace healix::app
