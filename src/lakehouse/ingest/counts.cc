// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/counts.h"

namespace healix::lakehouse::ingest {

RecordCounts& RecordCounts::operator+=(const RecordCounts& other) {
  written += other.written;
  duplicate += other.duplicate;
  quarantined += other.quarantined;
  tombstones += other.tombstones;
  if_none_exist += other.if_none_exist;
  return *this;
}

RecordCounts& RecordCounts::operator-=(const RecordCounts& other) {
  written -= other.written;
  duplicate -= other.duplicate;
  quarantined -= other.quarantined;
  tombstones -= other.tombstones;
  if_none_exist -= other.if_none_exist;
  return *this;
}

ByteCounts& ByteCounts::operator+=(const ByteCounts& other) {
  records += other.records;
  envelope += other.envelope;
  quarantined += other.quarantined;
  return *this;
}

ByteCounts& ByteCounts::operator-=(const ByteCounts& other) {
  records -= other.records;
  envelope -= other.envelope;
  quarantined -= other.quarantined;
  return *this;
}

void Add(CountsByType& to, const CountsByType& from) {
  for (const auto& [type, counts] : from) to[type] += counts;
}

RecordCounts Sum(const CountsByType& counts) {
  RecordCounts sum;
  for (const auto& [type, of_type] : counts) sum += of_type;
  return sum;
}

}  // namespace healix::lakehouse::ingest
