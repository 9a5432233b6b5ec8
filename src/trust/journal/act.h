// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Describes an act: one record of something that happened. The kinds are spec/acts.yaml.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids/strong_id.h"
#include "base/result/result.h"
#include "base/time/clock.h"
#include "storage/records/attribution.h"

namespace healix::trust::journal {

/// Numbers a kind of act once and for ever.
enum class ActKind : std::uint16_t {
#define HEALIX_ACT(constant, number, ...) constant = number,
#include "healix/act_kinds.inc"
#undef HEALIX_ACT
};

/// How an act becomes durable: with the change it is about, before data leaves, or buffered.
enum class ActClass : std::uint8_t { kChange, kDisclosure, kBrowse };

/// Says what the registry knows about one kind. All texts live for ever.
struct ActKindInfo {
  ActKind kind;
  std::string_view name;  ///< `ingest.batch`
  ActClass act_class;
  std::string_view description;
};

const ActKindInfo& Describe(ActKind kind);
/// Finds a kind by name. Errors kInvalidArgument.
Result<ActKind> ParseActKind(std::string_view name);

using ActId = base::StrongId<struct ActIdTag>;  ///< a UUID of version 7 as text

/// What an act is about: a table, and the snapshot it made or read.
struct ActSubject {
  std::string table;  ///< `raw.fhir`
  std::optional<std::int64_t> snapshot_id;
  bool operator==(const ActSubject&) const = default;
};

/// One act.
/// PHI      `detail_json` holds names, ids and counts; never a value from inside a record.
struct Act {
  ActId id;  ///< made before the change, so that a retry writes the same act
  ActKind kind{};
  base::Timestamp at;
  storage::records::Attribution attribution = {};
  std::vector<ActSubject> subjects = {};
  std::map<std::string, std::int64_t> counts = {};  ///< `written`: 12
  std::string detail_json = "{}";
};

}  // namespace healix::trust::journal
