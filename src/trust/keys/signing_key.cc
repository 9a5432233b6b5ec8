// SPDX-License-Identifier: Apache-2.0
#include "trust/keys/signing_key.h"

#include <sodium.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "base/hash/sha256.h"
#include "base/ids/base64url.h"
#include "base/io/sync_points.h"

namespace healix::trust::keys {
namespace {

constexpr const char* kFileName = "/signing-ed25519.key";
constexpr std::uint64_t kFileBytesMax = 1024;
constexpr std::string_view kSeedLabel = "ed25519-seed ";
constexpr std::string_view kPublicLabel = "ed25519-public ";
constexpr std::size_t kKeyIdDigits = 16;
/// SubjectPublicKeyInfo of an Ed25519 key up to the 32 bytes (RFC 8410 section 4).
constexpr unsigned char kDerPrefix[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                        0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

void StartSodium() {
  static const int started = sodium_init();  // once, also when called from several threads
  HEALIX_CHECK(started >= 0, "libsodium starts");
}

template <std::size_t N>
std::string TextOf(const std::array<unsigned char, N>& bytes) {
  return base::EncodeBase64Url(std::as_bytes(std::span(bytes)));
}

/// Reads base64url text of exactly N bytes.
template <std::size_t N>
std::optional<std::array<unsigned char, N>> BytesOf(std::string_view text) {
  const auto decoded = base::DecodeBase64Url(text);
  if (!decoded || decoded->size() != N) return std::nullopt;
  std::array<unsigned char, N> bytes;
  std::transform(decoded->begin(), decoded->end(), bytes.begin(),
                 [](std::byte b) { return std::to_integer<unsigned char>(b); });
  return bytes;
}

const unsigned char* Unsigned(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Error Damaged(const std::string& path) {
  return MakeError(ErrorCode::kKeyInvalid, "{} is not a signing key", SafePath(path));
}

/// Takes `<label><value>\n` from the front of `text` and returns the value.
std::optional<std::string_view> TakeLine(std::string_view& text, std::string_view label) {
  const std::size_t end = text.find('\n');
  if (!text.starts_with(label) || end == std::string_view::npos) return std::nullopt;
  const std::string_view value = text.substr(label.size(), end - label.size());
  text.remove_prefix(end + 1);
  return value;
}

using Seed = std::array<unsigned char, crypto_sign_SEEDBYTES>;
using PublicBytes = std::array<unsigned char, crypto_sign_PUBLICKEYBYTES>;

struct KeyFile {
  Seed seed;
  PublicBytes public_bytes;
};

std::optional<KeyFile> ParseKeyFile(std::string_view text) {
  const auto seed_text = TakeLine(text, kSeedLabel);
  if (!seed_text) return std::nullopt;
  const auto public_text = TakeLine(text, kPublicLabel);
  if (!public_text || !text.empty()) return std::nullopt;
  const auto seed = BytesOf<crypto_sign_SEEDBYTES>(*seed_text);
  const auto public_bytes = BytesOf<crypto_sign_PUBLICKEYBYTES>(*public_text);
  if (!seed || !public_bytes) return std::nullopt;
  return KeyFile{*seed, *public_bytes};
}

}  // namespace

/// The 64 bytes libsodium signs with; never swapped out, wiped at the end.
struct SigningKey::Secret {
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> bytes;

  Secret() { sodium_mlock(bytes.data(), bytes.size()); }
  ~Secret() { sodium_munlock(bytes.data(), bytes.size()); }  // wipes, too
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
};

Result<PublicKey> PublicKey::Parse(std::string_view text) {
  const auto bytes = BytesOf<crypto_sign_PUBLICKEYBYTES>(text);
  if (!bytes) {
    return MakeError(ErrorCode::kKeyInvalid, "a public key is 32 bytes as base64url text");
  }
  return PublicKey(*bytes);
}

std::string PublicKey::ToText() const { return TextOf(bytes_); }

std::string PublicKey::ToPem() const {
  std::vector<unsigned char> der(std::begin(kDerPrefix), std::end(kDerPrefix));
  der.insert(der.end(), bytes_.begin(), bytes_.end());
  constexpr int kForm = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_encoded_len(der.size(), kForm), '\0');
  sodium_bin2base64(text.data(), text.size(), der.data(), der.size(), kForm);
  text.resize(text.find('\0'));
  return "-----BEGIN PUBLIC KEY-----\n" + text + "\n-----END PUBLIC KEY-----\n";
}

std::string PublicKey::id() const {
  return base::Sha256Of(std::as_bytes(std::span(bytes_))).ToHex().substr(0, kKeyIdDigits);
}

Status PublicKey::Verify(std::string_view content, std::string_view signature) const {
  StartSodium();
  const auto bytes = BytesOf<crypto_sign_BYTES>(signature);
  if (!bytes || crypto_sign_verify_detached(bytes->data(), Unsigned(content), content.size(),
                                            bytes_.data()) != 0) {
    return MakeError(ErrorCode::kSignatureInvalid, "key {} did not sign this", SafeName(id()));
  }
  return {};
}

SigningKey::SigningKey(std::unique_ptr<Secret> secret, const PublicKey& public_key)
    : secret_(std::move(secret)), public_key_(public_key) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

Status SigningKey::Create(base::FileSystem& files, const std::string& folder) {
  StartSodium();
  const std::string path = folder + kFileName;
  if (files.Stat(path)) {
    const auto there = Load(files, folder);
    return there ? Status() : Status(there.error());
  }
  Seed seed;
  PublicBytes public_bytes;
  Secret secret;
  randombytes_buf(seed.data(), seed.size());
  crypto_sign_seed_keypair(public_bytes.data(), secret.bytes.data(), seed.data());
  std::string text = std::string(kSeedLabel) + TextOf(seed) + "\n" + std::string(kPublicLabel) +
                     TextOf(public_bytes) + "\n";
  base::SyncPoint("keys.create.before_write");
  const Status written = base::WriteFileDurably(files, path, text);
  sodium_memzero(seed.data(), seed.size());
  sodium_memzero(text.data(), text.size());
  return written;
}

Result<SigningKey> SigningKey::Load(base::FileSystem& files, const std::string& folder) {
  StartSodium();
  const std::string path = folder + kFileName;
  const auto info = files.Stat(path);
  if (!info && info.error().code() != ErrorCode::kFileNotFound) return info.error();
  if (!info) return MakeError(ErrorCode::kKeyInvalid, "{} is missing", SafePath(path));
  if (!info->is_private) {
    return MakeError(ErrorCode::kKeyInvalid, "others may read or write {}: set its mode to 0600",
                     SafePath(path));
  }
  auto text = base::ReadFile(files, path, kFileBytesMax);
  if (!text && text.error().code() == ErrorCode::kLimitExceeded) return Damaged(path);
  if (!text) return text.error();
  auto parsed = ParseKeyFile(*text);
  sodium_memzero(text->data(), text->size());
  if (!parsed) return Damaged(path);

  auto secret = std::make_unique<Secret>();
  PublicBytes derived;
  crypto_sign_seed_keypair(derived.data(), secret->bytes.data(), parsed->seed.data());
  sodium_memzero(parsed->seed.data(), parsed->seed.size());
  if (derived != parsed->public_bytes) return Damaged(path);  // a bit of either has changed
  return SigningKey(std::move(secret), PublicKey(derived));
}

std::string SigningKey::Sign(std::string_view content) const {
  std::array<unsigned char, crypto_sign_BYTES> signature;
  crypto_sign_detached(signature.data(), nullptr, Unsigned(content), content.size(),
                       secret_->bytes.data());
  return TextOf(signature);
}

}  // namespace healix::trust::keys
