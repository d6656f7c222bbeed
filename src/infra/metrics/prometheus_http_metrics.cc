#include "infra/metrics/prometheus_http_metrics.h"

#include <array>

#include "infra/metrics/families.h"
#include "service/auth/authentication.h"
#include "service/auth/rates.h"

namespace gateway {
namespace {

// Limits in case of a bug: there are far fewer combinations of route, method and status.
constexpr std::size_t kMaxDurationLabels = 1024;
constexpr std::size_t kMaxRejectionLabels = 64;
// Label sets with a principal of its own; requests of all others count as "_other".
constexpr std::size_t kMaxPrincipalLabels = 300;

constexpr std::string_view kOther = "_other";
constexpr std::string_view kUnmatched = "_unmatched";

// OpenTelemetry's list; the last stands for all other methods, which clients can invent.
constexpr std::array<std::string_view, 10> kMethods = {
    "GET", "POST", "OPTIONS", "HEAD", "PUT", "DELETE", "PATCH", "CONNECT", "TRACE", "_OTHER"};

constexpr std::size_t kAuthResults = static_cast<std::size_t>(kLastAuthResult) + 1;
constexpr std::size_t kAuthenticationCells =
    (static_cast<std::size_t>(kLastAuthScheme) + 1) * kAuthResults;

std::size_t CellOf(AuthScheme scheme, AuthResult result) {
  return static_cast<std::size_t>(scheme) * kAuthResults + static_cast<std::size_t>(result);
}

constexpr unsigned kStatusBits = 16;

std::uint32_t CodeOf(std::string_view method, int status) {
  std::uint32_t index = 0;
  while (index < kMethods.size() - 1 && kMethods[index] != method) ++index;
  const std::uint32_t valid = status >= 0 && status <= 999 ? static_cast<std::uint32_t>(status) : 0;
  return index << kStatusBits | valid;
}

const BucketLayout& DurationBuckets() {
  static const BucketLayout layout(
      {.001, .0025, .005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10}, 1e9);
  return layout;
}

// Powers of four from 64 bytes to 16 MiB: the largest body that is accepted by default is 10 MiB.
const BucketLayout& ByteBuckets() {
  static const BucketLayout layout(
      {64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216}, 1);
  return layout;
}

MetricLabels DurationLabels(std::string_view method, std::string_view route,
                            std::string_view status) {
  return {{"http_request_method", std::string(method)},
          {"http_route", std::string(route)},
          {"http_response_status_code", std::string(status)}};
}

std::string ClassOf(int status) { return std::to_string(status / 100) + "xx"; }

}  // namespace

PrometheusHttpMetrics::PrometheusHttpMetrics(
    const std::vector<std::string>& rejection_reasons,
    const std::vector<std::pair<std::string, int>>& problems)
    : durations_(kMaxDurationLabels),
      overflow_durations_(DurationBuckets()),
      request_bytes_(ByteBuckets()),
      response_bytes_(ByteBuckets()),
      rejections_(kMaxRejectionLabels),
      overflow_rejections_(1),
      problems_(problems.size()),
      authentications_(kAuthenticationCells),
      principals_(kMaxPrincipalLabels),
      overflow_principals_(1),
      rate_limited_(kMaxPrincipalLabels),
      overflow_rate_limited_(kRateUnits.size()),
      totals_(kTotals) {
  for (const std::string& reason : rejection_reasons) rejections_.FindOrAdd(reason, 0, 1U);
  for (const auto& [code, status] : problems) problems_.FindOrAdd(code, 0, status);
}

void PrometheusHttpMetrics::OnRequestFinished(std::string_view method, std::string_view route,
                                              int status, std::chrono::nanoseconds duration,
                                              std::size_t request_bytes,
                                              std::size_t response_bytes) {
  totals_.Add(kActiveRequests, -1);
  ShardedHistogram* durations = durations_.FindOrAdd(route.empty() ? kUnmatched : route,
                                                     CodeOf(method, status), DurationBuckets());
  if (durations == nullptr) durations = &overflow_durations_;
  durations->Observe(duration.count());
  request_bytes_.Observe(static_cast<std::int64_t>(request_bytes));
  response_bytes_.Observe(static_cast<std::int64_t>(response_bytes));
}

void PrometheusHttpMetrics::OnHttpRejected(std::string_view reason) {
  ShardedCells* count = rejections_.FindOrAdd(reason, 0, 1U);
  if (count == nullptr) count = &overflow_rejections_;
  count->Add(0, 1);
}

void PrometheusHttpMetrics::OnAuthentication(AuthScheme scheme, AuthResult result) {
  authentications_.Add(CellOf(scheme, result), 1);
}

void PrometheusHttpMetrics::OnPrincipalAnswered(std::string_view principal, int status) {
  const auto status_class = static_cast<std::uint32_t>(status) / 100;
  ShardedCells* count = principals_.FindOrAdd(principal, status_class, 1U);
  if (count == nullptr) count = &overflow_principals_;
  count->Add(0, 1);
}

void PrometheusHttpMetrics::OnRateLimited(std::string_view principal, RateUnit unit) {
  const auto code = static_cast<std::uint32_t>(unit);
  if (ShardedCells* const count = rate_limited_.FindOrAdd(principal, code, 1U)) {
    count->Add(0, 1);
  } else {
    overflow_rate_limited_.Add(code, 1);
  }
}

void PrometheusHttpMetrics::OnProblem(std::string_view code) {
  if (Problem* const problem = problems_.Find(code)) problem->count.Add(0, 1);
}

prometheus::MetricFamily PrometheusHttpMetrics::CollectDurations() const {
  prometheus::MetricFamily family =
      MakeFamily(prometheus::MetricType::Histogram, "http_server_request_duration_seconds",
                 "Time from the first byte of a request until the last byte of its answer is "
                 "handed to the system.");
  durations_.ForEach(
      [&family](std::string_view route, std::uint32_t code, const ShardedHistogram& histogram) {
        const std::string_view method = kMethods[code >> kStatusBits];
        const std::uint32_t status = code & ((1U << kStatusBits) - 1);
        AddHistogram(family, DurationLabels(method, route, std::to_string(status)),
                     histogram.Collect());
      });
  prometheus::ClientMetric overflow = overflow_durations_.Collect();
  if (overflow.histogram.sample_count > 0) {
    AddHistogram(family, DurationLabels(kMethods.back(), kOther, kOther), std::move(overflow));
  }
  return family;
}

prometheus::MetricFamily PrometheusHttpMetrics::CollectRejections() const {
  prometheus::MetricFamily family =
      MakeFamily(prometheus::MetricType::Counter, "kafka_gateway_http_rejected_total",
                 "Connections and requests refused before they reached a controller, by reason.");
  rejections_.ForEach(
      [&family](std::string_view reason, std::uint32_t /*code*/, const ShardedCells& count) {
        AddCounter(family, {{"reason", std::string(reason)}}, static_cast<double>(count.Sum(0)));
      });
  const std::int64_t overflow = overflow_rejections_.Sum(0);
  if (overflow > 0) {
    AddCounter(family, {{"reason", std::string(kOther)}}, static_cast<double>(overflow));
  }
  return family;
}

prometheus::MetricFamily PrometheusHttpMetrics::CollectProblems() const {
  prometheus::MetricFamily family =
      MakeFamily(prometheus::MetricType::Counter, "kafka_gateway_problems_total",
                 "Requests answered with a problem document, by its code and the class of its "
                 "status.");
  problems_.ForEach(
      [&family](std::string_view code, std::uint32_t /*code*/, const Problem& problem) {
        AddCounter(family, {{"code", std::string(code)}, {"class", ClassOf(problem.status)}},
                   static_cast<double>(problem.count.Sum(0)));
      });
  return family;
}

prometheus::MetricFamily PrometheusHttpMetrics::CollectAuthentications() const {
  prometheus::MetricFamily family =
      MakeFamily(prometheus::MetricType::Counter, "kafka_gateway_authentications_total",
                 "Requests whose credentials were checked, by their scheme and the result; "
                 "requests without credentials, too.");
  for (std::size_t cell = 0; cell < kAuthenticationCells; ++cell) {
    const std::int64_t count = authentications_.Sum(cell);
    if (count == 0) continue;  // most pairs never occur
    AddCounter(family,
               {{"scheme", std::string(NameOf(static_cast<AuthScheme>(cell / kAuthResults)))},
                {"result", std::string(NameOf(static_cast<AuthResult>(cell % kAuthResults)))}},
               static_cast<double>(count));
  }
  return family;
}

prometheus::MetricFamily PrometheusHttpMetrics::CollectPrincipals() const {
  prometheus::MetricFamily family =
      MakeFamily(prometheus::MetricType::Counter, "kafka_gateway_principal_requests_total",
                 "Requests of known principals, by principal and the class of the status.");
  const auto add = [&family](std::string_view principal, std::string status_class,
                             const ShardedCells& count) {
    AddCounter(family, {{"principal", std::string(principal)}, {"class", std::move(status_class)}},
               static_cast<double>(count.Sum(0)));
  };
  principals_.ForEach(
      [&add](std::string_view principal, std::uint32_t status_class, const ShardedCells& count) {
        add(principal, std::to_string(status_class) + "xx", count);
      });
  if (overflow_principals_.Sum(0) > 0) add(kOther, std::string(kOther), overflow_principals_);
  return family;
}

prometheus::MetricFamily PrometheusHttpMetrics::CollectRateLimited() const {
  prometheus::MetricFamily family = MakeFamily(
      prometheus::MetricType::Counter, "kafka_gateway_rate_limited_total",
      "Requests refused because their principal had sent more than its rate, by principal and by "
      "what it had sent too much of.");
  const auto add = [&family](std::string_view principal, std::uint32_t code, std::int64_t count) {
    AddCounter(family,
               {{"principal", std::string(principal)},
                {"limit", std::string(NameOf(static_cast<RateUnit>(code)))}},
               static_cast<double>(count));
  };
  rate_limited_.ForEach([&add](std::string_view principal, std::uint32_t code,
                               const ShardedCells& count) { add(principal, code, count.Sum(0)); });
  for (const RateUnit unit : kRateUnits) {
    const auto code = static_cast<std::uint32_t>(unit);
    if (overflow_rate_limited_.Sum(code) > 0) add(kOther, code, overflow_rate_limited_.Sum(code));
  }
  return family;
}

std::vector<prometheus::MetricFamily> PrometheusHttpMetrics::Collect() const {
  std::vector<prometheus::MetricFamily> families;
  families.push_back(CollectDurations());
  families.push_back(GaugeFamily("http_server_active_requests", "Requests in progress.",
                                 AtLeastZero(totals_.Sum(kActiveRequests))));
  families.push_back(HistogramFamily("http_server_request_body_size_bytes",
                                     "Size of request bodies.", request_bytes_.Collect()));
  families.push_back(HistogramFamily("http_server_response_body_size_bytes",
                                     "Size of response bodies.", response_bytes_.Collect()));
  families.push_back(GaugeFamily("http_server_open_connections", "Open client connections.",
                                 AtLeastZero(totals_.Sum(kOpenConnections))));
  families.push_back(CollectRejections());
  families.push_back(CollectProblems());
  for (prometheus::MetricFamily& family :
       std::array{CollectAuthentications(), CollectPrincipals(), CollectRateLimited()}) {
    if (!family.metric.empty()) families.push_back(std::move(family));  // empty: no access file
  }
  return families;
}

}  // namespace gateway
