// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Lists the few codes that synthetic records use. The code systems belong to their owners.

#include <array>
#include <string_view>

namespace healix::data_engineering::synthetic {

struct Code {
  std::string_view system;
  std::string_view code;
  std::string_view display;
};

inline constexpr std::string_view kSnomed = "http://snomed.info/sct";
inline constexpr std::string_view kLoinc = "http://loinc.org";
inline constexpr std::string_view kRxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
inline constexpr std::string_view kCvx = "http://hl7.org/fhir/sid/cvx";
inline constexpr std::string_view kIcd10 = "http://hl7.org/fhir/sid/icd-10-cm";

/// A diagnosis in both systems, and what is prescribed for it.
struct Diagnosis {
  Code snomed;
  Code icd10;
  Code medication;
};

inline constexpr Diagnosis kHypertension = {
    {kSnomed, "38341003", "Hypertensive disorder, systemic arterial (disorder)"},
    {kIcd10, "I10", "Essential (primary) hypertension"},
    {kRxNorm, "314076", "lisinopril 10 MG Oral Tablet"}};
inline constexpr Diagnosis kDiabetes = {
    {kSnomed, "44054006", "Diabetes mellitus type 2 (disorder)"},
    {kIcd10, "E11.9", "Type 2 diabetes mellitus without complications"},
    {kRxNorm, "860975", "24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet"}};
inline constexpr Diagnosis kAsthma = {
    {kSnomed, "195967001", "Asthma (disorder)"},
    {kIcd10, "J45.909", "Unspecified asthma, uncomplicated"},
    {kRxNorm, "745679", "200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler"}};
inline constexpr Diagnosis kCoronaryDisease = {
    {kSnomed, "53741008", "Coronary arteriosclerosis (disorder)"},
    {kIcd10, "I25.10",
     "Atherosclerotic heart disease of native coronary artery without angina pectoris"},
    {kRxNorm, "312961", "simvastatin 20 MG Oral Tablet"}};

inline constexpr std::array<Diagnosis, 3> kAcuteDiagnoses = {{
    {{kSnomed, "444814009", "Viral sinusitis (disorder)"},
     {kIcd10, "J01.90", "Acute sinusitis, unspecified"},
     {kRxNorm, "313782", "acetaminophen 325 MG Oral Tablet"}},
    {{kSnomed, "10509002", "Acute bronchitis (disorder)"},
     {kIcd10, "J20.9", "Acute bronchitis, unspecified"},
     {kRxNorm, "308182", "amoxicillin 250 MG Oral Capsule"}},
    {{kSnomed, "195662009", "Acute viral pharyngitis (disorder)"},
     {kIcd10, "J02.9", "Acute pharyngitis, unspecified"},
     {kRxNorm, "313782", "acetaminophen 325 MG Oral Tablet"}},
}};

inline constexpr Code kBodyHeight = {kLoinc, "8302-2", "Body height"};
inline constexpr Code kBodyWeight = {kLoinc, "29463-7", "Body weight"};
inline constexpr Code kBodyMassIndex = {kLoinc, "39156-5", "Body mass index (BMI) [Ratio]"};
inline constexpr Code kHeartRate = {kLoinc, "8867-4", "Heart rate"};
inline constexpr Code kBloodPressure = {kLoinc, "85354-9",
                                        "Blood pressure panel with all children optional"};
inline constexpr Code kSystolic = {kLoinc, "8480-6", "Systolic blood pressure"};
inline constexpr Code kDiastolic = {kLoinc, "8462-4", "Diastolic blood pressure"};
inline constexpr Code kHbA1c = {kLoinc, "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"};
inline constexpr Code kLdl = {
    kLoinc, "18262-6", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by Direct assay"};
inline constexpr Code kLaboratoryReport = {kLoinc, "11502-2", "Laboratory report"};

inline constexpr Code kInfluenzaVaccine = {kCvx, "140",
                                           "Influenza, seasonal, injectable, preservative free"};
inline constexpr Code kTetanusVaccine = {
    kCvx, "113", "Td (adult), 5 Lf tetanus toxoid, preservative free, adsorbed"};
inline constexpr std::array<Code, 5> kChildhoodVaccines = {{
    {kCvx, "08", "Hep B, adolescent or pediatric"},
    {kCvx, "20", "DTaP"},
    {kCvx, "10", "IPV"},
    {kCvx, "133", "Pneumococcal conjugate PCV 13"},
    {kCvx, "03", "MMR"},
}};

inline constexpr Code kMedicationReview = {kSnomed, "430193006",
                                           "Medication reconciliation (procedure)"};
inline constexpr Code kColonoscopy = {kSnomed, "73761001", "Colonoscopy (procedure)"};
inline constexpr Code kSpirometry = {kSnomed, "23426006",
                                     "Measurement of respiratory function (procedure)"};

inline constexpr std::array<Code, 3> kAllergies = {{
    {kSnomed, "91936005", "Allergy to penicillin (finding)"},
    {kSnomed, "91935009", "Allergy to peanut (finding)"},
    {kSnomed, "300913006", "Allergy to shellfish (finding)"},
}};

}  // namespace healix::data_engineering::synthetic
