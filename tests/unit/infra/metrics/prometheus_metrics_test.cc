#include "infra/metrics/prometheus_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "service/auth/authentication.h"
#include "service/auth/rates.h"
#include "service/ports/http_metrics.h"
#include "service/ports/produce_metrics.h"
#include "service/types/error.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::microseconds kQuick(150);

// A sample as a whole line, so that a prefix of a number does not match.
auto HasLine(const std::string& line) { return HasSubstr("\n" + line + "\n"); }

void Deliver(PrometheusMetrics& metrics, std::string_view topic, std::size_t bytes = 10) {
  metrics.produce().OnRecordReported(topic, RecordResult::kDelivered, bytes, kQuick);
}

TEST(PrometheusMetrics, ExportsKnownZerosBeforeAnythingHappens) {
  const PrometheusMetrics metrics({});
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasLine("http_server_active_requests 0"));
  EXPECT_THAT(text, HasLine("http_server_open_connections 0"));
  EXPECT_THAT(text, HasLine("http_server_request_body_size_bytes_count 0"));
  EXPECT_THAT(text, HasLine("http_server_response_body_size_bytes_count 0"));
  EXPECT_THAT(text, HasLine("kafka_gateway_http_rejected_total{reason=\"max-connections\"} 0"));
  for (const std::string result : {"delivered", "not_persisted", "possibly_persisted", "late"}) {
    EXPECT_THAT(
        text, HasLine("kafka_gateway_records_total{topic=\"_other\",result=\"" + result + "\"} 0"));
  }
  EXPECT_THAT(text, HasLine("kafka_gateway_record_bytes_total{topic=\"_other\"} 0"));
  EXPECT_THAT(text, HasLine("kafka_gateway_in_flight_records 0"));
  EXPECT_THAT(text, HasLine("kafka_gateway_in_flight_bytes 0"));
  EXPECT_THAT(text, HasLine("kafka_gateway_kafka_ready 0"));
  EXPECT_THAT(text, HasLine("kafka_gateway_log_lines_dropped_total 0"));
}

TEST(PrometheusMetrics, CountsARequestUnderItsMethodRouteAndStatus) {
  PrometheusMetrics metrics({});
  metrics.http().OnRequestStarted();
  metrics.http().OnRequestFinished("POST", "/topics/{topic}", 200, milliseconds(3), 100, 2000);
  const std::string labels =
      "{http_request_method=\"POST\",http_route=\"/topics/{topic}\","
      "http_response_status_code=\"200\"";
  const std::string name = "http_server_request_duration_seconds";
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasLine(name + "_count" + labels + "} 1"));
  EXPECT_THAT(text, HasLine(name + "_bucket" + labels + ",le=\"0.0025\"} 0"));
  EXPECT_THAT(text, HasLine(name + "_bucket" + labels + ",le=\"0.005\"} 1"));
  EXPECT_THAT(text, HasLine(name + "_bucket" + labels + ",le=\"+Inf\"} 1"));
  EXPECT_THAT(text, HasLine(name + "_sum" + labels + "} 0.003"));
  EXPECT_THAT(text, HasLine("http_server_request_body_size_bytes_sum 100"));
  EXPECT_THAT(text, HasLine("http_server_response_body_size_bytes_sum 2000"));
}

TEST(PrometheusMetrics, CountsCredentialsBySchemeAndResult) {
  PrometheusMetrics metrics({});
  EXPECT_THAT(metrics.Scrape(), Not(HasSubstr("kafka_gateway_authentications_total{")));
  metrics.http().OnAuthentication(AuthScheme::kApiKey, AuthResult::kAccepted);
  metrics.http().OnAuthentication(AuthScheme::kApiKey, AuthResult::kExpired);
  metrics.http().OnAuthentication(AuthScheme::kApiKey, AuthResult::kExpired);
  metrics.http().OnAuthentication(kLastAuthScheme, kLastAuthResult);
  const std::string text = metrics.Scrape();
  const std::string name = "kafka_gateway_authentications_total";
  EXPECT_THAT(text, HasLine(name + "{scheme=\"api-key\",result=\"accepted\"} 1"));
  EXPECT_THAT(text, HasLine(name + "{scheme=\"api-key\",result=\"expired\"} 2"));
  EXPECT_THAT(text, HasLine(name + "{scheme=\"unknown\",result=\"" +
                            std::string(NameOf(kLastAuthResult)) + "\"} 1"));
}

TEST(PrometheusMetrics, CountsRequestsOfABoundedNumberOfPrincipals) {
  PrometheusMetrics metrics({});
  for (int i = 0; i < 301; ++i) {
    metrics.http().OnPrincipalAnswered("svc-" + std::to_string(i), i == 0 ? 503 : 200);
  }
  metrics.http().OnPrincipalAnswered("svc-1", 207);
  const std::string text = metrics.Scrape();
  const std::string name = "kafka_gateway_principal_requests_total";
  EXPECT_THAT(text, HasLine(name + "{principal=\"svc-0\",class=\"5xx\"} 1"));
  EXPECT_THAT(text, HasLine(name + "{principal=\"svc-1\",class=\"2xx\"} 2"));
  EXPECT_THAT(text, HasLine(name + "{principal=\"_other\",class=\"_other\"} 1"));
  EXPECT_THAT(text, Not(HasSubstr("svc-300")));
}

TEST(PrometheusMetrics, CountsRateLimitedRequestsOfABoundedNumberOfPrincipals) {
  PrometheusMetrics metrics({});
  const std::string name = "kafka_gateway_rate_limited_total";
  EXPECT_THAT(metrics.Scrape(), Not(HasSubstr(name)));
  for (int i = 0; i < 302; ++i) {
    metrics.http().OnRateLimited("svc-" + std::to_string(i), RateUnit::kRequests);
  }
  metrics.http().OnRateLimited("svc-1", RateUnit::kRequests);
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasLine(name + "{principal=\"svc-1\",limit=\"requests\"} 2"));
  EXPECT_THAT(text, HasLine(name + "{principal=\"_other\",limit=\"requests\"} 2"));
  EXPECT_THAT(text, Not(HasSubstr("svc-300")));
}

TEST(PrometheusMetrics, TellsWhenCertificatesForKafkaExpireIfThereAreAny) {
  PrometheusOptions options;
  GatewayState state;
  options.state = [&state] { return state; };
  const PrometheusMetrics metrics(options);
  const std::string name = "kafka_gateway_kafka_certificate_expiry_timestamp_seconds";
  EXPECT_THAT(metrics.Scrape(), Not(HasSubstr(name)));
  EXPECT_THAT(metrics.Scrape(), Not(HasSubstr("kafka_gateway_kafka_secrets_stale")));
  state.kafka_authority_expires = std::chrono::system_clock::from_time_t(1'000);
  state.kafka_secrets_stale = true;
  EXPECT_THAT(metrics.Scrape(), HasLine(name + "{use=\"authority\"} 1000"));
  EXPECT_THAT(metrics.Scrape(), Not(HasSubstr("use=\"client\"")));
  EXPECT_THAT(metrics.Scrape(), HasLine("kafka_gateway_kafka_secrets_stale 1"));
}

TEST(PrometheusMetrics, OneStateOfTheAccessToKafkaIsOne) {
  PrometheusOptions options;
  options.state = [] {
    GatewayState state;
    state.kafka.access = KafkaAccess::kClusterDenied;
    return state;
  };
  const std::string text = PrometheusMetrics(options).Scrape();
  const std::string name = "kafka_gateway_kafka_access";
  EXPECT_THAT(text, HasLine(name + "{state=\"ClusterDenied\"} 1"));
  EXPECT_THAT(text, HasLine(name + "{state=\"Ok\"} 0"));
  EXPECT_THAT(text, HasLine(name + "{state=\"TokenUnavailable\"} 0"));
}

TEST(PrometheusMetrics, TellsWhetherTheAccessFileIsStaleIfThereIsOne) {
  PrometheusOptions options;
  std::optional<bool> stale;
  options.state = [&stale] {
    GatewayState state;
    state.access_file_stale = stale;
    return state;
  };
  const PrometheusMetrics metrics(options);
  EXPECT_THAT(metrics.Scrape(), Not(HasSubstr("kafka_gateway_access_file_stale")));
  stale = true;
  EXPECT_THAT(metrics.Scrape(), HasLine("kafka_gateway_access_file_stale 1"));
  stale = false;
  EXPECT_THAT(metrics.Scrape(), HasLine("kafka_gateway_access_file_stale 0"));
}

TEST(PrometheusMetrics, TellsOfTheKeysOfEachIssuer) {
  PrometheusOptions options;
  GatewayState state;
  options.state = [&state] { return state; };
  const PrometheusMetrics metrics(options);
  EXPECT_THAT(metrics.Scrape(), Not(HasSubstr("kafka_gateway_issuer")));
  state.issuer_keys = {{"https://a", 0, std::nullopt, 3, true}};
  EXPECT_THAT(metrics.Scrape(), Not(HasSubstr("kafka_gateway_issuer_keys_age_seconds")));
  state.issuer_keys.push_back({"https://b", 2, milliseconds(1'500), 0, false});
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasLine("kafka_gateway_issuer_keys{issuer=\"https://a\"} 0"));
  EXPECT_THAT(text, HasLine("kafka_gateway_issuer_keys{issuer=\"https://b\"} 2"));
  EXPECT_THAT(text, HasLine("kafka_gateway_issuer_keys_age_seconds{issuer=\"https://b\"} 1.5"));
  EXPECT_THAT(text,
              HasLine("kafka_gateway_issuer_key_fetch_failures_total{issuer=\"https://a\"} 3"));
  EXPECT_THAT(text,
              HasLine("kafka_gateway_issuer_key_fetch_failures_total{issuer=\"https://b\"} 0"));
}

TEST(PrometheusMetrics, AnUnknownMethodAndAnUnmatchedRouteGetFixedLabels) {
  PrometheusMetrics metrics({});
  metrics.http().OnRequestFinished("BREW", "", 404, milliseconds(1), 0, 0);
  metrics.http().OnRequestFinished("get", "", 404, milliseconds(1), 0, 0);
  EXPECT_THAT(metrics.Scrape(),
              HasLine("http_server_request_duration_seconds_count{http_request_method=\"_OTHER\","
                      "http_route=\"_unmatched\",http_response_status_code=\"404\"} 2"));
}

TEST(PrometheusMetrics, ActiveRequestsAndConnectionsGoUpAndDown) {
  PrometheusMetrics metrics({});
  for (int i = 0; i < 3; ++i) metrics.http().OnRequestStarted();
  metrics.http().OnRequestFinished("GET", "/", 200, milliseconds(1), 0, 0);
  metrics.http().OnConnectionsChanged(5);
  metrics.http().OnConnectionsChanged(-1);
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasLine("http_server_active_requests 2"));
  EXPECT_THAT(text, HasLine("http_server_open_connections 4"));
}

TEST(PrometheusMetrics, CountsRejectionsByReasonIncludingUnknownReasons) {
  PrometheusMetrics metrics({});
  metrics.http().OnHttpRejected("head-timeout");
  metrics.http().OnHttpRejected("new-reason");
  metrics.http().OnHttpRejected("new-reason");
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasLine("kafka_gateway_http_rejected_total{reason=\"head-timeout\"} 1"));
  EXPECT_THAT(text, HasLine("kafka_gateway_http_rejected_total{reason=\"new-reason\"} 2"));
}

TEST(PrometheusMetrics, EndlessLabelSetsEndUpInOneSeries) {
  PrometheusMetrics metrics({});
  for (int i = 0; i < 3000; ++i) {
    metrics.http().OnRequestFinished("GET", "/" + std::to_string(i), 200, milliseconds(1), 0, 0);
    metrics.http().OnHttpRejected(std::to_string(i));
  }
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text,
              HasLine("http_server_request_duration_seconds_count{http_request_method=\"_OTHER\","
                      "http_route=\"_other\",http_response_status_code=\"_other\"} 1976"));
  EXPECT_THAT(text, HasLine("kafka_gateway_http_rejected_total{reason=\"_other\"} 2943"));
}

TEST(PrometheusMetrics, ATopicIsALabelOnlyOnceARecordOfItWasDelivered) {
  PrometheusMetrics metrics({});
  metrics.produce().OnRecordReported("orders", RecordResult::kNotPersisted, 10, kQuick);
  metrics.produce().OnRecordReported("orders", RecordResult::kLate, 10, kQuick);
  EXPECT_THAT(metrics.Scrape(), Not(HasSubstr("orders")));

  Deliver(metrics, "orders");
  metrics.produce().OnRecordReported("orders", RecordResult::kPossiblyPersisted, 10, kQuick);
  const std::string text = metrics.Scrape();
  const auto records = [](const std::string& topic, const std::string& result) {
    return "kafka_gateway_records_total{topic=\"" + topic + "\",result=\"" + result + "\"} ";
  };
  EXPECT_THAT(text, HasLine(records("_other", "not_persisted") + "1"));
  EXPECT_THAT(text, HasLine(records("_other", "late") + "1"));
  EXPECT_THAT(text, HasLine(records("_other", "delivered") + "0"));
  EXPECT_THAT(text, HasLine(records("orders", "delivered") + "1"));
  EXPECT_THAT(text, HasLine(records("orders", "possibly_persisted") + "1"));
  EXPECT_THAT(text, HasLine(records("orders", "not_persisted") + "0"));
}

TEST(PrometheusMetrics, TopicsOverTheLimitCountAsOther) {
  PrometheusOptions options;
  options.max_topic_labels = 2;
  PrometheusMetrics metrics(options);
  for (const std::string topic : {"a", "b", "c", "d", "a"}) Deliver(metrics, topic);
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasLine("kafka_gateway_record_bytes_total{topic=\"a\"} 20"));
  EXPECT_THAT(text, HasLine("kafka_gateway_record_bytes_total{topic=\"b\"} 10"));
  EXPECT_THAT(text, HasLine("kafka_gateway_record_bytes_total{topic=\"_other\"} 20"));
  EXPECT_THAT(text, Not(HasSubstr("topic=\"c\"")));
}

TEST(PrometheusMetrics, WithNoTopicLabelsEverythingCountsAsOther) {
  PrometheusOptions options;
  options.max_topic_labels = 0;
  PrometheusMetrics metrics(options);
  Deliver(metrics, "orders");
  EXPECT_THAT(metrics.Scrape(), HasLine("kafka_gateway_record_bytes_total{topic=\"_other\"} 10"));
}

TEST(PrometheusMetrics, ATopicThatIsCalledOtherMakesNoSecondSeries) {
  PrometheusMetrics metrics({});
  Deliver(metrics, "_other");
  const std::string text = metrics.Scrape();
  const std::string line = "kafka_gateway_record_bytes_total{topic=\"_other\"} ";
  EXPECT_THAT(text, HasLine(line + "10"));
  EXPECT_EQ(text.find(line), text.rfind(line));
}

TEST(PrometheusMetrics, OnlyDeliveredRecordsAddBytesAndDeliveryTime) {
  PrometheusMetrics metrics({});
  Deliver(metrics, "orders", 7);
  metrics.produce().OnRecordReported("orders", RecordResult::kLate, 1000, milliseconds(40'000));
  const std::string text = metrics.Scrape();
  const std::string name = "kafka_gateway_delivery_duration_seconds";
  EXPECT_THAT(text, HasLine("kafka_gateway_record_bytes_total{topic=\"orders\"} 7"));
  EXPECT_THAT(text, HasLine(name + "_count{topic=\"orders\"} 1"));
  EXPECT_THAT(text, HasLine(name + "_bucket{topic=\"orders\",le=\"0.0001\"} 0"));
  EXPECT_THAT(text, HasLine(name + "_bucket{topic=\"orders\",le=\"0.0002\"} 1"));
}

TEST(PrometheusMetrics, InFlightIsWhatWasSentLessWhatWasReported) {
  PrometheusMetrics metrics({});
  metrics.produce().OnBatch(3);
  metrics.produce().OnRecordsSent(3, 60);
  Deliver(metrics, "orders", 10);
  metrics.produce().OnRecordReported("orders", RecordResult::kLate, 20, kQuick);
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasLine("kafka_gateway_in_flight_records 1"));
  EXPECT_THAT(text, HasLine("kafka_gateway_in_flight_bytes 30"));
  EXPECT_THAT(text, HasLine("kafka_gateway_batch_records_sum 3"));
  EXPECT_THAT(text, HasLine("kafka_gateway_batch_records_bucket{le=\"2\"} 0"));
  EXPECT_THAT(text, HasLine("kafka_gateway_batch_records_bucket{le=\"5\"} 1"));
}

TEST(PrometheusMetrics, SaysWhatIsRunningAndWhetherKafkaIsReady) {
  PrometheusOptions options;
  options.version = "1.2.3";
  options.librdkafka_version = "2.0.2";
  options.pistache_version = "0.0.5";
  PrometheusMetrics metrics(options);
  metrics.produce().OnKafkaReady(true);
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasSubstr("kafka_gateway_build_info{"));
  EXPECT_THAT(text, HasSubstr("version=\"1.2.3\""));
  EXPECT_THAT(text, HasSubstr("librdkafka=\"2.0.2\""));
  EXPECT_THAT(text, HasSubstr("pistache=\"0.0.5\""));
  EXPECT_THAT(text, HasLine("kafka_gateway_kafka_ready 1"));
  metrics.produce().OnKafkaReady(false);
  EXPECT_THAT(metrics.Scrape(), HasLine("kafka_gateway_kafka_ready 0"));
}

TEST(PrometheusMetrics, AsksTheLoggerForDroppedLinesAtEveryScrape) {
  std::uint64_t dropped = 3;
  PrometheusOptions options;
  options.dropped_log_lines = [&dropped] { return dropped; };
  const PrometheusMetrics metrics(options);
  EXPECT_THAT(metrics.Scrape(), HasLine("kafka_gateway_log_lines_dropped_total 3"));
  dropped = 4;
  EXPECT_THAT(metrics.Scrape(), HasLine("kafka_gateway_log_lines_dropped_total 4"));
}

TEST(PrometheusMetrics, ReportsTheProcessItself) {
  const PrometheusMetrics metrics({});
  const std::string text = metrics.Scrape();
  for (const std::string name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                                 "process_virtual_memory_bytes", "process_open_fds",
                                 "process_max_fds", "process_start_time_seconds"}) {
    const std::size_t at = text.find("\n" + name + " ");
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_GE(std::stod(text.substr(at + name.size() + 2)), 0) << name;
  }
  const std::size_t at = text.find("\nprocess_start_time_seconds ");
  const auto now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(std::stod(text.substr(at + 28)), now, 3600);
}

TEST(PrometheusMetrics, NothingIsLostWhenThreadsCountAtOnceAndOneScrapes) {
  constexpr int kEach = 20'000;
  PrometheusMetrics metrics({});
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&metrics] {
      for (int i = 0; i < kEach; ++i) {
        metrics.http().OnRequestStarted();
        metrics.produce().OnRecordsSent(1, 5);
        Deliver(metrics, "topic-" + std::to_string(i % 7), 5);
        metrics.http().OnRequestFinished("POST", "/r" + std::to_string(i % 5), 200, milliseconds(2),
                                         1, 1);
        metrics.http().OnHttpRejected("bad-framing");
      }
    });
  }
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(metrics.Scrape().empty());
  for (std::thread& thread : threads) thread.join();
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasLine("kafka_gateway_records_total{topic=\"topic-6\",result=\"delivered\"} " +
                            std::to_string(2 * (kEach / 7))));
  EXPECT_THAT(text, HasLine("http_server_request_duration_seconds_count{"
                            "http_request_method=\"POST\",http_route=\"/r4\","
                            "http_response_status_code=\"200\"} " +
                            std::to_string(2 * kEach / 5)));
  EXPECT_THAT(text, HasLine("kafka_gateway_http_rejected_total{reason=\"bad-framing\"} " +
                            std::to_string(2 * kEach)));
  EXPECT_THAT(text,
              HasLine("http_server_request_body_size_bytes_sum " + std::to_string(2 * kEach)));
  EXPECT_THAT(text, HasLine("kafka_gateway_in_flight_records 0"));
  EXPECT_THAT(text, HasLine("kafka_gateway_in_flight_bytes 0"));
  EXPECT_THAT(text, HasLine("http_server_active_requests 0"));
}

TEST(PrometheusMetrics, HasStagesWithAResolutionOfATenthOfAMillisecond) {
  PrometheusMetrics metrics({});
  const std::string name = "kafka_gateway_stage_duration_seconds";
  EXPECT_THAT(metrics.Scrape(), HasLine(name + "_count{stage=\"held\"} 0"));
  metrics.produce().OnStage(LatencyStage::kHeld, std::chrono::microseconds(650));
  metrics.produce().OnStage(LatencyStage::kBroker, std::chrono::microseconds(750));
  metrics.produce().OnStage(LatencyStage::kParse, std::chrono::microseconds(15));
  metrics.produce().OnStage(LatencyStage::kTotal, milliseconds(2));
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasLine(name + "_bucket{stage=\"held\",le=\"0.00055\"} 0"));
  EXPECT_THAT(text, HasLine(name + "_bucket{stage=\"held\",le=\"0.00065\"} 1"));
  EXPECT_THAT(text, HasLine(name + "_bucket{stage=\"broker\",le=\"0.0007\"} 0"));
  EXPECT_THAT(text, HasLine(name + "_bucket{stage=\"broker\",le=\"0.0008\"} 1"));
  EXPECT_THAT(text, HasLine(name + "_bucket{stage=\"parse\",le=\"2e-05\"} 1"));
  EXPECT_THAT(text, HasLine(name + "_sum{stage=\"total\"} 0.002"));
}

TEST(PrometheusMetrics, CountsProblemsAndFailedRecordsByCode) {
  PrometheusOptions options;
  options.problems = {{"TopicNotFound", 404}, {"Overloaded", 503}};
  options.record_errors = {"InvalidRecord", "RecordTooLarge"};
  PrometheusMetrics metrics(options);
  metrics.http().OnProblem("Overloaded");
  metrics.http().OnProblem("NotInTheTable");
  metrics.produce().OnRecordFailed(ErrorCode::kRecordTooLarge);
  metrics.produce().OnRecordFailed(ErrorCode::kInternal);  // has no name here
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasLine("kafka_gateway_problems_total{code=\"Overloaded\",class=\"5xx\"} 1"));
  EXPECT_THAT(text,
              HasLine("kafka_gateway_problems_total{code=\"TopicNotFound\",class=\"4xx\"} 0"));
  EXPECT_THAT(text, Not(HasSubstr("NotInTheTable")));
  EXPECT_THAT(text, HasLine("kafka_gateway_record_errors_total{code=\"InvalidRecord\"} 0"));
  EXPECT_THAT(text, HasLine("kafka_gateway_record_errors_total{code=\"RecordTooLarge\"} 1"));
}

TEST(PrometheusMetrics, AsksForTheStateOfTheGatewayAtEveryScrape) {
  GatewayState state;
  PrometheusOptions options;
  options.state = [&state] { return state; };
  options.limits.max_in_flight_bytes = 1000;
  options.limits.request_timeout = milliseconds(30'000);
  const PrometheusMetrics metrics(options);
  std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasLine("kafka_gateway_ready 0"));
  EXPECT_THAT(text, HasLine("kafka_gateway_producer_replacements_total 0"));
  EXPECT_THAT(text, HasLine("kafka_gateway_last_delivery_timestamp_seconds 0"));
  EXPECT_THAT(text, HasLine("kafka_gateway_admitted_bytes_limit 1000"));
  EXPECT_THAT(text, HasLine("kafka_gateway_request_timeout_seconds 30"));
  EXPECT_THAT(text, Not(HasSubstr("certificate_expiry"))) << "there is no TLS";

  state.ready = true;
  state.kafka.brokers_up = 2;
  state.kafka.brokers_known = 3;
  state.kafka.clients = 3;
  state.kafka.instance_swaps = 4;
  state.last_delivery = 1'500;
  state.kafka.oldest_record = milliseconds(250);
  state.admitted_requests = 5;
  state.admitted_bytes = 600;
  state.certificate_expires = std::chrono::system_clock::time_point(std::chrono::seconds(1'000));
  text = metrics.Scrape();
  EXPECT_THAT(text, HasLine("kafka_gateway_ready 1"));
  EXPECT_THAT(text, HasLine("kafka_gateway_brokers_up 2"));
  EXPECT_THAT(text, HasLine("kafka_gateway_brokers_known 3"));
  EXPECT_THAT(text, HasLine("kafka_gateway_producer_replacements_total 4"));
  EXPECT_THAT(text, HasLine("kafka_gateway_producer_clients 3"));
  EXPECT_THAT(text, HasLine("kafka_gateway_last_delivery_timestamp_seconds 1.5"));
  EXPECT_THAT(text, HasLine("kafka_gateway_oldest_record_age_seconds 0.25"));
  EXPECT_THAT(text, HasLine("kafka_gateway_admitted_requests 5"));
  EXPECT_THAT(text, HasLine("kafka_gateway_admitted_bytes 600"));
  EXPECT_THAT(text, HasLine("kafka_gateway_tls_certificate_expiry_timestamp_seconds 1000"));
}

TEST(PrometheusMetrics, ATimeOfTodayKeepsItsSeconds) {
  GatewayState state;
  state.last_delivery = 1'700'000'123'456;
  PrometheusOptions options;
  options.state = [&state] { return state; };
  EXPECT_THAT(PrometheusMetrics(options).Scrape(),
              HasLine("kafka_gateway_last_delivery_timestamp_seconds 1700000123.456"));
}

}  // namespace
}  // namespace gateway
