#include "service/auth/api_keys.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "service/auth/policy/access_control.h"
#include "service/auth/policy/access_policy.h"
#include "support/cpp/fake_hasher.h"

namespace gateway {
namespace {

using testing::FakeHasher;
using testing::KeyOf;

class ApiKeyCheck : public ::testing::Test {
 protected:
  ApiKey Key(const std::string& id) const {
    ApiKey key;
    key.id = id;
    key.digest = hasher.Sha256(KeyOf(id));
    key.caller = std::make_shared<const Caller>(Caller{{"of-" + id, {}}, {}});
    return key;
  }
  AuthResult Check(ApiKey key, TimestampMs now = 1'000) const {
    const std::string id = key.id;
    const Authentication got = ApiKeys({std::move(key)}, hasher).Check(KeyOf(id), now);
    EXPECT_EQ(got.caller != nullptr, got.result == AuthResult::kAccepted);
    return got.result;
  }

  FakeHasher hasher;
};

TEST(ApiKeyForm, TheIdIsBetweenPrefixAndSecret) {
  EXPECT_EQ(ApiKeyIdOf(KeyOf("shop")), "shop");
  EXPECT_EQ(ApiKeyIdOf("kgw_shop1_" + std::string(41, 'a') + "_-"), "shop1");
  EXPECT_EQ(ApiKeyIdOf("kgw_shop_" + std::string(42, '_') + "a"), "shop")
      << "the secret may have the separator in it";
  EXPECT_EQ(ApiKeyIdOf(KeyOf(std::string(32, 'a'))), std::string(32, 'a'));
}

TEST(ApiKeyForm, EverythingElseIsMalformed) {
  for (const std::string& key :
       {std::string(), std::string("kgw_"), std::string("kgw_shop"), KeyOf("sho"),
        KeyOf(std::string(33, 'a')), KeyOf("Shop"), KeyOf("sh-op"), KeyOf("shop") + "x",
        KeyOf("shop").substr(0, KeyOf("shop").size() - 1), "KGW" + KeyOf("shop").substr(3),
        KeyOf("shop", '+'), KeyOf("shop", '='), KeyOf("shop", '\0'), " " + KeyOf("shop")}) {
    EXPECT_EQ(ApiKeyIdOf(key), std::nullopt) << key;
  }
}

TEST_F(ApiKeyCheck, ARightKeyProvesItsPrincipal) {
  const ApiKeys keys({Key("zebra"), Key("shop"), Key("shop2")}, hasher);
  for (const char* const id : {"shop", "shop2", "zebra"}) {
    const Authentication got = keys.Check(KeyOf(id), 0);
    EXPECT_EQ(got.result, AuthResult::kAccepted);
    ASSERT_TRUE(got.caller);
    EXPECT_EQ(got.caller->principal.name, std::string("of-") + id);
  }
}

TEST_F(ApiKeyCheck, TheWholeKeyCounts) {
  const ApiKeys keys({Key("shop"), Key("shop2")}, hasher);
  EXPECT_EQ(keys.Check(KeyOf("shop", 'y'), 0).result, AuthResult::kWrong);
  EXPECT_EQ(keys.Check(KeyOf("shop1"), 0).result, AuthResult::kUnknown);
  EXPECT_EQ(keys.Check("kgw_shop", 0).result, AuthResult::kMalformed);
}

TEST_F(ApiKeyCheck, AnUnknownIdCostsAsMuchAsAWrongSecret) {
  const ApiKeys keys({Key("shop")}, hasher);
  static_cast<void>(keys.Check(KeyOf("nobody"), 0));
  EXPECT_EQ(hasher.compared, 1);
  static_cast<void>(keys.Check(KeyOf("shop", 'y'), 0));
  EXPECT_EQ(hasher.compared, 2);
}

TEST_F(ApiKeyCheck, ItsTimesAreFromNotBeforeUntilExpires) {
  ApiKey key = Key("shop");
  key.not_before = 1'000;
  key.expires = 2'000;
  EXPECT_EQ(Check(key, 999), AuthResult::kNotYetValid);
  EXPECT_EQ(Check(key, 1'000), AuthResult::kAccepted);
  EXPECT_EQ(Check(key, 1'999), AuthResult::kAccepted);
  EXPECT_EQ(Check(key, 2'000), AuthResult::kExpired);
}

TEST_F(ApiKeyCheck, ADisabledKeyIsRefused) {
  ApiKey key = Key("shop");
  key.disabled = true;
  EXPECT_EQ(Check(key), AuthResult::kDisabled);
}

TEST_F(ApiKeyCheck, OnlyWhoHasTheSecretLearnsThatAKeyIsDisabledOrExpired) {
  ApiKey key = Key("shop");
  key.disabled = true;
  key.expires = 1;
  EXPECT_EQ(ApiKeys({key}, hasher).Check(KeyOf("shop", 'y'), 1'000).result, AuthResult::kWrong);
}

class Policy : public ::testing::Test {
 protected:
  ApiKeyEntry Entry(const std::string& id, const std::string& principal) const {
    ApiKeyEntry entry;
    entry.id = id;
    entry.digest = hasher.Sha256(KeyOf(id));
    entry.principal = principal;
    return entry;
  }
  static Grants GrantTo(const std::string& principal) {
    return Grants({{{principal}, {"orders"}, true, false, ""}}, {});
  }

  FakeHasher hasher;
};

TEST_F(Policy, TwoKeysOfOnePrincipalAreOneCaller) {
  const AccessPolicy policy({Entry("shop1", "shop"), Entry("shop2", "shop")}, GrantTo("shop"),
                            hasher);
  const std::string first = KeyOf("shop1");
  const std::string second = KeyOf("shop2");
  const CallerPtr caller = policy.Authenticate({AuthScheme::kApiKey, first}, 0).caller;
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller, policy.Authenticate({AuthScheme::kApiKey, second}, 0).caller);
  EXPECT_TRUE(caller->rights.Allows(TopicOperation::kWrite, "orders"));
}

TEST_F(Policy, GroupsOfAKeyCount) {
  ApiKeyEntry entry = Entry("shop1", "shop");
  entry.groups = {"ops"};
  const AccessPolicy policy({entry, Entry("shop2", "shop")}, GrantTo("group:ops"), hasher);
  const std::string first = KeyOf("shop1");
  const std::string second = KeyOf("shop2");
  EXPECT_TRUE(policy.Authenticate({AuthScheme::kApiKey, first}, 0).caller->rights.any());
  EXPECT_FALSE(policy.Authenticate({AuthScheme::kApiKey, second}, 0).caller->rights.any());
}

TEST_F(Policy, WithoutCredentialsOnlyWhatIsGrantedToAnonymousIsOpen) {
  const AccessPolicy closed({}, GrantTo("*"), hasher);
  EXPECT_EQ(closed.Authenticate({}, 0).result, AuthResult::kMissing);
  const AccessPolicy open({}, GrantTo("anonymous"), hasher);
  const Authentication got = open.Authenticate({}, 0);
  EXPECT_EQ(got.result, AuthResult::kAccepted);
  EXPECT_TRUE(got.caller->principal.anonymous());
}

TEST_F(Policy, WrongCredentialsAreNeverAnonymous) {
  const AccessPolicy open({}, GrantTo("anonymous"), hasher);
  const std::string key = KeyOf("nobody");
  EXPECT_EQ(open.Authenticate({AuthScheme::kApiKey, key}, 0).result, AuthResult::kUnknown);
  EXPECT_EQ(open.Authenticate({AuthScheme::kUnknown, "x"}, 0).result, AuthResult::kUnsupported);
  EXPECT_EQ(open.Authenticate({AuthScheme::kNone, "", true}, 0).result, AuthResult::kConflicting);
}

TEST_F(Policy, ACallerOutlivesThePolicyThatMadeIt) {
  AccessControl control(std::make_shared<const AccessPolicy>(std::vector{Entry("shop1", "shop")},
                                                             GrantTo("shop"), hasher));
  const std::string key = KeyOf("shop1");
  const CallerPtr caller = control.current()->Authenticate({AuthScheme::kApiKey, key}, 0).caller;
  control.Replace(
      std::make_shared<const AccessPolicy>(std::vector<ApiKeyEntry>(), Grants(), hasher));
  EXPECT_TRUE(caller->rights.Allows(TopicOperation::kWrite, "orders"));
  EXPECT_EQ(control.current()->Authenticate({AuthScheme::kApiKey, key}, 0).result,
            AuthResult::kUnknown);
}

TEST(AuthNames, EachIsDistinct) {
  for (int i = 0; i <= static_cast<int>(kLastAuthResult); ++i) {
    for (int j = 0; j < i; ++j) {
      EXPECT_NE(NameOf(static_cast<AuthResult>(i)), NameOf(static_cast<AuthResult>(j)));
    }
  }
}

}  // namespace
}  // namespace gateway
