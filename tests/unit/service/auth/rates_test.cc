#include "service/auth/rates.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "service/auth/policy/access_policy.h"
#include "support/cpp/fake_hasher.h"
#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::FakeClock;
using testing::FakeHasher;
using testing::KeyOf;

RateLimits Limits(std::int64_t requests, std::int64_t records, std::int64_t bytes,
                  std::int64_t burst_seconds = 1) {
  return {{requests, records, bytes}, burst_seconds};
}

class RatesTest : public ::testing::Test {
 protected:
  RateLimiter Of(const std::string& name, const RateLimits& limits) {
    return Rates({{{name}, limits}}, table).LimiterOf({name, {}});
  }
  std::optional<RateRefusal> Send(const RateLimiter& limiter, std::int64_t bytes) const {
    return limiter.TakeRequest({bytes, false, true}, clock.Now());
  }

  FakeClock clock;
  RateTable table{clock};
};

TEST_F(RatesTest, WithoutARuleThereIsNoLimit) {
  const RateLimiter none = Rates({{{"other"}, Limits(1, 1, 1)}}, table).LimiterOf({"shop", {}});
  EXPECT_FALSE(none.limited());
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(Send(none, 1'000));
    EXPECT_FALSE(none.TakeRecords(1'000, clock.Now()));
    none.ChargeBytes(1'000, clock.Now());
  }
}

TEST_F(RatesTest, TheFirstRuleThatNamesThePrincipalDecides) {
  const Rates rates(
      {{{"group:bulk"}, Limits(1, 0, 0)}, {{"shop"}, Limits(2, 0, 0)}, {{"*"}, Limits(3, 0, 0)}},
      table);
  const auto requests = [&](Principal principal) {
    return rates.LimiterOf(principal).limits().Of(RateUnit::kRequests);
  };
  EXPECT_EQ(requests({"shop", {"bulk"}}), 1);
  EXPECT_EQ(requests({"shop", {"eu"}}), 2);
  EXPECT_EQ(requests({"cart", {}}), 3);
  EXPECT_EQ(requests({}), 3) << "* is everyone, also who is anonymous";
}

TEST_F(RatesTest, RequestsAreCountedEachOnce) {
  const RateLimiter shop = Of("shop", Limits(2, 0, 0));
  EXPECT_FALSE(Send(shop, 0));
  EXPECT_FALSE(Send(shop, 1'000'000));
  const auto refused = Send(shop, 0);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->unit, RateUnit::kRequests);
  EXPECT_EQ(refused->left, 0);
  EXPECT_EQ(refused->wait, milliseconds(500));
  clock.Advance(milliseconds(500));
  EXPECT_FALSE(Send(shop, 0));
}

TEST_F(RatesTest, ABodyThatIsTooMuchTakesNoRequest) {
  const RateLimiter shop = Of("shop", Limits(2, 0, 1'000));
  EXPECT_FALSE(Send(shop, 600));
  for (int i = 0; i < 5; ++i) {
    const auto refused = Send(shop, 600);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->unit, RateUnit::kBytes);
    EXPECT_EQ(refused->left, 400);
    EXPECT_EQ(refused->wait, milliseconds(200));
  }
  EXPECT_FALSE(Send(shop, 400)) << "one request is left, and 400 bytes";
}

TEST_F(RatesTest, TheLongestWaitIsTold) {
  const RateLimiter shop = Of("shop", Limits(1, 0, 100));
  EXPECT_FALSE(Send(shop, 1'000));
  const auto refused = Send(shop, 1);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->unit, RateUnit::kBytes) << "although no request is left either";
  EXPECT_EQ(refused->wait, milliseconds(9'010));
}

TEST_F(RatesTest, RecordsAreTakenTogetherOrNot) {
  const RateLimiter shop = Of("shop", Limits(0, 10, 0));
  EXPECT_FALSE(shop.TakeRecords(7, clock.Now()));
  const auto refused = shop.TakeRecords(4, clock.Now());
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->unit, RateUnit::kRecords);
  EXPECT_EQ(refused->left, 3);
  EXPECT_EQ(refused->wait, milliseconds(100));
  EXPECT_FALSE(shop.TakeRecords(3, clock.Now()));
}

TEST_F(RatesTest, WithoutARecordLeftTheHeadIsRefused) {
  const RateLimiter shop = Of("shop", Limits(10, 10, 0));
  EXPECT_FALSE(shop.TakeRecords(10, clock.Now()));
  const auto refused = Send(shop, 5);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->unit, RateUnit::kRecords);
  EXPECT_FALSE(shop.TakeRequest({0, false, false}, clock.Now())) << "it sends none";
}

TEST_F(RatesTest, ABodyOfUnknownSizeNeedsAByteAndIsOwed) {
  const RateLimiter shop = Of("shop", Limits(0, 0, 100));
  const RateLimiter::Request chunked{0, true, true};
  EXPECT_FALSE(shop.TakeRequest(chunked, clock.Now()));
  EXPECT_FALSE(shop.TakeRequest(chunked, clock.Now())) << "nothing has arrived yet";
  shop.ChargeBytes(250, clock.Now());
  const auto refused = shop.TakeRequest(chunked, clock.Now());
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->wait, milliseconds(1'510));
  EXPECT_TRUE(Send(shop, 1));
  EXPECT_FALSE(Send(shop, 0));
}

TEST_F(RatesTest, APrincipalHasOneSetOfBucketsWhateverItsCredentials) {
  FakeHasher hasher;
  std::vector<ApiKeyEntry> keys(3);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i].id = "key" + std::to_string(i);
    keys[i].digest = hasher.Sha256(KeyOf(keys[i].id));
    keys[i].principal = i < 2 ? "shop" : "cart";
    keys[i].groups = {std::to_string(i)};
  }
  const std::vector<RateRule> rules = {{{"*"}, Limits(1, 0, 0)}};
  const auto caller = [&](const AccessPolicy& policy, const std::string& id) {
    const std::string key = KeyOf(id);
    return policy.Authenticate({AuthScheme::kApiKey, key}, clock.UnixMillis()).caller;
  };
  AccessPolicy policy(keys, Grants(), hasher, Rates(rules, table));
  EXPECT_FALSE(Send(caller(policy, "key0")->rate, 0));
  EXPECT_TRUE(Send(caller(policy, "key1")->rate, 0)) << "the second key of the same principal";
  EXPECT_FALSE(Send(caller(policy, "key2")->rate, 0)) << "another principal has its own";
  const AccessPolicy reloaded(keys, Grants(), hasher, Rates(rules, table));
  EXPECT_TRUE(Send(caller(reloaded, "key0")->rate, 0)) << "a reload refills nothing";
}

TEST_F(RatesTest, AReloadWithAnotherRateKeepsWhatIsMissing) {
  EXPECT_FALSE(Of("shop", Limits(0, 0, 1'000, 100)).TakeRequest({100'000}, clock.Now()));
  const RateLimiter now = Of("shop", Limits(0, 0, 10'000, 20));
  EXPECT_FALSE(Send(now, 100'000)) << "100 000 of 200 000 are missing";
  EXPECT_TRUE(Send(now, 1));
}

TEST_F(RatesTest, BucketsThatNobodyUsesAreDroppedOnceFull) {
  const RateLimiter used = Of("used", Limits(1, 0, 0));
  EXPECT_FALSE(Send(Of("owing", Limits(1, 0, 0, 1'000)), 0));
  for (std::size_t i = 0; i < 2 * RateTable::kMaxIdle; ++i) {
    static_cast<void>(Of("idle" + std::to_string(i), Limits(1, 0, 0)));
  }
  EXPECT_LT(table.size(), RateTable::kMaxIdle);
  EXPECT_FALSE(Send(used, 0));
  EXPECT_TRUE(Send(Of("used", Limits(1, 0, 0)), 0)) << "it is the same";
  const auto owing = table.Find("owing", Limits(1, 0, 0, 1'000));
  EXPECT_FALSE(owing->Of(RateUnit::kRequests).IsFull(clock.Now())) << "it is not full: it is kept";
}

TEST_F(RatesTest, TheTableIsBoundedAlsoIfNoneIsFull) {
  for (std::size_t i = 0; i < 3 * RateTable::kMaxIdle; ++i) {
    EXPECT_FALSE(Send(Of("busy" + std::to_string(i), Limits(1, 0, 0)), 0));
  }
  EXPECT_LE(table.size(), 2 * RateTable::kMaxIdle);
}

}  // namespace
}  // namespace gateway
