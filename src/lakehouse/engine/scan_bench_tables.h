// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Gives the scan benchmark its queries and its tables.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "lakehouse/engine/engine.h"

namespace healix::lakehouse::engine {

struct NamedQuery {
  const char* name;
  const char* sql;  ///< the table is {t}
};

inline constexpr NamedQuery kQueries[] = {
    {"full_count", "SELECT count(*) FROM {t} WHERE value > -1"},
    {"full_sum", "SELECT sum(value), avg(patient) FROM {t}"},
    {"full_min_max", "SELECT min(seen), max(code), min(value + 1) FROM {t}"},
    {"full_group_low", "SELECT code, count(*), sum(value) FROM {t} GROUP BY code"},
    {"full_group_high",
     "SELECT patient, count(*) AS n FROM {t} GROUP BY patient ORDER BY n DESC, patient LIMIT 5"},
    {"full_distinct", "SELECT count(DISTINCT patient) FROM {t}"},
    {"full_text", "SELECT count(*) FROM {t} WHERE note LIKE '%99%'"},
    {"selective_point", "SELECT * FROM {t} WHERE id = 1234567"},
    {"selective_range", "SELECT sum(value) FROM {t} WHERE id BETWEEN 1000000 AND 1020000"},
    {"selective_in",
     "SELECT count(*), sum(value) FROM {t} WHERE id IN (5, 500000, 1500000, 2500000)"},
    {"selective_code", "SELECT count(*), sum(value) FROM {t} WHERE code = 'C7'"},
    {"selective_time", "SELECT count(*) FROM {t} WHERE seen < TIMESTAMP '2020-01-02'"},
    {"join_self",
     "SELECT count(*) FROM {t} a JOIN {t} b ON a.id = b.id + 1 WHERE a.code = 'C3' AND b.patient < "
     "2000"},
    {"join_values",
     "SELECT v.w, sum(value) FROM {t} JOIN (VALUES ('C1', 1), ('C2', 2)) v(c, w) ON c = code GROUP "
     "BY v.w"},
    {"join_semi",
     "SELECT count(*) FROM {t} WHERE patient IN (SELECT patient FROM {t} WHERE value > 999.5)"},
    {"top_n", "SELECT * FROM {t} ORDER BY value DESC, id LIMIT 10"},
    {"top_n_filtered",
     "SELECT id, note FROM {t} WHERE code = 'C5' ORDER BY seen DESC, id LIMIT 20"},
    {"nested_field", "SELECT place.city, count(*) FROM {t} GROUP BY ALL"},
    {"nested_filter", "SELECT count(*) FROM {t} WHERE place.zip = 42"},
    {"nested_list", "SELECT sum(len(tags)), sum(tags[1]) FROM {t}"}};

/// Returns the value of a result or ends the program.
template <typename T>
T Must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().ToString().c_str());
    std::exit(2);
  }
  return std::move(result).value();
}

/// Says how many rows go into how many files of a folder, which is made.
struct TableSize {
  std::string folder;
  std::uint64_t rows = 0;
  std::uint64_t files = 0;
};

ScanTable WriteBenchTable(Engine& engine, const TableSize& size);

/// Deletes every hundredth row of each file by a delete file of its own; returns their paths.
std::vector<std::string> WriteBenchDeletes(Engine& engine, const std::string& folder,
                                           ScanTable& table);

}  // namespace healix::lakehouse::engine
