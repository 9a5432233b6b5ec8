// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/item_source_internal.h"
#include "lakehouse/ingest/raw_tables_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using formats::fhir::FhirCutter;
using formats::fhir::FhirCutterOptions;

class FhirSource final : public ItemSource {
 public:
  explicit FhirSource(std::unique_ptr<FhirCutter> cutter) : cutter_(std::move(cutter)) {}

  Result<Step> Next(Intake& intake, FileWork& work) override {
    HEALIX_TRY(const auto record, cutter_->Next());
    if (!record) return Step::kEnd;
    HEALIX_RETURN_IF_ERROR(intake.AddFhir(work, *record));
    return Step::kItem;
  }

  Result<Step> Skip() override {
    HEALIX_TRY(const auto record, cutter_->Next());
    return record ? Step::kItem : Step::kEnd;
  }

  ByteCounts bytes() const override {
    const formats::ByteAccount& account = cutter_->account();
    return {account.record_bytes, account.envelope_bytes, account.rejected_bytes};
  }

 private:
  std::unique_ptr<FhirCutter> cutter_;
};

}  // namespace

std::string_view Name(InputKind kind) {
  switch (kind) {
    case InputKind::kFhirJson:
      return "fhir-json";
    case InputKind::kFhirXml:
      return "fhir-xml";
    case InputKind::kCsv:
      return "csv";
    case InputKind::kParquet:
      return "parquet";
    case InputKind::kFhirParquet:
      return "fhir-parquet";
  }
  return "";
}

FhirCutterOptions CutterOptionsFor(const Limits& limits) {
  FhirCutterOptions options;
  options.record_bytes_max = limits.record_bytes_max;
  options.depth_max = limits.depth_max;
  options.reserved_types = ReservedTypes();
  return options;
}

Result<std::unique_ptr<ItemSource>> OpenFhirSource(base::ByteStream& stream, const Limits& limits) {
  HEALIX_TRY(auto cutter, FhirCutter::Create(stream, CutterOptionsFor(limits)));
  return std::unique_ptr<ItemSource>(std::make_unique<FhirSource>(std::move(cutter)));
}

}  // namespace healix::lakehouse::ingest
