// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/receipt.h"
#include "lakehouse/ingest/receipt_quarantine_internal.h"
#include "lakehouse/ingest/receipt_rows_internal.h"
#include "lakehouse/ingest/receipt_store_internal.h"
#include "trust/keys/signing_key.h"

namespace healix::lakehouse::ingest {
namespace {

Status CheckDocument(const Parts& parts, const Receipt& receipt, const ReceiptId& id) {
  const trust::keys::PublicKey key = parts.key.public_key();
  if (receipt.public_key != key.ToText()) {
    return MakeError(ErrorCode::kSignatureInvalid,
                     "the receipt names another key than this home's");
  }
  HEALIX_RETURN_IF_ERROR(key.Verify(receipt.json, receipt.signature));
  if (receipt.id != id) {
    return MakeError(ErrorCode::kReceiptMismatch, "the document is that of another receipt");
  }
  if (receipt.files.Sum() != static_cast<const FileSums&>(receipt)) {
    return MakeError(ErrorCode::kReceiptMismatch, "the totals are not the sums of the files");
  }
  return CheckListed(parts, receipt);
}

}  // namespace

Result<Verification> VerifyReceipt(const Parts& parts, const ReceiptId& id) {
  HEALIX_TRY(const Receipt receipt, ShowReceipt(parts, id));
  HEALIX_RETURN_IF_ERROR(CheckDocument(parts, receipt, id));
  Verification verified;
  verified.files = receipt.files.size();
  HEALIX_TRY(verified.quarantined, CheckQuarantine(parts, receipt));
  HEALIX_TRY(verified.rows, CheckRows(parts, receipt));
  return verified;
}

}  // namespace healix::lakehouse::ingest
