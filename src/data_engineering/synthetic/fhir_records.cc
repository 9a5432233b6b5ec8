// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "base/time/instant.h"
#include "data_engineering/synthetic/fhir_records_internal.h"

namespace healix::data_engineering::synthetic {
namespace {

constexpr std::string_view kUcum = "http://unitsofmeasure.org";
constexpr std::uint32_t kPractitionersPerOrganization = 8;

constexpr std::array<Code, 4> kVisitTypes = {{
    {kSnomed, "410620009", "Well child visit (procedure)"},
    {kSnomed, "162673000", "General examination of patient (procedure)"},
    {kSnomed, "390906007", "Follow-up encounter (procedure)"},
    {kSnomed, "185345009", "Encounter for symptom (procedure)"},
}};
constexpr std::array<std::string_view, 10> kStaffNames = {
    "Adler", "Brandt", "Chen", "Diallo", "Evans", "Farouk", "Gruber", "Holm", "Ivanova", "Jokinen"};

std::string DateOf(std::chrono::sys_days day) {
  return base::FormatInstant(base::Timestamp(day)).substr(0, 10);
}

Code StatusCode(std::string_view system, std::string_view code, std::string_view display) {
  return {system, code, display};
}

}  // namespace

std::string FhirRecords::BeginResource(std::string_view type, std::string_view updated,
                                       Dice& dice) {
  std::string id = dice.MakeUuid().ToString();
  json_.Clear();
  json_.Begin('{');
  json_.Field("resourceType", type);
  json_.Field("id", id);
  json_.Begin("meta", '{');
  json_.Field("versionId", "1");
  json_.Field("lastUpdated", updated);
  json_.Begin("security", '[');
  json_.Coding({"http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST", "test health data"});
  json_.End("]}");
  return id;
}

void FhirRecords::EndResource(std::string_view type) {
  json_.End("}");
  folder_.AddLine(type, json_.text());
}

Staff FhirRecords::WriteStaff(Dice& dice, std::uint32_t practitioners) {
  Staff staff;
  const std::string updated = base::FormatInstant(base::Timestamp(kExportDay));
  const std::uint32_t organizations =
      (practitioners + kPractitionersPerOrganization - 1) / kPractitionersPerOrganization;
  for (std::uint32_t i = 0; i < organizations; ++i) {
    staff.organizations.push_back(BeginResource("Organization", updated, dice));
    json_.Field("name", fmt::format("Synthetic Health Centre {}", i + 1));
    EndResource("Organization");
  }
  for (std::uint32_t i = 0; i < practitioners; ++i) {
    staff.practitioners.push_back(BeginResource("Practitioner", updated, dice));
    json_.Begin("name", '[');
    json_.Begin('{');
    json_.Field("family", dice.Pick(kStaffNames));
    json_.Begin("prefix", '[');
    json_.Element("Dr.");
    json_.End("]}]");
    EndResource("Practitioner");
  }
  return staff;
}

void FhirRecords::WriteLife(const Life& life, const Staff& staff, Dice& dice) {
  const std::string patient_id = WritePatient(life, dice);
  if (life.allergy != nullptr) WriteAllergy(life, patient_id, dice);
  for (const Visit& visit : life.visits) {
    VisitContext context;
    context.patient_id = patient_id;
    context.practitioner_id = staff.practitioners[visit.practitioner];
    context.organization_id = staff.OrganizationOf(visit.practitioner);
    context.time = base::FormatInstant(visit.start);
    WriteVisit(visit, std::move(context), dice);
  }
}

std::string FhirRecords::WritePatient(const Life& life, Dice& dice) {
  const std::string updated = base::FormatInstant(base::Timestamp(kExportDay));
  std::string id = BeginResource("Patient", updated, dice);
  json_.Begin("identifier", '[');
  json_.Begin('{');
  json_.Field("system", "urn:healix:synthetic");
  json_.Field("value", id);
  json_.End("}]");
  json_.Begin("name", '[');
  json_.Begin('{');
  json_.Field("use", "official");
  json_.Field("family", life.family_name);
  json_.Begin("given", '[');
  json_.Element(life.given_name);
  json_.End("]}]");
  json_.Field("gender", life.sex == Sex::kFemale ? "female" : "male");
  json_.Field("birthDate", DateOf(life.birth));
  if (life.death) json_.Field("deceasedDateTime", DateOf(*life.death));
  json_.Begin("address", '[');
  json_.Begin('{');
  json_.Field("city", life.city);
  json_.Field("country", "XS");
  json_.End("}]");
  EndResource("Patient");
  return id;
}

void FhirRecords::WriteAllergy(const Life& life, std::string_view patient_id, Dice& dice) {
  const std::string updated = base::FormatInstant(base::Timestamp(kExportDay));
  BeginResource("AllergyIntolerance", updated, dice);
  json_.Concept("clinicalStatus",
                StatusCode("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                           "active", "Active"));
  json_.Concept("code", *life.allergy);
  json_.Reference("patient", "Patient", patient_id);
  EndResource("AllergyIntolerance");
}

void FhirRecords::WriteVisit(const Visit& visit, VisitContext context, Dice& dice) {
  context.encounter_id = WriteEncounter(visit, context, dice);
  WriteVitalSigns(visit, context, dice);
  if (visit.measures.hba1c_tenths_percent) WriteLaboratory(visit, context, dice);
  for (const Diagnosis* diagnosis : visit.diagnoses) {
    WriteCondition(*diagnosis, visit, context, dice);
  }
  for (const Diagnosis* diagnosis : visit.prescriptions) {
    WriteMedicationRequest(*diagnosis, context, dice);
  }
  for (const Code* vaccine : visit.immunizations) WriteImmunization(*vaccine, context, dice);
  for (const Code* procedure : visit.procedures) WriteProcedure(*procedure, context, dice);
}

std::string FhirRecords::WriteEncounter(const Visit& visit, const VisitContext& context,
                                        Dice& dice) {
  std::string id = BeginResource("Encounter", context.time, dice);
  json_.Field("status", "finished");
  json_.Begin("class", '{');
  json_.Field("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode");
  json_.Field("code", "AMB");
  json_.End("}");
  json_.Begin("type", '[');
  json_.Begin('{');
  json_.Begin("coding", '[');
  json_.Coding(kVisitTypes[static_cast<std::size_t>(visit.kind)]);
  json_.End("]}]");
  json_.Reference("subject", "Patient", context.patient_id);
  json_.Begin("participant", '[');
  json_.Begin('{');
  json_.Reference("individual", "Practitioner", context.practitioner_id);
  json_.End("}]");
  json_.Begin("period", '{');
  json_.Field("start", context.time);
  json_.Field("end", base::FormatInstant(visit.start + std::chrono::minutes(15)));
  json_.End("}");
  json_.Reference("serviceProvider", "Organization", context.organization_id);
  EndResource("Encounter");
  return id;
}

std::string FhirRecords::BeginObservation(const Code& code, std::string_view category,
                                          const VisitContext& context, Dice& dice) {
  std::string id = BeginResource("Observation", context.time, dice);
  json_.Field("status", "final");
  json_.Begin("category", '[');
  json_.Begin('{');
  json_.Begin("coding", '[');
  json_.Begin('{');
  json_.Field("system", "http://terminology.hl7.org/CodeSystem/observation-category");
  json_.Field("code", category);
  json_.End("}]}]");
  json_.Concept("code", code);
  json_.Reference("subject", "Patient", context.patient_id);
  json_.Reference("encounter", "Encounter", context.encounter_id);
  json_.Field("effectiveDateTime", context.time);
  return id;
}

void FhirRecords::Quantity(std::int64_t tenths, std::string_view unit) {
  json_.Begin("valueQuantity", '{');
  json_.Tenths("value", tenths);
  json_.Field("unit", unit);
  json_.Field("system", kUcum);
  json_.Field("code", unit);
  json_.End("}");
}

void FhirRecords::WriteVitalSigns(const Visit& visit, const VisitContext& context, Dice& dice) {
  const Measures& m = visit.measures;
  const std::int64_t square_mm = std::int64_t{m.height_mm} * m.height_mm;
  const std::int64_t mass_index_tenths = std::int64_t{m.weight_grams} * 10'000 / square_mm;
  struct Sign {
    const Code& code;
    std::int64_t tenths;
    std::string_view unit;
  };
  const std::array<Sign, 4> signs = {{{kBodyHeight, m.height_mm, "cm"},
                                      {kBodyWeight, m.weight_grams / 100, "kg"},
                                      {kBodyMassIndex, mass_index_tenths, "kg/m2"},
                                      {kHeartRate, 10 * m.heart_rate_per_minute, "/min"}}};
  for (const Sign& sign : signs) {
    BeginObservation(sign.code, "vital-signs", context, dice);
    Quantity(sign.tenths, sign.unit);
    EndResource("Observation");
  }
  BeginObservation(kBloodPressure, "vital-signs", context, dice);
  json_.Begin("component", '[');
  for (const auto& [code, value] :
       {std::pair{&kSystolic, m.systolic_mmhg}, std::pair{&kDiastolic, m.diastolic_mmhg}}) {
    json_.Begin('{');
    json_.Concept("code", *code);
    Quantity(10 * value, "mm[Hg]");
    json_.End("}");
  }
  json_.End("]");
  EndResource("Observation");
}

void FhirRecords::WriteLaboratory(const Visit& visit, const VisitContext& context, Dice& dice) {
  const std::string hba1c_id = BeginObservation(kHbA1c, "laboratory", context, dice);
  Quantity(visit.measures.hba1c_tenths_percent.value_or(0), "%");
  EndResource("Observation");
  const std::string ldl_id = BeginObservation(kLdl, "laboratory", context, dice);
  Quantity(10 * visit.measures.ldl_mg_per_dl.value_or(0), "mg/dL");
  EndResource("Observation");
  BeginResource("DiagnosticReport", context.time, dice);
  json_.Field("status", "final");
  json_.Concept("code", kLaboratoryReport);
  json_.Reference("subject", "Patient", context.patient_id);
  json_.Reference("encounter", "Encounter", context.encounter_id);
  json_.Field("effectiveDateTime", context.time);
  json_.Begin("result", '[');
  for (const std::string& id : {hba1c_id, ldl_id}) {
    json_.Begin('{');
    json_.ReferenceField("Observation", id);
    json_.End("}");
  }
  json_.End("]");
  EndResource("DiagnosticReport");
}

void FhirRecords::WriteCondition(const Diagnosis& diagnosis, const Visit& visit,
                                 const VisitContext& context, Dice& dice) {
  const bool is_over = visit.kind == VisitKind::kSymptom;
  BeginResource("Condition", context.time, dice);
  json_.Concept("clinicalStatus",
                StatusCode("http://terminology.hl7.org/CodeSystem/condition-clinical",
                           is_over ? "resolved" : "active", is_over ? "Resolved" : "Active"));
  json_.Begin("code", '{');
  json_.Begin("coding", '[');
  json_.Coding(diagnosis.snomed);
  json_.Coding(diagnosis.icd10);
  json_.End("]}");
  json_.Reference("subject", "Patient", context.patient_id);
  json_.Reference("encounter", "Encounter", context.encounter_id);
  json_.Field("onsetDateTime", context.time);
  if (is_over) {
    json_.Field("abatementDateTime", base::FormatInstant(visit.start + std::chrono::hours(240)));
  }
  json_.Field("recordedDate", context.time);
  EndResource("Condition");
}

void FhirRecords::WriteMedicationRequest(const Diagnosis& diagnosis, const VisitContext& context,
                                         Dice& dice) {
  BeginResource("MedicationRequest", context.time, dice);
  json_.Field("status", "completed");
  json_.Field("intent", "order");
  json_.Concept("medicationCodeableConcept", diagnosis.medication);
  json_.Reference("subject", "Patient", context.patient_id);
  json_.Reference("encounter", "Encounter", context.encounter_id);
  json_.Field("authoredOn", context.time);
  json_.Reference("requester", "Practitioner", context.practitioner_id);
  json_.Begin("reasonCode", '[');
  json_.Begin('{');
  json_.Begin("coding", '[');
  json_.Coding(diagnosis.snomed);
  json_.End("]}]");
  EndResource("MedicationRequest");
}

void FhirRecords::WriteImmunization(const Code& vaccine, const VisitContext& context, Dice& dice) {
  BeginResource("Immunization", context.time, dice);
  json_.Field("status", "completed");
  json_.Concept("vaccineCode", vaccine);
  json_.Reference("patient", "Patient", context.patient_id);
  json_.Reference("encounter", "Encounter", context.encounter_id);
  json_.Field("occurrenceDateTime", context.time);
  EndResource("Immunization");
}

void FhirRecords::WriteProcedure(const Code& procedure, const VisitContext& context, Dice& dice) {
  BeginResource("Procedure", context.time, dice);
  json_.Field("status", "completed");
  json_.Concept("code", procedure);
  json_.Reference("subject", "Patient", context.patient_id);
  json_.Reference("encounter", "Encounter", context.encounter_id);
  json_.Field("performedDateTime", context.time);
  EndResource("Procedure");
}

}  // namespace healix::data_engineering::synthetic
