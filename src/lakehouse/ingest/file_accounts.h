// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Accounts for each file of an ingest, also when there are a hundred thousand.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lakehouse/ingest/counts.h"

namespace healix::lakehouse::ingest {

/// Counts quarantined records by error name (`JSON_INVALID`).
using ReasonCounts = std::map<std::string, std::uint64_t>;

/// Accounts for one file or archive member.
struct FileAccount {
  std::string file;    ///< absolute path, with `!member` for archives
  std::string source;  ///< [a-z][a-z0-9]*
  std::string kind;    ///< `fhir-json`, `fhir-xml`, `csv`, `fhir-parquet`, `parquet`
  std::string sha256;  ///< of the file on disk (of the archive, for a member), hexadecimal
  std::uint64_t size_bytes = 0;  ///< of the file on disk
  ByteCounts bytes;              ///< after decompression
  CountsByType types;
  ReasonCounts reasons;
  std::vector<std::string>
      ingests;        ///< ids in the `ingest` column of its rows: interrupted runs first
  std::string error;  ///< `error[CODE]: …` when reading stopped inside; else ""
};

/// Adds files up.
struct FileSums {
  RecordCounts totals;
  ByteCounts bytes;
  CountsByType types;
  ReasonCounts reasons;

  void Add(const FileAccount& account);
  bool operator==(const FileSums&) const = default;
};

/// Holds accounts as the JSON that stands in receipts, some hundred bytes each, and reads one at a
/// time.
/// Example  FileAccountsTest.GivesBackWhatWasAppended
class FileAccounts final {
 public:
  class Iterator;

  FileAccounts() = default;
  FileAccounts(std::initializer_list<FileAccount> accounts);

  void Append(const FileAccount& account);
  /// Appends canonical JSON of an account, as it stands in a receipt.
  void AppendJson(std::string_view account);

  std::size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }
  FileAccount operator[](std::size_t index) const;
  FileSums Sum() const;
  FileAccount front() const { return (*this)[0]; }
  Iterator begin() const;
  Iterator end() const;

  /// The accounts as elements of a JSON array, without its brackets.
  std::string_view elements() const { return text_; }

 private:
  std::string text_;
  std::vector<std::uint64_t> ends_;  ///< behind each element in `text_`
};

/// Steps through FileAccounts; each look parses one account.
class FileAccounts::Iterator final {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = FileAccount;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = FileAccount;

  Iterator(const FileAccounts& accounts, std::size_t index) : accounts_(&accounts), index_(index) {}
  FileAccount operator*() const { return (*accounts_)[index_]; }
  Iterator& operator++() {
    ++index_;
    return *this;
  }
  bool operator==(const Iterator& other) const { return index_ == other.index_; }

 private:
  const FileAccounts* accounts_;
  std::size_t index_;
};

inline FileAccounts::Iterator FileAccounts::begin() const { return {*this, 0}; }
inline FileAccounts::Iterator FileAccounts::end() const { return {*this, size()}; }

}  // namespace healix::lakehouse::ingest
