#include "infra/tokens/key_fetcher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "infra/os/system_clock.h"
#include "support/cpp/canned_server.h"
#include "support/cpp/fakes.h"
#include "support/cpp/signed_tokens.h"

namespace gateway {
namespace {

using testing::CannedServer;
using testing::FakeLogger;
using testing::JwkSet;
using testing::SigningKey;

const std::string& TheSet() {
  static const std::string kSet = JwkSet({SigningKey::Ed25519().Jwk("k")});
  return kSet;
}

void AwaitKeys(const IssuerKeys& keys) {
  while (!keys.current()) std::this_thread::yield();
}

TEST(KeyFetcher, FetchesAtOnce) {
  const CannedServer server([](const std::string&) { return CannedServer::Ok(TheSet()); });
  const SystemClock clock;
  FakeLogger logger;
  std::shared_ptr<IssuerKeys> keys;
  {
    KeyFetcher fetcher(clock, logger);
    keys = fetcher.Follow({server.Url("/jwks?key=secret"), "", true});
    AwaitKeys(*keys);
  }
  EXPECT_TRUE(keys->current()->Has("k"));
  ASSERT_EQ(logger.lines.size(), 1U);
  EXPECT_EQ(logger.lines[0].event, "keys-fetched");
  EXPECT_EQ(logger.lines[0].fields["keys"], "1");
  EXPECT_EQ(logger.lines[0].fields["url"], server.Url("/jwks")) << "a query may be secret";
}

TEST(KeyFetcher, TriesAgainAndSaysOnceWhatIsWrong) {
  std::atomic<int> fetches{0};
  const SystemClock clock;
  FakeLogger logger;
  {
    KeyFetcher fetcher(clock, logger, [&](const KeySource&) -> HttpClient::Outcome {
      if (++fetches == 1) return std::string("a wire was cut");
      HttpReply reply;
      reply.status = 200;
      reply.body = TheSet();
      return reply;
    });
    AwaitKeys(*fetcher.Follow({"https://id/jwks", "", false}));
  }
  EXPECT_EQ(fetches, 2);
  ASSERT_EQ(logger.lines.size(), 2U);
  EXPECT_EQ(logger.lines[0].event, "keys-not-fetched");
  EXPECT_EQ(logger.lines[0].fields["error"], "a wire was cut");
  EXPECT_EQ(logger.lines[1].event, "keys-fetched");
}

TEST(KeyFetcher, OneSourceIsFollowedOnceAndForgottenWithItsLastUser) {
  std::atomic<int> fetches{0};
  const SystemClock clock;
  FakeLogger logger;
  KeyFetcher fetcher(clock, logger, [&](const KeySource&) -> HttpClient::Outcome {
    ++fetches;
    HttpReply reply;
    reply.status = 200;
    reply.body = TheSet();
    return reply;
  });
  auto first = fetcher.Follow({"https://id/jwks", "", false});
  AwaitKeys(*first);
  auto second = fetcher.Follow({"https://id/jwks", "", false});
  EXPECT_EQ(first, second) << "as after a reload of the access file";
  const auto other = fetcher.Follow({"https://other/jwks", "", false});
  EXPECT_NE(first, other);
  AwaitKeys(*other);
  EXPECT_EQ(fetches, 2);
  const std::weak_ptr<IssuerKeys> unused = first;
  first.reset();
  second.reset();
  while (!unused.expired()) static_cast<void>(fetcher.Follow({"https://other/jwks", "", false}));
}

// The system's clock, but that the test can put it forward.
class ShiftedClock final : public Clock {
 public:
  TimePoint Now() const override { return system_.Now() + std::chrono::seconds(ahead); }
  TimestampMs UnixMillis() const override { return system_.UnixMillis(); }

  std::atomic<int> ahead{0};

 private:
  SystemClock system_;
};

TEST(KeyFetcher, AnUnknownKeyWakesItHalfAMinuteAfterTheLastFetch) {
  std::atomic<int> fetches{0};
  ShiftedClock clock;
  FakeLogger logger;
  KeyFetcher fetcher(clock, logger, [&](const KeySource&) -> HttpClient::Outcome {
    HttpReply reply;
    reply.status = 200;
    reply.body = TheSet();
    ++fetches;
    return reply;
  });
  const auto keys = fetcher.Follow({"https://id/jwks", "", false});
  AwaitKeys(*keys);
  clock.ahead = 31;
  keys->OnUnknownKey();
  while (fetches < 2) std::this_thread::yield();
  EXPECT_EQ(fetches, 2);
}

TEST(KeyFetcher, EndsWithoutHavingFollowedAnything) {
  const SystemClock clock;
  FakeLogger logger;
  const KeyFetcher fetcher(clock, logger);
}

}  // namespace
}  // namespace gateway
