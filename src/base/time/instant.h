// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads and writes points in time as RFC 3339 text, which FHIR calls `instant`.

#include <string>
#include <string_view>

#include "base/result/result.h"
#include "base/time/clock.h"

namespace healix::base {

/// Writes `2026-11-21T12:59:47.123456Z`: always UTC with six digits, so that the order of texts
/// is the order of times. For years 0001 to 9999.
std::string FormatInstant(Timestamp at);

/// Reads `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)` (RFC 3339 section 5.6; FHIR R4 `instant`).
/// Digits after the sixth of the fraction are dropped. Second 60 is the second after 59, as UTC
/// leap seconds have no place of their own in a Timestamp. Offsets go to ±14:00 as in FHIR.
/// Errors   kInvalidArgument, without the text: it may come from a record.
/// Example  InstantTest.ReadsWhatFhirAllows
Result<Timestamp> ParseInstant(std::string_view text);

}  // namespace healix::base
