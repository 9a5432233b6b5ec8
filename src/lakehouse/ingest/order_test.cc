// SPDX-License-Identifier: Apache-2.0
// The same set, taken in by other files, in another order, split or repeated, ends alike.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>

#include "lakehouse/ingest/ingest_home_testing.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsOk;

std::uint64_t Seed() {
  const char* const given = std::getenv("HEALIX_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

/// What one line or Bundle entry says.
struct Item {
  std::string resource;  ///< a JSON object; "" for a deletion
  std::string full_url;  ///< only inside a Bundle
  std::string deleted;   ///< `Patient/3`
};

/// Makes all versions of some patients, with twins that differ in form only.
std::vector<Item> MakeItems(std::mt19937_64& random) {
  std::vector<Item> items;
  int moment = 0;
  for (int patient = 0; patient < 12; ++patient) {
    const std::string id = std::to_string(patient);
    const int versions = 1 + static_cast<int>(random() % 3);
    for (int version = 0; version < versions; ++version, ++moment) {
      const std::string meta = "\"meta\":{\"versionId\":\"" + std::to_string(version) +
                               R"(","lastUpdated":"2026-01-01T00:00:)" +
                               std::to_string(10 + moment) + "Z\"}";
      // Some versions say the same as the one before and differ in `meta` only.
      const std::string name = R"("name":[{"family":"f)" + std::to_string(version / 2) + "\"}]";
      const std::string type = R"("resourceType":"Patient")";
      const std::string own = "\"id\":\"" + id + "\"";
      items.push_back({"{" + type + "," + own + "," + meta + "," + name + "}", "", ""});
      items.push_back({"{" + name + ", " + meta + " ,\t" + own + "," + type + " }", "", ""});
    }
    if (random() % 3 == 0) items.push_back({"", "", "Patient/" + id});
  }
  // Without an id: known by the entry's fullUrl, else by their content.
  items.push_back({R"({"resourceType":"Observation","status":"final"})",
                   "urn:uuid:0b7a5ed3-3f6a-4a6e-9d2c-6b7a1c2d3e4f", ""});
  items.push_back({R"({"resourceType":"Observation","status":"amended"})", "", ""});
  return items;
}

std::string EntryOf(const Item& item) {
  if (!item.deleted.empty()) {
    return R"({"request":{"method":"DELETE","url":")" + item.deleted +
           R"("},"response":{"status":"204","lastModified":"2026-01-01T00:01:00Z"}})";
  }
  const std::string url = item.full_url.empty() ? "" : "\"fullUrl\":\"" + item.full_url + "\",";
  return "{" + url + "\"resource\":" + item.resource + "}";
}

/// Writes items as lines of NDJSON where they can be, else as Bundles.
std::string TextOf(const std::vector<Item>& items, bool as_bundle) {
  std::string text = as_bundle ? R"({"resourceType":"Bundle","type":"transaction","entry":[)" : "";
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool needs_bundle = items[i].resource.empty() || !items[i].full_url.empty();
    if (as_bundle) {
      text += (i == 0 ? "" : ",\n") + EntryOf(items[i]);
    } else if (needs_bundle) {
      text +=
          R"({"resourceType":"Bundle","type":"transaction","entry":[)" + EntryOf(items[i]) + "]}\n";
    } else {
      text += items[i].resource + "\n";
    }
  }
  return as_bundle ? text + "]}" : text;
}

class OrderTest : public IngestHomeTest {
 protected:
  /// Takes the items in, shuffled over files and ingests; then some of the files once more.
  void TakeShuffled(std::vector<Item> items, std::mt19937_64& random) {
    std::shuffle(items.begin(), items.end(), random);
    const std::size_t file_count = 1 + random() % 5;
    std::vector<std::vector<Item>> files(file_count);
    for (const Item& item : items) {
      files[random() % file_count].push_back(item);
      if (random() % 4 == 0) files[random() % file_count].push_back(item);
    }
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < file_count; ++i) {
      const bool as_bundle = random() % 2 == 0;
      const std::string name = std::to_string(random()) + (as_bundle ? ".json" : ".ndjson");
      paths.push_back(Write(name, TextOf(files[i], as_bundle)));
    }
    std::size_t begin = 0;
    while (begin < paths.size()) {
      const std::size_t end = begin + 1 + random() % (paths.size() - begin);
      Take({paths.begin() + static_cast<std::ptrdiff_t>(begin),
            paths.begin() + static_cast<std::ptrdiff_t>(end)},
           random);
      begin = end;
    }
    Take({paths[random() % paths.size()]}, random);
  }

  void Take(const std::vector<std::string>& paths, std::mt19937_64& random) {
    IngestRequest request;
    request.limits.batch_records_max = static_cast<std::uint32_t>(1 + random() % 40);
    const auto outcome = home_->Take(paths, request);
    ASSERT_TRUE(IsOk(outcome));
    ASSERT_FALSE(outcome->stopped) << outcome->stopped->ToString();
    EXPECT_EQ(outcome->receipt.totals.quarantined, 0U);
    ExpectBalanced(outcome->receipt);
    EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), outcome->receipt.id)));
    written_ += outcome->receipt.totals.written;
  }

  void NewHome(int number) {
    home_ = std::make_unique<IngestHome>(base::PosixFileSystem(),
                                         folder_ / ("home" + std::to_string(number)));
    written_ = 0;
  }

  /// Returns all versions, whatever they came in by.
  std::string Versions() {
    return home_->Ask("raw.fhir",
                      "SELECT resource_type, id, version_id, last_updated, deleted, "
                      "regexp_extract(resource, '\"f[0-9]+\"|final|amended') "
                      "FROM input ORDER BY ALL");
  }

  /// Returns the current version of each record, by the written order.
  std::string Current() {
    return home_->Ask("raw.fhir",
                      "SELECT resource_type, id, version_id FROM input WHERE NOT deleted "
                      "QUALIFY row_number() OVER (PARTITION BY source, resource_type, id ORDER BY "
                      "last_updated DESC NULLS LAST, version_id DESC, ingest DESC, file DESC, "
                      "\"offset\" DESC) = 1 ORDER BY ALL");
  }

  std::uint64_t written_ = 0;
};

TEST_F(OrderTest, ASetEndsAlikeHoweverItIsTakenIn) {
  const std::uint64_t seed = Seed();
  SCOPED_TRACE("HEALIX_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::vector<Item> items = MakeItems(random);
  std::string versions;
  std::string current;
  for (int trial = 0; trial < 6; ++trial) {
    SCOPED_TRACE("trial " + std::to_string(trial));
    NewHome(trial);
    TakeShuffled(items, random);
    EXPECT_EQ(home_->Ask("raw.fhir", "SELECT count(*) FROM input"), std::to_string(written_));
    if (trial == 0) {
      versions = Versions();
      current = Current();
    }
    EXPECT_EQ(Versions(), versions);
    EXPECT_EQ(Current(), current);
  }
}

TEST_F(OrderTest, IfNoneExistNeverReplacesWhateverTheOrderOfPaths) {
  const auto create = [](const std::string& family, const std::string& more) {
    return R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)"
           R"({"resourceType":"Patient","id":"a","name":[{"family":")" +
           family + R"("}]},"request":{"method":"POST","url":"Patient")" + more + "}}]}";
  };
  const std::string if_none = R"(,"ifNoneExist":"identifier=1")";
  const std::string first = Write("1.json", create("first", ""));
  const std::string second = Write("2.json", create("second", if_none));
  const std::string third = Write("3.json", create("third", if_none));
  std::mt19937_64 random(Seed());
  std::vector<std::string> paths = {first, second, third};
  for (int trial = 0; trial < 3; ++trial) {
    NewHome(trial);
    std::shuffle(paths.begin(), paths.end(), random);
    Take(paths, random);
    EXPECT_EQ(home_->Ask("raw.fhir", "SELECT count(*), min(file) FROM input"), "1|" + first);
  }
}

TEST_F(OrderTest, DeletedFilesOfABulkExportMakeTombstones) {
  Write("Patient.ndjson", PatientLine("a") + PatientLine("b"));
  Write(
      "deleted/Patient.ndjson",
      R"({"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Patient/a"}}]})"
      "\n");
  std::mt19937_64 random(Seed());
  Take({input_folder()}, random);
  Take({input_folder()}, random);
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT id, deleted FROM input ORDER BY ALL"),
            "a|false\na|true\nb|false");
}

}  // namespace
}  // namespace healix::lakehouse::ingest
