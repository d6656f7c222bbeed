#include "infra/tokens/key_refresh.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/cpp/fakes.h"
#include "support/cpp/signed_tokens.h"

namespace gateway {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::FakeClock;
using testing::JwkSet;
using testing::SigningKey;
using Change = KeyRefresh::Change;

class KeyRefreshes : public ::testing::Test {
 protected:
  static HttpClient::Outcome Good(const std::string& body, const std::string& cache = "") {
    HttpReply reply;
    reply.status = 200;
    reply.body = body;
    if (!cache.empty()) reply.fields = {{"cache-control", cache}};
    return reply;
  }
  static HttpClient::Outcome Bad() { return std::string("no answer"); }
  Change Tell(const HttpClient::Outcome& outcome) {
    return refresh.OnOutcome(outcome, clock.Now());
  }
  seconds Due() const { return std::chrono::duration_cast<seconds>(refresh.due() - clock.Now()); }

  static const std::string& Set(const char* id) {
    static const SigningKey kKey = SigningKey::Ed25519();
    static std::map<std::string, std::string> sets;
    std::string& set = sets[id];
    if (set.empty()) set = JwkSet({kKey.Jwk(id)});
    return set;
  }

  FakeClock clock;
  int woken = 0;
  std::shared_ptr<IssuerKeys> keys = std::make_shared<IssuerKeys>([this] { ++woken; });
  KeyRefresh refresh{keys, clock.Now()};
};

TEST_F(KeyRefreshes, TheFirstIsDueAtOnce) {
  EXPECT_EQ(Due(), seconds(0));
  EXPECT_EQ(Tell(Good(Set("a"))), Change::kFetched);
  ASSERT_TRUE(keys->current());
  EXPECT_TRUE(keys->current()->Has("a"));
}

TEST_F(KeyRefreshes, TheServerSaysWhenTheNextIsDueWithinBounds) {
  const std::pair<const char*, int> cases[] = {{"", 300},
                                               {"no-cache", 300},
                                               {"public, max-age=600", 600},
                                               {"max-age=1", 60},
                                               {"max-age=0", 60},
                                               {"max-age=86400", 3'600},
                                               {"max-age=99999999999", 3'600},
                                               {"max-age=x", 300},
                                               {"max-age=-5", 300}};
  for (const auto& [cache, due] : cases) {
    Tell(Good(Set("a"), cache));
    EXPECT_EQ(Due(), seconds(due)) << cache;
  }
}

TEST_F(KeyRefreshes, ASetThatHasNotChangedStaysTheSameObject) {
  Tell(Good(Set("a")));
  const KeySetPtr before = keys->current();
  EXPECT_EQ(Tell(Good(Set("a"))), Change::kNone);
  EXPECT_EQ(keys->current(), before);
  EXPECT_EQ(Tell(Good(Set("b"))), Change::kFetched);
  EXPECT_NE(keys->current(), before);
  EXPECT_FALSE(keys->current()->Has("a")) << "a removed key is gone";
}

TEST_F(KeyRefreshes, WithoutASetItTriesAgainEverLater) {
  std::vector<seconds> waits;
  EXPECT_EQ(Tell(Bad()), Change::kFailed);
  EXPECT_EQ(refresh.error(), "no answer");
  for (int i = 0; i < 7; ++i) {
    waits.push_back(Due());
    EXPECT_EQ(Tell(Bad()), Change::kNone) << "it is told once";
  }
  EXPECT_EQ(waits, (std::vector<seconds>{seconds(1), seconds(2), seconds(4), seconds(8),
                                         seconds(16), seconds(30), seconds(30)}));
  EXPECT_EQ(keys->current(), nullptr);
  EXPECT_EQ(Tell(Good(Set("a"))), Change::kFetched);
}

TEST_F(KeyRefreshes, AnInvalidSetNeverReplacesAValidOne) {
  Tell(Good(Set("a")));
  const KeySetPtr before = keys->current();
  HttpReply error;
  error.status = 503;
  error.body = Set("b");
  EXPECT_EQ(Tell(Good("{\"keys\": []}")), Change::kFailed);
  EXPECT_EQ(refresh.error(), "the answer has no usable key");
  EXPECT_EQ(Due(), seconds(30));
  Tell(Good("<html>"));
  Tell(error);
  EXPECT_EQ(refresh.error(), "it answers 503");
  Tell(Bad());
  EXPECT_EQ(keys->current(), before);
  EXPECT_EQ(Tell(Good(Set("a"))), Change::kFetched) << "that it works again is told";
  EXPECT_EQ(keys->current(), before);
  EXPECT_EQ(Tell(Good(Set("a"))), Change::kNone);
}

TEST_F(KeyRefreshes, TheLastGoodSetIsDroppedAfterADay) {
  Tell(Good(Set("a")));
  clock.Advance(hours(24));
  EXPECT_EQ(Tell(Bad()), Change::kFailed);
  EXPECT_NE(keys->current(), nullptr);
  clock.Advance(seconds(1));
  EXPECT_EQ(Tell(Bad()), Change::kDropped);
  EXPECT_EQ(keys->current(), nullptr);
  EXPECT_EQ(Tell(Bad()), Change::kNone);
  EXPECT_EQ(Tell(Good(Set("a"))), Change::kFetched);
  EXPECT_NE(keys->current(), nullptr);
}

TEST_F(KeyRefreshes, ItsDayBeginsWithTheLastGoodFetch) {
  Tell(Good(Set("a")));
  clock.Advance(hours(23));
  Tell(Good(Set("a")));
  clock.Advance(hours(23));
  EXPECT_EQ(Tell(Bad()), Change::kFailed);
  EXPECT_NE(keys->current(), nullptr);
}

TEST_F(KeyRefreshes, AGoodFetchLeavesNoError) {
  Tell(Bad());
  Tell(Good(Set("a")));
  EXPECT_EQ(refresh.error(), "");
}

TEST_F(KeyRefreshes, TheStatusOfTheKeysTellsOfEachFetch) {
  EXPECT_TRUE(keys->are_fetched());
  EXPECT_EQ(keys->StatusAt(clock.Now()).age, std::nullopt);
  Tell(Bad());
  Tell(Bad());
  IssuerKeyStatus status = keys->StatusAt(clock.Now());
  EXPECT_EQ(status.failures, 2U);
  EXPECT_TRUE(status.failing);
  EXPECT_EQ(status.keys, 0U);
  Tell(Good(Set("a")));
  clock.Advance(seconds(7));
  status = keys->StatusAt(clock.Now());
  EXPECT_FALSE(status.failing);
  EXPECT_EQ(status.failures, 2U);
  EXPECT_EQ(status.keys, 1U);
  EXPECT_EQ(status.age, seconds(7));
  Tell(Good(Set("a")));
  EXPECT_EQ(keys->StatusAt(clock.Now()).age, seconds(0)) << "also of a set that has not changed";
  clock.Advance(seconds(3));
  Tell(Bad());
  status = keys->StatusAt(clock.Now());
  EXPECT_EQ(status.age, seconds(3));
  EXPECT_EQ(status.keys, 1U);
  EXPECT_TRUE(status.failing);
}

TEST_F(KeyRefreshes, UnknownKeysCauseOneFetchIn30Seconds) {
  Tell(Good(Set("a")));
  for (int i = 0; i < 10'000; ++i) keys->OnUnknownKey();
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(Due(), seconds(30));
  clock.Advance(seconds(29));
  EXPECT_EQ(Due(), seconds(1));
  clock.Advance(seconds(100));
  EXPECT_LE(Due(), seconds(0));
  Tell(Good(Set("a")));
  EXPECT_EQ(Due(), seconds(300));
  keys->OnUnknownKey();
  EXPECT_EQ(woken, 2);
  EXPECT_EQ(Due(), seconds(30));
}

TEST_F(KeyRefreshes, AnUnknownKeyDelaysNothing) {
  Tell(Bad());
  keys->OnUnknownKey();
  EXPECT_EQ(Due(), seconds(1));
}

}  // namespace
}  // namespace gateway
