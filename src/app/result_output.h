// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Prints or stores the rows that statements answer.

#include <memory>
#include <string>

#include "app/arguments.h"
#include "app/console.h"
#include "base/io/file_system.h"
#include "base/result/result.h"
#include "lakehouse/sql/session.h"

namespace healix::app {

/// Takes the results of the statements of one `healix sql`, in order.
class ResultOutput {
 public:
  virtual ~ResultOutput() = default;
  /// Reads all rows of `result`.
  virtual Status Take(lakehouse::sql::StatementResult result) = 0;
  /// Ends the output; to be called once, after the last statement succeeded.
  virtual Status Finish() = 0;
};

struct ResultOutputOptions {
  Console& console;
  base::FileSystem& files;
  lakehouse::engine::Engine& engine;  ///< writes Parquet
  SqlArguments::Format format = SqlArguments::Format::kTable;
  std::string output_file;  ///< `.parquet` or `.arrow`; empty: standard output
};

/// Makes the output. JSON is one array of objects and nothing else; of several SELECTs the rows
/// follow each other. CSV is RFC 4180 with a header line per SELECT.
/// Errors   kUsage for an output file of another kind.
Result<std::unique_ptr<ResultOutput>> MakeResultOutput(const ResultOutputOptions& options);

}  // namespace healix::app
