// Requests of a caller with a rate, through the pipeline.
#include "api/pipeline/rate_limit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/pipeline/trusted_proxies.h"
#include "support/cpp/fake_hasher.h"
#include "support/cpp/pipeline_fixture.h"

namespace gateway::testing {
namespace {

using ::testing::ElementsAre;

class RateLimited : public PipelineTest {
 protected:
  RateLimited() {
    handler = &secured;
    Route route;
    route.method = http::Method::kPost;
    route.path = "/topics/{topic}";
    route.sends_records = true;
    route.by_topic = true;
    route.handler = [this](const http::Request& request,
                           const std::shared_ptr<Exchange>& exchange) {
      ++handled;
      const auto records = std::count(request.body.begin(), request.body.end(), 'r');
      if (const auto refused = exchange->TakeRecords(static_cast<std::size_t>(records))) {
        return exchange->ReplyProblem(*refused);
      }
      exchange->Reply({});
    };
    router.Add(std::move(route));
    Route open;
    open.path = "/health";
    open.handler = [](const http::Request&, const std::shared_ptr<Exchange>& exchange) {
      exchange->Reply({});
    };
    router.Add(std::move(open));
  }

  std::shared_ptr<const AccessPolicy> Policy(const RateLimits& rate) {
    ApiKeyEntry entry;
    entry.id = "shop";
    entry.digest = hasher.Sha256(KeyOf("shop"));
    entry.principal = "svc-shop";
    return std::make_shared<const AccessPolicy>(
        std::vector{entry}, Grants({{{"svc-*", "anonymous"}, {"orders"}, true, false, ""}}, {}),
        hasher, Rates({{{"*"}, rate}}, table));
  }
  void Limit(const RateLimits& rate) { access.Replace(Policy(rate)); }

  static std::string Post(const std::string& body, const std::string& topic = "orders") {
    return "POST /topics/" + topic + " HTTP/1.1\r\nHost: h\r\nX-API-Key: " + KeyOf("shop") +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  static std::string Chunked(const std::string& chunks) {
    return "POST /topics/orders HTTP/1.1\r\nHost: h\r\nX-API-Key: " + KeyOf("shop") +
           "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
  }
  // Passes on the request; true if its head alone was refused because of a rate.
  bool RefusedAtOnce(const std::string& wire) {
    Begin(wire);
    if (early_answer) return early_answer->status == 429;
    EXPECT_EQ(Answer()->status, 200);
    return false;
  }

  FakeHasher hasher;
  RateTable table{clock};
  AccessControl access{Policy({{1'000, 1'000, 1'000}, 1})};
  Authenticator authenticator{access, {"/health*"}, clock, metrics};
  Pipeline secured{router, cors,    access_log, admission,  lifecycle,
                   clock,  metrics, logger,     NoTracer(), &authenticator};
  const TrustedProxies proxies{{"192.0.2.0/24"}};  // the peer of the fixture is 192.0.2.1
  Pipeline behind_proxy{router,  cors,   access_log, admission,      lifecycle, clock,
                        metrics, logger, NoTracer(), &authenticator, &proxies};
  int handled = 0;
};

TEST_F(RateLimited, ARequestTooManyIsRefusedByItsHeadAndSaysWhenToComeBack) {
  Limit({{2, 0, 1'000}, 1});
  EXPECT_FALSE(RefusedAtOnce(Post("r")));
  EXPECT_FALSE(RefusedAtOnce(Post("r")));
  ASSERT_TRUE(RefusedAtOnce(Post("r")));
  EXPECT_EQ(handled, 2);
  EXPECT_EQ(admission.requests(), 0U);
  const auto json = JsonOf(*early_answer);
  EXPECT_EQ(json["type"], "/problems/rate-limited");
  EXPECT_EQ(json["code"], "RateLimited");
  EXPECT_EQ(json["retriable"], true);
  EXPECT_EQ(json["persistence"], "NotPersisted");
  EXPECT_EQ(json["detail"], "\"svc-shop\" may send 2 requests per second, and has sent more.");
  EXPECT_EQ(HeaderOf(*early_answer, "Retry-After"), "1");
  EXPECT_EQ(HeaderOf(*early_answer, "RateLimit"), "\"requests\";r=0;t=1");
  EXPECT_EQ(HeaderOf(*early_answer, "RateLimit-Policy"),
            "\"requests\";q=2;w=1, \"bytes\";q=1000;qu=\"content-bytes\";w=1");
  clock.Advance(std::chrono::seconds(1));
  EXPECT_FALSE(RefusedAtOnce(Post("r"))) << "as it said";
}

TEST_F(RateLimited, ARefusalPausesTheConnection) {
  Limit({{1, 0, 0}, 1});
  EXPECT_EQ(Ask(Post("r")).pause.count(), 0);
  EXPECT_GT(Ask(Post("r")).pause.count(), 0);
}

TEST_F(RateLimited, TheConnectionOfATrustedProxyIsNotPausedBecauseItIsNotTheCallersAlone) {
  handler = &behind_proxy;
  Limit({{1, 0, 0}, 1});
  EXPECT_EQ(Ask(Post("r")).status, 200);
  const http::Response refused = Ask(Post("r"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.pause.count(), 0);
}

TEST_F(RateLimited, ABodyIsRefusedByItsContentLength) {
  Limit({{0, 0, 100}, 10});
  EXPECT_FALSE(RefusedAtOnce(Post(std::string(900, 'x'))));
  ASSERT_TRUE(RefusedAtOnce(Post(std::string(600, 'x'))));
  EXPECT_EQ(HeaderOf(*early_answer, "Retry-After"), "5");
  EXPECT_EQ(HeaderOf(*early_answer, "RateLimit"), "\"bytes\";r=100;t=5");
  EXPECT_FALSE(RefusedAtOnce(Post(std::string(100, 'x')))) << "these are left";
}

TEST_F(RateLimited, RecordsAreRefusedOnceTheyAreCounted) {
  Limit({{0, 4, 0}, 1});
  EXPECT_FALSE(RefusedAtOnce(Post("rrr")));
  Begin(Post("rr"));
  const auto refused = Answer();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 429);
  EXPECT_EQ(HeaderOf(*refused, "RateLimit"), "\"records\";r=1;t=1");
  EXPECT_EQ(HeaderOf(*refused, "RateLimit-Policy"), "\"records\";q=4;qu=\"records\";w=1");
  EXPECT_FALSE(RefusedAtOnce(Post("r")));
  EXPECT_TRUE(RefusedAtOnce(Post("r"))) << "none is left, so its body need not be read";
}

TEST_F(RateLimited, AChunkedBodyIsChargedWhenItHasArrived) {
  Limit({{0, 0, 100}, 1});
  EXPECT_FALSE(RefusedAtOnce(Chunked("96\r\n" + std::string(150, 'x') + "\r\n0\r\n\r\n")));
  ASSERT_TRUE(RefusedAtOnce(Chunked("1\r\nx\r\n0\r\n\r\n")));
  clock.Advance(std::chrono::milliseconds(510));
  EXPECT_FALSE(RefusedAtOnce(Post("x")));
}

TEST_F(RateLimited, AChunkedBodyThatEndsEarlyIsChargedAsFarAsItCame) {
  Limit({{0, 0, 100}, 1});
  const std::string head = Chunked("");
  std::string_view wire = head;
  framer.Reset();
  ASSERT_EQ(framer.Feed(&wire), http::RequestFramer::Event::kHead);
  auto verdict = handler->OnHead(framer.head(), peer);
  ASSERT_TRUE(verdict.state);
  EXPECT_TRUE(verdict.state->OnBodyBytes(80));
  EXPECT_TRUE(verdict.state->OnBodyBytes(150));
  verdict.state.reset();  // the client disconnects
  EXPECT_TRUE(RefusedAtOnce(Post("x")));
}

TEST_F(RateLimited, TheRateComesBeforeTheGrant) {
  Limit({{1, 0, 0}, 1});
  Begin(Post("r", "payroll"));
  EXPECT_EQ(early_answer->status, 403);
  EXPECT_TRUE(RefusedAtOnce(Post("r", "payroll"))) << "who may not write it is limited, too";
}

TEST_F(RateLimited, AReloadKeepsWhatIsLeft) {
  Limit({{2, 0, 0}, 1});
  EXPECT_FALSE(RefusedAtOnce(Post("r")));
  Limit({{2, 0, 0}, 1});
  EXPECT_FALSE(RefusedAtOnce(Post("r")));
  EXPECT_TRUE(RefusedAtOnce(Post("r")));
}

TEST_F(RateLimited, AnOpenPathHasNoRate) {
  Limit({{1, 0, 0}, 1});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Ask("GET /health HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
  }
}

TEST_F(RateLimited, ItIsCountedAndLogged) {
  Limit({{1, 0, 0}, 1});
  EXPECT_FALSE(RefusedAtOnce(Post("r")));
  EXPECT_TRUE(RefusedAtOnce(Post("r")));
  EXPECT_THAT(metrics.rate_limited, ElementsAre(std::pair("svc-shop", RateUnit::kRequests)));
  EXPECT_THAT(metrics.principals,
              ElementsAre(std::pair("svc-shop", 200), std::pair("svc-shop", 429)));
  EXPECT_THAT(metrics.problems, ElementsAre("RateLimited"));
  EXPECT_EQ(logger.lines.back().fields.at("error.type"), "RateLimited");
  EXPECT_EQ(logger.lines.back().fields.at("enduser.id"), "svc-shop");
}

}  // namespace
}  // namespace gateway::testing
