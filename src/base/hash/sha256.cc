// SPDX-License-Identifier: Apache-2.0
#include "base/hash/sha256.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/hash/hex.h"

namespace healix::base {
namespace {

/// Fetched once: in OpenSSL 3 each EVP_sha256() of an init searches the providers again.
const EVP_MD* Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  HEALIX_CHECK(algorithm != nullptr, "OpenSSL has no SHA-256");
  return algorithm;
}

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using ContextPointer = std::unique_ptr<EVP_MD_CTX, ContextDeleter>;

ContextPointer NewContext() {
  ContextPointer context(EVP_MD_CTX_new());
  HEALIX_CHECK(context != nullptr, "out of memory");
  return context;
}

void Start(EVP_MD_CTX* context) {
  HEALIX_CHECK(EVP_DigestInit_ex2(context, Algorithm(), nullptr) == 1, "SHA-256 can't start");
}

void Add(EVP_MD_CTX* context, std::span<const std::byte> bytes) {
  HEALIX_CHECK(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1, "SHA-256 failed");
}

Sha256Digest End(EVP_MD_CTX* context) {
  Sha256Digest digest;
  unsigned size = 0;
  auto* const out = reinterpret_cast<unsigned char*>(digest.bytes.data());
  HEALIX_CHECK(EVP_DigestFinal_ex(context, out, &size) == 1, "SHA-256 can't end");
  HEALIX_CHECK(size == digest.bytes.size(), "SHA-256 has 32 bytes");
  return digest;
}

std::span<const std::byte> BytesOf(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

std::string Sha256Digest::ToHex() const { return EncodeHex(bytes); }

struct Sha256::Context {
  ContextPointer pointer = NewContext();
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { Start(context_->pointer.get()); }
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::Update(std::span<const std::byte> bytes) { Add(context_->pointer.get(), bytes); }
void Sha256::Update(std::string_view text) { Update(BytesOf(text)); }

Sha256Digest Sha256::Finish() {
  const Sha256Digest digest = End(context_->pointer.get());
  Start(context_->pointer.get());
  return digest;
}

Sha256Digest Sha256Of(std::span<const std::byte> bytes) {
  thread_local const ContextPointer context = NewContext();
  Start(context.get());
  Add(context.get(), bytes);
  return End(context.get());
}

Sha256Digest Sha256Of(std::string_view text) { return Sha256Of(BytesOf(text)); }

Result<Sha256Digest> ParseSha256(std::string_view hex) {
  Sha256Digest digest;
  if (hex.size() != 2 * digest.bytes.size()) {
    return MakeError(ErrorCode::kInvalidArgument, "a SHA-256 has 64 hexadecimal digits, not {}",
                     hex.size());
  }
  HEALIX_TRY(const auto bytes, DecodeHex(hex));
  std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
  return digest;
}

}  // namespace healix::base
