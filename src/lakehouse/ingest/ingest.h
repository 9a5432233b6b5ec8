// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Takes files of hospitals into raw tables and gives a signed receipt for every byte.

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result/findings.h"
#include "base/result/result.h"
#include "lakehouse/ingest/limits.h"
#include "lakehouse/ingest/parts.h"
#include "lakehouse/ingest/receipt.h"

namespace healix::lakehouse::ingest {

/// Says how far an ingest is.
struct Progress {
  std::uint64_t bytes_done = 0;   ///< of the files on disk (compressed size)
  std::uint64_t bytes_total = 0;  ///< known before the first record
  std::uint64_t records = 0;
  std::uint64_t content_bytes = 0;  ///< after decompression
};

struct IngestRequest {
  std::vector<std::string>
      paths;  ///< files and folders; all files are taken in the order of their paths
  std::optional<std::string> source;  ///< default: SourceNameFor(the folder)
  enum class Mode : std::uint8_t {
    kWrite,
    kCheck,  ///< same findings and counts, nothing written; the receipt is not signed
  } mode = Mode::kWrite;
  Limits limits;
  std::function<void(const Progress&)> on_progress;  ///< called from one thread, often
  const std::atomic<bool>* cancel = nullptr;         ///< set to stop after the current batch
};

/// Tells what an ingest did. `stopped` says why it ended early (disk full, input gone, cancelled):
/// what is committed is kept and counted in a receipt (RunStatus::kInterrupted; without id when
/// even that can't be written, or nothing is committed), and the same call again goes on behind it.
struct IngestOutcome {
  Receipt receipt;
  Findings findings;  ///< positions of what was quarantined, ignored or could not be read
  std::optional<Error> stopped;
};

/// Reads `request.paths` and appends their records to raw tables, batch by batch; each batch is one
/// transaction over tables, ledger, quarantine and act. One bad file does not stop the others.
/// Threads  any; two ingests may run at once, also of the same file: no record is written twice.
/// Errors   kFileNotFound (a path), kSourceNameInvalid, kInvalidArgument before anything is
///          read. Later failures are in IngestOutcome::stopped or in FileAccount::error.
/// Example  IngestTest.TakesInAnNdjsonFileAndSignsAReceipt
Result<IngestOutcome> Ingest(const Parts& parts, const IngestRequest& request);

/// Derives a source name from the name of a folder: `/data/synthea-hiv` -> `syntheahiv`.
/// Errors   kSourceNameInvalid when nothing is left.
Result<std::string> SourceNameFor(const std::string& folder_path);

}  // namespace healix::lakehouse::ingest
