#include "api/pipeline/pipeline.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "api/native/native_formats.h"
#include "support/cpp/pipeline_fixture.h"

namespace gateway {
namespace {

using testing::HeaderOf;
using testing::JsonOf;

std::string Request(std::string_view line, std::string_view fields = "",
                    std::string_view body = "") {
  return std::string(line) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

constexpr std::string_view kJson = "Content-Type: application/json\r\n";

class Stages : public testing::PipelineTest {
 protected:
  Stages() {
    const auto hello = [this](const http::Request& request,
                              const std::shared_ptr<Exchange>& exchange) {
      http::Response response;
      response.body = "hello " +
                      std::string(exchange->context().parameters.Find("name").value_or("")) +
                      request.body;
      exchange->Reply(std::move(response));
      exchanges = exchange.use_count();
    };
    router.Add({http::Method::kGet, "/hello/{name}", hello, {}, false});
    router.Add({http::Method::kPost, "/send", hello, NativeRoutes()[0].formats, true});
    router.Add(
        {http::Method::kGet,
         "/throw",
         [](const http::Request&, const auto&) { throw std::runtime_error("internal text"); },
         {},
         false});
    router.Add({http::Method::kGet, "/drop", [](const http::Request&, const auto&) {}, {}, false});
    router.Add({http::Method::kGet,
                "/bad-build",
                [](const http::Request&, const std::shared_ptr<Exchange>& exchange) {
                  exchange->ReplyLater(
                      []() -> http::Response { throw std::runtime_error("internal text"); });
                },
                {},
                false});
    router.Add(
        {http::Method::kPost,
         "/keep",
         [this](http::Request, const std::shared_ptr<Exchange>& exchange) { kept = exchange; },
         {},
         true});
  }
  long exchanges = 0;
  std::shared_ptr<Exchange> kept;
};

TEST_F(Stages, ARequestReachesItsHandlerWithItsParameter) {
  const auto response = Ask(Request("GET /hello/you?q=1"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello you");
  EXPECT_EQ(HeaderOf(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(HeaderOf(response, "Cache-Control"), "no-store");
}

TEST_F(Stages, AHandlerReadsTheFactsAndCannotChangeThem) {
  static_assert(
      std::is_same_v<decltype(std::declval<Exchange&>().context()), const RequestContext&>);
  Begin(Request("POST /keep",
                std::string(kJson) + "X-Request-Id: id-1\r\nPrefer: respond-async\r\n"));
  ASSERT_TRUE(kept);
  const RequestContext& context = kept->context();
  EXPECT_EQ(context.method, http::Method::kPost);
  EXPECT_EQ(context.route->path, "/keep");
  EXPECT_EQ(context.request_id, "id-1");
  EXPECT_EQ(context.peer.address, "192.0.2.1");
  EXPECT_EQ(context.started, clock.Now());
  EXPECT_FALSE(context.caller) << "there is no access file";
  kept->Reply({});
  kept.reset();
  EXPECT_TRUE(Answer());
}

TEST_F(Stages, AnUnknownPathIs404WithAProblem) {
  const auto response = Ask(Request("GET /none?q=secret"));
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.content_type, "application/problem+json");
  const auto json = JsonOf(response);
  EXPECT_EQ(json["code"], "RouteNotFound");
  EXPECT_EQ(json["instance"], "/none") << "without the query";
  EXPECT_EQ(json["requestId"], HeaderOf(response, "X-Request-Id"));
}

TEST_F(Stages, AnotherMethodIs405WithAllow) {
  const auto response = Ask(Request("PUT /send"));
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(HeaderOf(response, "Allow"), "POST, OPTIONS");
  EXPECT_EQ(Ask(Request("POST /hello/x")).status, 405);
}

TEST_F(Stages, OptionsNamesTheMethodsOfAPathAndOfTheServer) {
  const auto path = Ask(Request("OPTIONS /hello/x"));
  EXPECT_EQ(path.status, 204);
  EXPECT_EQ(HeaderOf(path, "Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(Ask(Request("OPTIONS *")).status, 204);
  EXPECT_EQ(Ask(Request("OPTIONS /none")).status, 404);
}

TEST_F(Stages, OnlySendsAreRefusedAndOnlyAtTheEndOfADrain) {
  lifecycle.BeginShutdown();
  EXPECT_EQ(Ask(Request("POST /send", kJson)).status, 200) << "stopping is not draining";
  lifecycle.BeginDrain(clock.Now() + std::chrono::seconds(25));
  EXPECT_EQ(Ask(Request("POST /send", kJson)).status, 200) << "there is time enough";
  clock.Advance(std::chrono::seconds(25));
  const auto response = Ask(Request("POST /send", kJson));
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(response.close);
  EXPECT_EQ(JsonOf(response)["code"], "Draining");
  EXPECT_EQ(HeaderOf(response, "Retry-After"), "1");
  EXPECT_EQ(Ask(Request("GET /hello/x")).status, 200);
}

TEST_F(Stages, OverTheRequestBudgetIs503AndOtherRoutesAreServed) {
  const auto first = admission.TryAdmit();
  const auto second = admission.TryAdmit();
  const auto response = Ask(Request("POST /send", kJson));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(JsonOf(response)["code"], "Overloaded");
  EXPECT_EQ(JsonOf(response)["persistence"], "NotPersisted");
  EXPECT_TRUE(metrics.Rejected("max-in-flight-requests"));
  EXPECT_EQ(Ask(Request("GET /hello/x")).status, 200);
  EXPECT_EQ(admission.requests(), 2U);
}

TEST_F(Stages, OverTheByteBudgetIs503UnlessItIsTheOnlyRequest) {
  auto other = admission.TryAdmit();
  ASSERT_TRUE(other.Grow(900));
  EXPECT_EQ(Ask(Request("POST /send", kJson, std::string(101, 'x'))).status, 503);
  EXPECT_EQ(Ask(Request("POST /send", kJson, std::string(100, 'x'))).status, 200);
  EXPECT_EQ(admission.requests(), 1U);
  EXPECT_EQ(admission.bytes(), 900U);
}

TEST_F(Stages, OverABudgetRetryAfterIsTheTimeThatRequestsInFlightTake) {
  const auto first = admission.TryAdmit();
  {
    auto second = admission.TryAdmit();
    EXPECT_EQ(HeaderOf(Ask(Request("POST /send", kJson)), "Retry-After"), "1");
    ASSERT_TRUE(second.Grow(100));
  }
  clock.Advance(std::chrono::seconds(5));  // in which one request was released
  auto second = admission.TryAdmit();
  EXPECT_EQ(HeaderOf(Ask(Request("POST /send", kJson)), "Retry-After"), "10");
  ASSERT_TRUE(second.Grow(1'000));
  second = {};
  clock.Advance(std::chrono::seconds(5));
  auto other = admission.TryAdmit();
  ASSERT_TRUE(other.Grow(950));
  const auto response = Ask(Request("POST /keep", "", std::string(100, 'x')));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(HeaderOf(response, "Retry-After"), "10");
}

TEST_F(Stages, TheBudgetIsReleasedWithTheLastReferenceToTheRequest) {
  Begin(Request("POST /keep", "", "12345"));
  EXPECT_EQ(admission.requests(), 1U);
  EXPECT_EQ(admission.bytes(), 5U);
  kept->Reply({});
  EXPECT_TRUE(Answer());
  EXPECT_EQ(admission.bytes(), 5U) << "librdkafka may still point into the body";
  kept.reset();
  EXPECT_EQ(admission.requests(), 0U);
  EXPECT_EQ(admission.bytes(), 0U);
}

TEST_F(Stages, ARefusalGivesTheBudgetBack) {
  EXPECT_EQ(Ask(Request("POST /send")).status, 415);
  EXPECT_EQ(admission.requests(), 0U);
}

TEST_F(Stages, ASlashTooManyIsARedirectThatKeepsTheQuery) {
  const auto get = Ask(Request("GET /hello/a%20b/?x=1&y"));
  EXPECT_EQ(get.status, 308);
  EXPECT_EQ(HeaderOf(get, "Location"), "../a%20b?x=1&y");
  EXPECT_EQ(metrics.requests.back().first, "/hello/{name}");
  EXPECT_EQ(HeaderOf(Ask(Request("HEAD /throw/")), "Location"), "../throw");
}

TEST_F(Stages, ASlashTooManyDoesNotKeepASendFromItsHandler) {
  EXPECT_EQ(Ask(Request("POST /send/", kJson, "1")).body, "hello 1");
  EXPECT_EQ(Ask(Request("GET /send/")).status, 405);
}

TEST_F(Stages, ABodyThatTheRouteDoesNotTakeIs415) {
  EXPECT_EQ(Ask(Request("POST /send", "Content-Type: Application/JSON ; charset=utf-8\r\n")).status,
            200);
  for (const char* type : {"", "Content-Type: text/plain\r\n", "Content-Type:\r\n",
                           "Content-Type: application/json; charset=utf-16\r\n"}) {
    const auto response = Ask(Request("POST /send", type));
    EXPECT_EQ(response.status, 415) << type;
    EXPECT_EQ(JsonOf(response)["code"], "UnsupportedMediaType");
  }
}

TEST_F(Stages, AMediaTypeThatIsNotUtf8LeavesTheProblemValid) {
  const auto response = Ask(Request("POST /send", "Content-Type: \xFF\"\r\n"));
  EXPECT_EQ(response.status, 415);
  EXPECT_FALSE(JsonOf(response).is_discarded());
}

TEST_F(Stages, AnUnknownContentCodingIs415ButIdentityIsNone) {
  const std::string json(kJson);
  const auto response = Ask(Request("POST /send", json + "Content-Encoding: br\r\n"));
  EXPECT_EQ(response.status, 415);
  EXPECT_EQ(JsonOf(response)["code"], "UnsupportedContentCoding");
  EXPECT_EQ(HeaderOf(response, "Accept-Encoding"), "gzip, zstd, deflate");
  EXPECT_EQ(Ask(Request("POST /send", json + "Content-Encoding: Identity\r\n")).status, 200);
}

TEST_F(Stages, ARequestIdIsTakenOrMade) {
  EXPECT_EQ(HeaderOf(Ask(Request("GET /hello/x", "X-Request-Id: mine-1\r\n")), "X-Request-Id"),
            "mine-1");
  const auto made = Ask(Request("GET /hello/x", "X-Request-Id: not \"mine\"\r\n"));
  EXPECT_EQ(HeaderOf(made, "X-Request-Id").size(), 36U);
}

TEST_F(Stages, AHandlerThatThrowsIsAProblemWithoutInternals) {
  const auto response = Ask(Request("GET /throw"));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(JsonOf(response)["code"], "Internal");
  EXPECT_EQ(JsonOf(response)["persistence"], "PossiblyPersisted");
  EXPECT_EQ(response.body.find("internal text"), std::string::npos);
  EXPECT_EQ(logger.lines.front().event, "handler-fault");
}

TEST_F(Stages, AHandlerThatForgetsItsRequestIsAnswered500AndCountedSo) {
  const auto response = Ask(Request("GET /drop"));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(JsonOf(response)["code"], "Internal");
  EXPECT_FALSE(HeaderOf(response, "X-Request-Id").empty());
  EXPECT_EQ(metrics.requests, (std::vector<std::pair<std::string, int>>{{"/drop", 500}}));
}

TEST_F(Stages, AnAnswerThatCannotBeBuiltIsA500AndCountedSo) {
  const auto response = Ask(Request("GET /bad-build"));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body.find("internal text"), std::string::npos);
  EXPECT_EQ(metrics.requests, (std::vector<std::pair<std::string, int>>{{"/bad-build", 500}}));
}

TEST_F(Stages, EachRequestIsCountedOnceUnderItsRoute) {
  Ask(Request("GET /hello/a"));
  Ask(Request("GET /none"));
  Ask(Request("POST /send", kJson));
  EXPECT_EQ(metrics.requests_started, 3);
  EXPECT_EQ(metrics.requests, (std::vector<std::pair<std::string, int>>{
                                  {"/hello/{name}", 200}, {"", 404}, {"/send", 200}}));
  EXPECT_EQ(logger.lines.size(), 3U);
}

TEST_F(Stages, TheAccessLogDescribesARequest) {
  Ask("GET /hello/a?key=secret HTTP/1.1\r\nHost: h\r\nUser-Agent: curl/8\r\nX-Request-Id: r-1\r\n"
      "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n");
  ASSERT_EQ(logger.lines.size(), 1U);
  auto fields = logger.lines[0].fields;
  EXPECT_EQ(fields["request_id"], "r-1");
  EXPECT_EQ(fields["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(fields["span_id"], "00f067aa0ba902b7");
  EXPECT_EQ(fields["trace_flags"], "01");
  EXPECT_EQ(fields["http.request.method"], "GET");
  EXPECT_EQ(fields["http.route"], "/hello/{name}");
  EXPECT_EQ(fields["url.path"], "/hello/a") << "the query may hold a key";
  EXPECT_EQ(fields["http.response.status_code"], "200");
  EXPECT_EQ(fields["client.address"], "192.0.2.1");
  EXPECT_EQ(fields["user_agent.original"], "curl/8");
  EXPECT_EQ(fields["bytes_out"], "7");
  EXPECT_EQ(fields.count("error.type"), 0U);
}

TEST_F(Stages, TheAccessLogTellsOfWhatTheFramerRefusedAndWhy) {
  pipeline.OnRefused({http::RequestError::Kind::kHeadTooLarge}, nullptr, peer, nullptr);
  ASSERT_EQ(logger.lines.size(), 1U);
  auto fields = logger.lines[0].fields;
  EXPECT_EQ(fields["http.response.status_code"], "431");
  EXPECT_EQ(fields["error.type"], "HeadTooLarge");
  EXPECT_EQ(fields["client.address"], "192.0.2.1");
  EXPECT_EQ(fields.count("url.path"), 0U) << "it is unknown";
  EXPECT_EQ(fields.count("http.request.method"), 0U);
  EXPECT_EQ(fields.count("trace_id"), 0U);
}

TEST_F(Stages, AClientThatWentAwayIsCountedAs499) {
  Begin(Request("POST /keep"));
  kept->Reply({});
  std::vector<http::CompletionQueue::Completion> completions;
  std::vector<http::CompletionQueue::Task> tasks;
  queue->Take(&completions, &tasks);
  completions.clear();  // the connection has closed: the answer is never built
  kept.reset();
  EXPECT_EQ(metrics.requests, (std::vector<std::pair<std::string, int>>{{"/keep", 499}}));
}

TEST_F(Stages, ARefusedHeadIsAnsweredWithAProblem) {
  const auto error = http::Exceeds(http::RequestError::Kind::kHeadTooLarge, 5);
  const auto response = pipeline.OnRefused(error, nullptr, peer, nullptr);
  EXPECT_EQ(response.status, 431);
  EXPECT_TRUE(response.close);
  EXPECT_EQ(JsonOf(response)["detail"], "The head has more than 5 bytes (Http:MaxHeadBytes).");
  EXPECT_EQ(JsonOf(response).count("instance"), 0U);
  EXPECT_TRUE(metrics.Rejected("head-too-large"));
  EXPECT_EQ(metrics.requests, (std::vector<std::pair<std::string, int>>{{"", 431}}));
}

}  // namespace
}  // namespace gateway
