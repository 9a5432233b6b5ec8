// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Signs bytes with the Ed25519 key of a home and checks such signatures.
/// Source   RFC 8032 (Ed25519), RFC 8410 (PEM form). docs/design/2026-11-21-signatures.md says how
/// others check a signature.

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/io/file_system.h"
#include "base/result/result.h"

namespace healix::trust::keys {

/// Checks signatures. A value.
/// Threads  immutable.
class PublicKey final {
 public:
  /// Reads the text of ToText().
  /// Errors   kKeyInvalid.
  static Result<PublicKey> Parse(std::string_view text);

  /// Returns the 32 bytes as base64url without padding: the `x` of an RFC 8037 JWK.
  std::string ToText() const;
  /// Returns the SubjectPublicKeyInfo as PEM, which other tools read (openssl, Python).
  std::string ToPem() const;
  /// Returns the first 16 hexadecimal digits of the SHA-256 of the 32 bytes.
  std::string id() const;

  /// Checks a signature as Sign() gives it over exactly these bytes.
  /// Errors   kSignatureInvalid, also for a signature that is not well-formed.
  /// Example  SigningKeyTest.AgreesWithWycheproof
  Status Verify(std::string_view content, std::string_view signature) const;

  bool operator==(const PublicKey&) const = default;

 private:
  friend class SigningKey;
  explicit PublicKey(const std::array<unsigned char, 32>& bytes) : bytes_(bytes) {}
  std::array<unsigned char, 32> bytes_;
};

/// Signs. The key is made once per home and lies in its keys folder.
/// Owns     the secret, in memory that is locked and wiped.
/// Threads  immutable after loading; share freely.
class SigningKey final {
 public:
  /// Makes a key in `folder` unless one is there; durable on return. Its file,
  /// `signing-ed25519.key`, has mode 0600.
  /// Errors   those of Load() when a file is there, kIoFailed ...
  static Status Create(base::FileSystem& files, const std::string& folder);
  /// Loads the key.
  /// Errors   kKeyInvalid when it is absent, damaged or may be read by others; kIoFailed ...
  static Result<SigningKey> Load(base::FileSystem& files, const std::string& folder);

  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();

  /// Returns the Ed25519 signature over exactly these bytes, 64 bytes as base64url without padding.
  std::string Sign(std::string_view content) const;
  const PublicKey& public_key() const { return public_key_; }

 private:
  struct Secret;
  SigningKey(std::unique_ptr<Secret> secret, const PublicKey& public_key);
  std::unique_ptr<Secret> secret_;
  PublicKey public_key_;
};

}  // namespace healix::trust::keys
