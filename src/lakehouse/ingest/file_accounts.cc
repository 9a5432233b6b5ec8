// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/file_accounts.h"

#include "lakehouse/ingest/account_json_internal.h"

namespace healix::lakehouse::ingest {

void FileSums::Add(const FileAccount& account) {
  bytes += account.bytes;
  ingest::Add(types, account.types);
  totals += ingest::Sum(account.types);
  for (const auto& [code, count] : account.reasons) reasons[code] += count;
}

FileAccounts::FileAccounts(std::initializer_list<FileAccount> accounts) {
  for (const FileAccount& account : accounts) Append(account);
}

void FileAccounts::Append(const FileAccount& account) { AppendJson(ToJson(account)); }

void FileAccounts::AppendJson(std::string_view account) {
  const std::size_t size = text_.size() + account.size() + 1;
  if (size > text_.capacity()) text_.reserve(size + size / 4);  // twice would be much
  if (!ends_.empty()) text_ += ',';
  text_ += account;
  ends_.push_back(text_.size());
}

FileSums FileAccounts::Sum() const {
  FileSums sums;
  for (const FileAccount& account : *this) sums.Add(account);
  return sums;
}

FileAccount FileAccounts::operator[](std::size_t index) const {
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1] + 1;
  const std::string_view element = std::string_view(text_).substr(begin, ends_[index] - begin);
  return AccountFromView(formats::json::JsonView(element));
}

}  // namespace healix::lakehouse::ingest
