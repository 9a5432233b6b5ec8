// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "data_engineering/synthetic/life_internal.h"

namespace healix::data_engineering::synthetic {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr int kDaysPerYear = 365;
constexpr int kYearsSeen = 10;
constexpr int kAdultYears = 18;

constexpr std::array<std::string_view, 16> kFemaleNames = {
    "Ada",  "Berta", "Chiara", "Dunja", "Elif", "Fatou", "Greta", "Hana",
    "Ines", "Joan",  "Kerubo", "Lena",  "Mei",  "Noor",  "Olga",  "Priya"};
constexpr std::array<std::string_view, 16> kMaleNames = {
    "Abel", "Bruno", "Cem",   "David", "Emeka", "Felix", "Goran", "Hugo",
    "Ivan", "Juma",  "Karim", "Luis",  "Marek", "Noah",  "Otto",  "Ravi"};
constexpr std::array<std::string_view, 20> kFamilyNames = {
    "Abara",  "Bauer",  "Costa",  "Demir", "Eriksen",  "Fischer", "Garcia",
    "Haddad", "Ito",    "Jansen", "Kamau", "Lindgren", "Mensah",  "Novak",
    "Okafor", "Petrov", "Quispe", "Rossi", "Singh",    "Tanaka"};
constexpr std::array<std::string_view, 8> kCities = {
    "Aldenport", "Bramfield", "Corvale", "Dunmere", "Eastholm", "Farrow", "Glenmoor", "Harwick"};

/// What a person keeps through life.
struct Traits {
  int adult_height_mm = 0;
  int adult_mass_index_tenths = 0;
  bool hypertension = false;
  bool diabetes = false;
  bool asthma = false;
  bool coronary_disease = false;
};

int YearsBetween(sys_days from, sys_days to) {
  return static_cast<int>((to - from).count()) / kDaysPerYear;
}

Traits InventTraits(Dice& dice, Sex sex, int age_years) {
  Traits traits;
  traits.adult_height_mm = dice.Around(sex == Sex::kMale ? 1760 : 1630, 180);
  traits.adult_mass_index_tenths = dice.Around(265, 130);
  const bool heavy = traits.adult_mass_index_tenths > 300;
  traits.hypertension = age_years > 30 && dice.Chance(std::min(700, 12 * (age_years - 25)));
  traits.diabetes = age_years > 35 && dice.Chance(heavy ? 250 : 80);
  traits.asthma = dice.Chance(80);
  traits.coronary_disease = age_years > 50 && dice.Chance(traits.hypertension ? 150 : 50);
  return traits;
}

/// Heights and weights grow in a straight line from birth to 18; good enough for plumbing.
Measures Measure(Dice& dice, const Traits& traits, int age_years) {
  const int grown = std::min(age_years, kAdultYears);
  Measures measures;
  measures.height_mm = 500 + (traits.adult_height_mm - 500) * grown / kAdultYears;
  const int index_tenths = 155 + (traits.adult_mass_index_tenths - 155) * grown / kAdultYears;
  const std::int64_t square_mm = std::int64_t{measures.height_mm} * measures.height_mm;
  measures.weight_grams =
      static_cast<int>(square_mm * index_tenths / 10'000) + dice.Between(-800, 800);
  measures.systolic_mmhg = dice.Around(95 + grown + (traits.hypertension ? 28 : 5), 18);
  measures.diastolic_mmhg = dice.Around(58 + grown / 2 + (traits.hypertension ? 20 : 6), 12);
  measures.heart_rate_per_minute = dice.Around(110 - 2 * grown, 15);
  if (age_years >= 40 || traits.diabetes) {
    measures.hba1c_tenths_percent =
        dice.Around(traits.diabetes ? 74 : 54, traits.diabetes ? 15 : 4);
    measures.ldl_mg_per_dl = dice.Around(traits.coronary_disease ? 100 : 120, 45);
  }
  return measures;
}

/// Writes the visits of one life, front to back.
class VisitPlanner final {
 public:
  VisitPlanner(Dice& dice, Life& life, std::uint32_t practitioners)
      : dice_(dice), life_(life), practitioner_(dice.Throw() % practitioners) {
    const int age_years = YearsBetween(life.birth, End());
    traits_ = InventTraits(dice, life.sex, age_years);
  }

  void Plan() {
    PlanChildhood();
    const sys_days from =
        std::max(life_.birth + days(2 * kDaysPerYear), End() - days(kYearsSeen * kDaysPerYear));
    for (sys_days year = from; year + days(kDaysPerYear) <= End(); year += days(kDaysPerYear)) {
      PlanYear(year);
    }
  }

 private:
  sys_days End() const { return life_.death.value_or(kExportDay); }

  Visit& Add(sys_days day, VisitKind kind) {
    Visit visit;
    visit.start = base::Timestamp(day) + std::chrono::hours(dice_.Between(8, 16)) +
                  std::chrono::minutes(5 * dice_.Between(0, 11));
    visit.kind = kind;
    visit.practitioner = static_cast<std::uint32_t>(practitioner_);
    visit.measures = Measure(dice_, traits_, YearsBetween(life_.birth, day));
    life_.visits.push_back(std::move(visit));
    return life_.visits.back();
  }

  void PlanChildhood() {
    for (int month : {1, 4, 12, 18}) {
      const sys_days day = life_.birth + days(30 * month + dice_.Between(0, 9));
      if (day >= End()) return;
      Visit& visit = Add(day, VisitKind::kChildCheck);
      const auto first = static_cast<std::size_t>(month > 4 ? 2 : 0);
      for (std::size_t i = first; i < first + 3; ++i) {
        visit.immunizations.push_back(&kChildhoodVaccines[i]);
      }
    }
  }

  void PlanYear(sys_days year) {
    const bool is_first = !seen_once_;
    seen_once_ = true;
    Visit& check = Add(year + days(dice_.Between(10, 90)), VisitKind::kCheckUp);
    if (is_first) DiagnoseChronic(check);
    if (dice_.Chance(450)) check.immunizations.push_back(&kInfluenzaVaccine);
    const int age_years = YearsBetween(life_.birth, year);
    if (age_years >= 20 && age_years % 10 == 0) check.immunizations.push_back(&kTetanusVaccine);
    if (age_years >= 50 && age_years % 10 == 5) check.procedures.push_back(&kColonoscopy);
    const bool is_chronic = !chronic_.empty();
    if (is_chronic) PlanFollowUp(year + days(dice_.Between(150, 210)));
    if (dice_.Chance(400)) {
      Visit& sick = Add(year + days(dice_.Between(250, 350)), VisitKind::kSymptom);
      sick.diagnoses.push_back(&dice_.Pick(kAcuteDiagnoses));
      sick.prescriptions = sick.diagnoses;
    }
  }

  void DiagnoseChronic(Visit& visit) {
    if (traits_.hypertension) chronic_.push_back(&kHypertension);
    if (traits_.diabetes) chronic_.push_back(&kDiabetes);
    if (traits_.asthma) chronic_.push_back(&kAsthma);
    if (traits_.coronary_disease) chronic_.push_back(&kCoronaryDisease);
    visit.diagnoses = chronic_;
  }

  void PlanFollowUp(sys_days day) {
    Visit& visit = Add(day, VisitKind::kFollowUp);
    visit.prescriptions = chronic_;
    visit.procedures.push_back(&kMedicationReview);
    if (traits_.asthma) visit.procedures.push_back(&kSpirometry);
  }

  Dice& dice_;
  Life& life_;
  const std::uint64_t practitioner_;
  Traits traits_;
  std::vector<const Diagnosis*> chronic_;
  bool seen_once_ = false;
};

}  // namespace

Life InventLife(Dice& dice, std::uint32_t practitioners) {
  Life life;
  life.sex = dice.Chance(505) ? Sex::kFemale : Sex::kMale;
  life.given_name = dice.Pick(life.sex == Sex::kFemale ? kFemaleNames : kMaleNames);
  life.family_name = dice.Pick(kFamilyNames);
  life.city = dice.Pick(kCities);
  // The smaller of two throws: more young people than old ones.
  const int age_days =
      std::min(dice.Between(1, 100 * kDaysPerYear), dice.Between(1, 130 * kDaysPerYear));
  life.birth = kExportDay - days(age_days);
  if (age_days > 70 * kDaysPerYear && dice.Chance(200)) {
    life.death = kExportDay - days(dice.Between(1, 5 * kDaysPerYear));
  }
  if (dice.Chance(60)) life.allergy = &dice.Pick(kAllergies);
  VisitPlanner(dice, life, practitioners).Plan();
  return life;
}

}  // namespace healix::data_engineering::synthetic
