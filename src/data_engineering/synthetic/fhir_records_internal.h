// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes lives as FHIR R4 resources.

#include <string>
#include <vector>

#include "data_engineering/synthetic/json_text_internal.h"
#include "data_engineering/synthetic/life_internal.h"
#include "data_engineering/synthetic/ndjson_folder_internal.h"

namespace healix::data_engineering::synthetic {

/// Knows who works where, by id.
struct Staff {
  std::vector<std::string> organizations;
  std::vector<std::string> practitioners;

  const std::string& OrganizationOf(std::uint32_t practitioner) const {
    return organizations[practitioner % organizations.size()];
  }
};

/// Turns invented lives into lines of NDJSON, in memory for one resource at a time.
/// Source   FHIR R4 (4.0.1); the HTEST label is of code system v3-ActReason.
class FhirRecords final {
 public:
  explicit FhirRecords(NdjsonFolder& folder) : folder_(folder) {}

  /// Writes organisations and the practitioners who work there.
  Staff WriteStaff(Dice& dice, std::uint32_t practitioners);
  void WriteLife(const Life& life, const Staff& staff, Dice& dice);

 private:
  /// What the resources of one visit share.
  struct VisitContext {
    std::string_view patient_id;
    std::string encounter_id;
    std::string practitioner_id;
    std::string organization_id;
    std::string time;  ///< of the visit, as an instant
  };

  /// Begins a resource and returns its new id.
  std::string BeginResource(std::string_view type, std::string_view updated, Dice& dice);
  void EndResource(std::string_view type);

  std::string WritePatient(const Life& life, Dice& dice);
  void WriteAllergy(const Life& life, std::string_view patient_id, Dice& dice);
  void WriteVisit(const Visit& visit, VisitContext context, Dice& dice);
  std::string WriteEncounter(const Visit& visit, const VisitContext& context, Dice& dice);
  void WriteVitalSigns(const Visit& visit, const VisitContext& context, Dice& dice);
  void WriteLaboratory(const Visit& visit, const VisitContext& context, Dice& dice);
  void WriteCondition(const Diagnosis& diagnosis, const Visit& visit, const VisitContext& context,
                      Dice& dice);
  void WriteMedicationRequest(const Diagnosis& diagnosis, const VisitContext& context, Dice& dice);
  void WriteImmunization(const Code& vaccine, const VisitContext& context, Dice& dice);
  void WriteProcedure(const Code& procedure, const VisitContext& context, Dice& dice);

  std::string BeginObservation(const Code& code, std::string_view category,
                               const VisitContext& context, Dice& dice);
  /// `unit` is a UCUM code.
  void Quantity(std::int64_t tenths, std::string_view unit);

  NdjsonFolder& folder_;
  JsonText json_;
};

}  // namespace healix::data_engineering::synthetic
