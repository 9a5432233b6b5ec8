// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "lakehouse/ingest/account_json_internal.h"
#include "lakehouse/ingest/ledger_claims_internal.h"

namespace healix::lakehouse::ingest {

using storage::records::Reader;
using storage::records::Row;

base::Sha256Digest PairHash(std::string_view first, std::string_view second) {
  std::string text;
  text.reserve(first.size() + second.size() + 1);
  text.append(first).push_back('\0');
  text.append(second);
  return base::Sha256Of(text);
}

Result<LedgerClaims> LedgerClaims::Read(storage::records::Store& records) {
  LedgerClaims claims;
  const auto read = [&](Reader& reader) -> Status {
    HEALIX_RETURN_IF_ERROR(
        reader.Each("SELECT id FROM ingest_runs", {}, [&](const Row& row) -> Status {
          claims.ingests_.insert(PairHash(row.Text(0), ""));
          return {};
        }));
    return reader.Each("SELECT file, account FROM ingest_files", {}, [&](const Row& row) -> Status {
      HEALIX_TRY(const FileAccount account, AccountFromJson(row.Text(1)));
      for (const std::string& ingest : account.ingests) {
        claims.ingests_.insert(PairHash(ingest, ""));
        claims.places_.insert(PairHash(ingest, row.Text(0)));
        claims.places_.insert(PairHash(ingest, account.file));
      }
      return {};
    });
  };
  HEALIX_RETURN_IF_ERROR(records.Read(read));
  return claims;
}

}  // namespace healix::lakehouse::ingest
