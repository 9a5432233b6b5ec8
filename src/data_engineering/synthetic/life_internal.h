// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Decides what happens to one invented person. Knows nothing of FHIR.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time/clock.h"
#include "data_engineering/synthetic/codes_internal.h"
#include "data_engineering/synthetic/dice_internal.h"

namespace healix::data_engineering::synthetic {

/// The day on which all synthetic exports are made: fixed, so that bytes repeat.
inline constexpr std::chrono::sys_days kExportDay{std::chrono::year{2026} / 1 / 1};

enum class Sex : std::uint8_t { kFemale, kMale };
enum class VisitKind : std::uint8_t { kChildCheck, kCheckUp, kFollowUp, kSymptom };

struct Measures {
  int height_mm = 0;
  int weight_grams = 0;
  int systolic_mmhg = 0;
  int diastolic_mmhg = 0;
  int heart_rate_per_minute = 0;
  std::optional<int> hba1c_tenths_percent;
  std::optional<int> ldl_mg_per_dl;
};

/// One contact with a practitioner and what came of it. Codes live for ever.
struct Visit {
  base::Timestamp start;
  VisitKind kind = VisitKind::kCheckUp;
  std::uint32_t practitioner = 0;
  Measures measures;
  std::vector<const Diagnosis*> diagnoses;      ///< made at this visit
  std::vector<const Diagnosis*> prescriptions;  ///< medications of these
  std::vector<const Code*> immunizations;
  std::vector<const Code*> procedures;
};

struct Life {
  Sex sex = Sex::kFemale;
  std::string_view given_name;
  std::string_view family_name;
  std::string_view city;
  std::chrono::sys_days birth;
  std::optional<std::chrono::sys_days> death;
  const Code* allergy = nullptr;
  std::vector<Visit> visits;  ///< in order; at most the last ten years, and early childhood
};

/// Invents a person who sees one of `practitioners` doctors. Ages, prevalences and values are
/// plausible round numbers, not estimates from a source.
Life InventLife(Dice& dice, std::uint32_t practitioners);

}  // namespace healix::data_engineering::synthetic
