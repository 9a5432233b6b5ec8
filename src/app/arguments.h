// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Holds what was typed on the command line, one struct per command.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace healix::app {

/// How a command shows what it found: for people or for programs.
enum class Style : std::uint8_t { kText, kJson };

struct InitArguments {
  std::string folder;
};

struct IngestArguments {
  enum class Mode : std::uint8_t { kWrite, kCheck };
  Mode mode = Mode::kWrite;
  /// kStrict turns quarantined records into exit code 3.
  enum class Quarantine : std::uint8_t { kAllowed, kStrict };
  Quarantine quarantine = Quarantine::kAllowed;
  std::string source;  ///< empty: from the folder of each path
  std::vector<std::string> paths;
};

struct SqlArguments {
  enum class Format : std::uint8_t { kTable, kJson, kCsv };
  std::optional<Format> format;  ///< none: table, or json with --json
  std::string statement;         ///< empty: read `file`
  std::string file;              ///< `-`: standard input
  std::string output_file;       ///< .parquet or .arrow; empty: standard output
};

struct TableArguments {
  enum class Action : std::uint8_t {
    kList,
    kShow,
    kHistory,
    kExpire,
    kCompact,
    kOrphans,
    kPurge,
    kUndrop,
  };
  Action action = Action::kList;
  std::string table;
  std::uint32_t keep_snapshots = 1;    ///< expire
  std::uint32_t older_than_hours = 0;  ///< expire
};

struct QuarantineArguments {
  enum class Action : std::uint8_t { kList, kShow, kRedrive };
  Action action = Action::kList;
  std::string id;  ///< empty with redrive: all open ones
};

struct ReceiptArguments {
  enum class Action : std::uint8_t { kList, kShow, kVerify };
  Action action = Action::kList;
  std::string id;
};

struct TraceArguments {
  std::string table;
  std::vector<std::string> ids;
};

struct SynthArguments {
  std::uint64_t patients = 100;
  std::uint64_t seed = 1;
  std::string folder;
};

struct JobsArguments {
  enum class Action : std::uint8_t { kList, kRun, kCancel };
  Action action = Action::kList;
  std::string id;
};

struct VersionArguments {};
struct DoctorArguments {};

/// One parsed command line.
struct Arguments {
  std::string home_folder;  ///< --home or HEALIX_HOME; empty when neither is given
  Style style = Style::kText;
  std::variant<VersionArguments, InitArguments, IngestArguments, SqlArguments, TableArguments,
               QuarantineArguments, ReceiptArguments, TraceArguments, SynthArguments, JobsArguments,
               DoctorArguments>
      command;
};

}  // namespace healix::app
