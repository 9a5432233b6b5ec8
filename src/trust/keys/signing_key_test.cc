// SPDX-License-Identifier: Apache-2.0
#include "trust/keys/signing_key.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/hash/hex.h"
#include "base/ids/base64url.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"

namespace healix::trust::keys {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using healix::testing::TempFolder;

class SigningKeyTest : public ::testing::Test {
 protected:
  Status Create() { return SigningKey::Create(files_, folder_.path().string()); }
  Result<SigningKey> Load() { return SigningKey::Load(files_, folder_.path().string()); }

  const TempFolder folder_;
  base::FileSystem& files_ = base::PosixFileSystem();
  const std::string path_ = folder_ / "signing-ed25519.key";
};

TEST_F(SigningKeyTest, SignsAndVerifies) {
  ASSERT_TRUE(IsOk(Create()));
  const auto key = Load();
  ASSERT_TRUE(IsOk(key));
  const std::string signature = key->Sign("a receipt");
  const PublicKey& known = key->public_key();
  EXPECT_TRUE(IsOk(known.Verify("a receipt", signature)));
  EXPECT_TRUE(IsError(known.Verify("a receipt ", signature), ErrorCode::kSignatureInvalid));
  EXPECT_TRUE(IsError(known.Verify("a receipt", ""), ErrorCode::kSignatureInvalid));
  EXPECT_TRUE(IsError(known.Verify("a receipt", signature + "A"), ErrorCode::kSignatureInvalid));
  EXPECT_EQ(PublicKey::Parse(known.ToText()).value(), known);
  EXPECT_EQ(known.id().size(), 16u);
}

TEST_F(SigningKeyTest, IsMadeOnce) {
  ASSERT_TRUE(IsOk(Create()));
  const auto first = Load();
  ASSERT_TRUE(IsOk(first));
  ASSERT_TRUE(IsOk(Create()));
  const auto second = Load();
  ASSERT_TRUE(IsOk(second));
  EXPECT_EQ(first->public_key(), second->public_key());
  EXPECT_TRUE(files_.Stat(path_).value().is_private);
}

TEST_F(SigningKeyTest, RefusesAFileThatOthersMayRead) {
  ASSERT_TRUE(IsOk(Create()));
  std::filesystem::permissions(path_, std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  EXPECT_TRUE(IsError(Load(), ErrorCode::kKeyInvalid));
  EXPECT_TRUE(IsError(Create(), ErrorCode::kKeyInvalid));
}

TEST_F(SigningKeyTest, RefusesADamagedFile) {
  EXPECT_TRUE(IsError(Load(), ErrorCode::kKeyInvalid)) << "absent";
  ASSERT_TRUE(IsOk(Create()));
  const std::string good = base::ReadFile(files_, path_, 1000).value();
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = bad[at] == 'A' ? 'B' : 'A';
    ASSERT_TRUE(IsOk(base::WriteFileDurably(files_, path_, bad)));
    EXPECT_TRUE(IsError(Load(), ErrorCode::kKeyInvalid)) << at;
  }
  for (const std::string& bad :
       {std::string(), good.substr(0, good.size() - 1), good + "\n", std::string(5000, 'A')}) {
    ASSERT_TRUE(IsOk(base::WriteFileDurably(files_, path_, bad)));
    EXPECT_TRUE(IsError(Load(), ErrorCode::kKeyInvalid));
  }
}

TEST_F(SigningKeyTest, AgreesWithWycheproof) {
  HEALIX_SHARED_OR_SKIP(path, "conformance/wycheproof/testvectors_v1/ed25519_test.json");
  const auto suite =
      nlohmann::json::parse(base::ReadFile(files_, path, 10'000'000).value(), nullptr, true);
  const auto bytes_of = [](const nlohmann::json& hex) {
    const auto bytes = base::DecodeHex(hex.get<std::string>()).value();
    return std::string(base::AsText(bytes));
  };
  int judged = 0;
  for (const auto& group : suite.at("testGroups")) {
    const auto key = PublicKey::Parse(group.at("publicKeyJwk").at("x").get<std::string>());
    ASSERT_TRUE(IsOk(key));
    EXPECT_EQ(key->ToPem(), group.at("publicKeyPem").get<std::string>());
    for (const auto& test : group.at("tests")) {
      const std::string signature = base::EncodeBase64Url(base::AsBytes(bytes_of(test.at("sig"))));
      const bool accepted = key->Verify(bytes_of(test.at("msg")), signature).has_value();
      EXPECT_EQ(accepted, test.at("result") == "valid") << "tcId " << test.at("tcId");
      ++judged;
    }
  }
  EXPECT_EQ(judged, suite.at("numberOfTests").get<int>());
}

}  // namespace
}  // namespace healix::trust::keys
