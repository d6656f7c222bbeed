#include "infra/config/table/properties.h"

#include <algorithm>
#include <limits>

#include "infra/config/table/property_binding.h"
#include "infra/config/table/property_rows.h"
#include "infra/config/text.h"

namespace gateway::config {
namespace {

using S = Settings;

template <auto kField>
Property Http(std::string_view path, std::string_view unit, std::string_view sentence) {
  return Bind<&S::http, kField>(path, unit, sentence);
}
template <auto kField>
Property Limit(std::string_view path, std::string_view unit, std::string_view sentence) {
  return Bind<&S::limits, kField>(path, unit, sentence);
}

void AddHttp(std::vector<Property>* rows) {
  using H = S::Http;
  const std::vector<Property> http = {
      Text(Http<&H::address>("Http:Address", "",
                             "Address to listen on; 0.0.0.0 or :: means every interface."),
           TextRule::kNotEmpty),
      Ranged(Http<&H::port>("Http:Port", "", "Port to listen on; 0 takes any free one."), 0,
             65'535),
      Ranged(Http<&H::threads>("Http:Threads", "threads",
                               "Number of I/O threads; 0 means one per core."),
             0, 1'024),
      Ranged(Http<&H::max_connections>("Http:MaxConnections", "connections",
                                       "Maximum number of open connections."),
             1, 1'000'000),
      Ranged(Http<&H::max_connections_per_address>(
                 "Http:MaxConnectionsPerAddress", "connections",
                 "Maximum number of open connections per client address; 0 means no limit."),
             0, 1'000'000),
      Ranged(Http<&H::max_target_bytes>("Http:MaxTargetBytes", kBytes,
                                        "Maximum length of the request target (path and query)."),
             16, 1'048'576),
      Ranged(Http<&H::max_head_bytes>(
                 "Http:MaxHeadBytes", kBytes,
                 "Maximum length of the request head (request line and headers)."),
             64, 1'048'576),
      Ranged(Http<&H::max_headers>("Http:MaxHeaders", "headers",
                                   "Maximum number of HTTP headers per request."),
             1, 10'000),
      Ranged(Http<&H::max_body_bytes>("Http:MaxBodyBytes", kBytes,
                                      "Maximum length of a request body, as sent."),
             1, 1'073'741'824),
      Ranged(Http<&H::max_decompressed_bytes>(
                 "Http:MaxDecompressedBytes", kBytes,
                 "Maximum decoded length of a request body that was sent with a Content-Encoding."),
             1, 1'073'741'824),
  };
  rows->insert(rows->end(), http.begin(), http.end());
}

void AddHttpTimes(std::vector<Property>* rows) {
  using H = S::Http;
  const std::vector<Property> http = {
      Ranged(Http<&H::tls_handshake_timeout>(
                 "Http:TlsHandshakeTimeoutMs", kMs,
                 "Maximum time from connecting to the end of the TLS handshake."),
             1, kDay),
      Ranged(Http<&H::min_body_bytes_per_second>(
                 "Http:MinBodyBytesPerSecond", "bytes per second",
                 "Minimum transfer rate: sending a body may exceed BodyTimeoutMs, and reading an "
                 "answer WriteTimeoutMs, as long as the client keeps this rate."),
             1, 1'073'741'824),
      Ranged(Http<&H::head_timeout>("Http:HeadTimeoutMs", kMs,
                                    "Maximum time for a request head to arrive."),
             1, kDay),
      Ranged(Http<&H::body_timeout>(
                 "Http:BodyTimeoutMs", kMs,
                 "Maximum time for a request body to arrive; see MinBodyBytesPerSecond."),
             1, kDay),
      Ranged(
          Http<&H::idle_timeout>("Http:IdleTimeoutMs", kMs,
                                 "Maximum time that a connection stays open between two requests."),
          1, kDay),
      Ranged(Http<&H::write_timeout>(
                 "Http:WriteTimeoutMs", kMs,
                 "Maximum time for a client to read an answer; see MinBodyBytesPerSecond."),
             1, kDay),
      Ranged(Http<&H::max_connection_age>(
                 "Http:MaxConnectionAgeMs", kMs,
                 "Maximum age of a connection, plus or minus 10 %: its next answer then closes it, "
                 "so that clients redistribute over new gateways; 0 means no limit."),
             0, kDay),
      Text(
          Bind<&S::http, &H::cors, &H::Cors::allowed_origins>(
              "Http:Cors:AllowedOrigins", "",
              "Origins whose web pages may use the gateway from a browser; * allows every origin."),
          TextRule::kOrigin),
  };
  rows->insert(rows->end(), http.begin(), http.end());
}

template <auto kField>
Property Tls(std::string_view path, std::string_view sentence) {
  return Bind<&S::http, &S::Http::tls, kField>(path, "", sentence);
}

void AddTls(std::vector<Property>* rows) {
  using T = S::Http::Tls;
  const std::vector<Property> tls = {
      Tls<&T::certificate_file>("Http:Tls:CertificateFile",
                                "PEM file with the server's certificate followed by the "
                                "intermediate certificates. If it and KeyFile are set, the gateway "
                                "accepts only TLS 1.2 and 1.3. SIGHUP reloads all three files."),
      Tls<&T::key_file>("Http:Tls:KeyFile",
                        "PEM file with the certificate's private key, not encrypted."),
      Tls<&T::client_ca_file>(
          "Http:Tls:ClientCaFile",
          "PEM file with the authorities for client certificates. If it is set, clients present a "
          "certificate issued by one of them; if not, none is requested. ClientCertificates in the "
          "access file says which principals they prove."),
      Tls<&T::client_certificates>(
          "Http:Tls:ClientCertificates",
          "Whether every client must present a certificate of ClientCaFile, or may also connect "
          "without one. A certificate of another authority is never accepted."),
  };
  rows->insert(rows->end(), tls.begin(), tls.end());
}

void AddManagement(std::vector<Property>* rows) {
  using M = S::Management;
  rows->push_back(
      Text(Bind<&S::management, &M::address>(
               "Management:Address", "",
               "Address to listen on for health and metrics; empty means Http:Address."),
           TextRule::kAny));
  rows->push_back(
      Ranged(Bind<&S::management, &M::port>(
                 "Management:Port", "",
                 "Separate port for /health and /metrics, which then leave Http:Port; null keeps "
                 "them there, 0 takes any free port. /api/kafka/health stays on Http:Port."),
             0, 65'535));
}

void AddLimits(std::vector<Property>* rows) {
  using L = S::Limits;
  const std::vector<Property> limits = {
      Ranged(Limit<&L::max_batch_records>("Limits:MaxBatchRecords", "records",
                                          "Maximum number of records per request."),
             1, 1'000'000),
      Ranged(
          Limit<&L::max_record_bytes>("Limits:MaxRecordBytes", kBytes,
                                      "Maximum size of a record: key, value and headers together."),
          1, 1'000'000'000),
      Ranged(Limit<&L::max_headers>("Limits:MaxHeaders", "headers",
                                    "Maximum number of Kafka headers per record."),
             0, 10'000),
      Text(Limit<&L::min_timestamp>(
               "Limits:MinTimestamp", "",
               "Earliest timestamp that a record may have; lower it to load older records."),
           TextRule::kTime),
      Ranged(Limit<&L::max_in_flight_requests>(
                 "Limits:MaxInFlightRequests", "requests",
                 "Maximum number of requests in flight; further ones get 503."),
             1, 10'000'000),
      Ranged(Limit<&L::max_in_flight_bytes>(
                 "Limits:MaxInFlightBytes", kBytes,
                 "Maximum memory of all requests in flight, until Kafka has reported on them: "
                 "their bodies, and the overhead of each record."),
             1, kTebibyte),
      Ranged(Limit<&L::request_timeout>(
                 "Limits:RequestTimeoutMs", kMs,
                 "Maximum time for a request; also the upper limit of a client's own deadline."),
             1, kHour),
  };
  rows->insert(rows->end(), limits.begin(), limits.end());
}

void AddRecords(std::vector<Property>* rows) {
  const std::vector<Property> records = {
      Text(Bind<&S::records, &S::Records::headers_from_request>(
               "Records:HeadersFromRequest", "",
               "Request headers to copy to each record of the request, as case-insensitive globs. "
               "Credentials, hop-by-hop headers and headers that describe the request are never "
               "copied."),
           TextRule::kFieldGlob),
      Text(
          Bind<&S::topics, &S::Topics::allow>(
              "Topics:Allow", "",
              "Topics that may be written, as globs; * stands for any characters, including dots."),
          TextRule::kTopicGlob),
      Text(Bind<&S::topics, &S::Topics::deny>(
               "Topics:Deny", "",
               "Topics that may not be written, as globs; takes precedence over Allow. Names that "
               "begin with __ are never allowed."),
           TextRule::kTopicGlob),
      Bind<&S::access, &S::Access::file>(
          "Access:File", "",
          "JSON file with API keys, grants and denials (access.schema.json); empty means that "
          "callers are not authenticated and may write every allowed topic. It is read again when "
          "it changes and on SIGHUP; if it then has errors, the version in effect stays."),
      Bind<&S::access, &S::Access::allow_plaintext_passwords>(
          "Access:AllowPlaintextPasswords", "",
          "Accept passwords (HTTP Basic) over connections without TLS, where others may read them: "
          "only behind a proxy that terminates TLS."),
      Text(Bind<&S::access, &S::Access::open>(
               "Access:Open", "",
               "Paths that need no credentials although Access:File is set, as globs; on "
               "Management:Port no path needs any. Paths of topics are never open: grant topics to "
               "the principal anonymous instead."),
           TextRule::kPathGlob),
      Text(
          Bind<&S::access, &S::Access::trusted_proxies>(
              "Access:TrustedProxies", "",
              "Addresses and networks (10.0.0.0/8) of proxies that name the client: its address in "
              "Forwarded or X-Forwarded-For, and its certificate in X-Forwarded-Client-Cert. A "
              "proxy must replace or extend what the client itself sent."),
          TextRule::kNotEmpty),
      Ranged(Bind<&S::access, &S::Access::failed_attempts_per_minute>(
                 "Access:FailedAttemptsPerMinute", "requests per minute",
                 "Maximum number of requests with credentials that are not valid, per client "
                 "address (IPv6: per /64); beyond it they get 429 instead of 401. Valid API keys "
                 "are never delayed; 0 means no limit."),
             0, 1'000'000),
      Ranged(Bind<&S::health, &S::Health::kafka_down_grace>(
                 "Health:KafkaDownGraceMs", kMs,
                 "Time without an answer from any broker before the gateway is not ready."),
             0, kDay),
  };
  rows->insert(rows->end(), records.begin(), records.end());
}

void AddLogging(std::vector<Property>* rows) {
  using Log = S::Logging;
  const std::vector<Property> logging = {
      Bind<&S::logging, &Log::level>("Logging:Level", "", "Lowest level to log."),
      Bind<&S::logging, &Log::format>("Logging:Format", "", "Format of a log line."),
      Bind<&S::logging, &Log::access>("Logging:Access", "",
                                      "Which requests are logged; problems means every answer of "
                                      "400 or above, slow requests, and one in AccessSample of all "
                                      "others and of those refused because a limit was reached."),
      Ranged(
          Bind<&S::logging, &Log::access_sample>(
              "Logging:AccessSample", "requests",
              "With Access=problems, one in this many requests is logged if there is no other "
              "reason to log it. Requests refused because a limit was reached are sampled, too."),
          1, 1'000'000'000),
      Ranged(Bind<&S::logging, &Log::slow_request>(
                 "Logging:SlowRequestMs", kMs,
                 "A request that takes at least this long, from its head to its answer, is logged "
                 "as a warning unless Access=off."),
             1, kHour),
  };
  rows->insert(rows->end(), logging.begin(), logging.end());
}

void AddProcess(std::vector<Property>* rows) {
  using Down = S::Shutdown;
  const std::vector<Property> process = {
      Bind<&S::tracing, &S::Tracing::enabled>(
          "Tracing:Enabled", "",
          "Whether spans are recorded and exported by OTLP over HTTP; the OTEL_ environment "
          "variables set destination and sampling. A request's trace context is passed on to Kafka "
          "in any case."),
      Bind<&S::process, &S::Process::batch_scheduling>(
          "Process:BatchScheduling", "",
          "Whether woken threads wait for a free processor instead of preempting others "
          "(SCHED_BATCH): higher throughput, but longer waits where other programs keep every "
          "processor busy."),
      Ranged(Bind<&S::shutdown, &Down::grace>(
                 "Shutdown:GraceMs", kMs,
                 "Time that the gateway keeps serving after it reports not ready, while its "
                 "answers close their connections. Behind a load balancer, longer than the "
                 "balancer takes to notice: 3000 to 10000."),
             0, kHour),
      Ranged(Bind<&S::shutdown, &Down::drain_timeout>(
                 "Shutdown:DrainTimeoutMs", kMs,
                 "Time for requests and records to complete after the gateway stops accepting "
                 "connections; sends in its last half second are refused."),
             0, kHour),
  };
  rows->insert(rows->end(), process.begin(), process.end());
}

}  // namespace

const std::vector<Property>& Properties() {
  static const std::vector<Property> kRows = [] {
    std::vector<Property> rows;
    AddHttp(&rows);
    AddHttpTimes(&rows);
    AddTls(&rows);
    AddManagement(&rows);
    AddKafka(&rows);
    AddLimits(&rows);
    AddRecords(&rows);
    AddLogging(&rows);
    AddProcess(&rows);
    return rows;
  }();
  return kRows;
}

const std::vector<Section>& Sections() {
  static const std::vector<Section> kSections = {
      {"Http", "The HTTP server: address, limits and timeouts."},
      {"Http:Cors", "Access for web pages of other origins."},
      {"Http:Tls", "TLS for the HTTP server; off unless a certificate and its key are set."},
      {"Management", "The listener for health and metrics."},
      {"Kafka", "The producer."},
      {"Kafka:Security", "How the gateway connects to the brokers."},
      {"Kafka:Tls", "TLS to the brokers; only with Kafka:Security:Protocol ssl or sasl_ssl."},
      {"Kafka:OAuth",
       "Where to get tokens for logging in, by client credentials; only with Kafka:Sasl:Mechanism "
       "OAUTHBEARER."},
      {"Kafka:Sasl",
       "The gateway's credentials; only with Kafka:Security:Protocol sasl_ssl or sasl_plaintext."},
      {"Limits", "Limits on one request, and on all requests in flight."},
      {"Records", "Headers that the gateway adds to records."},
      {"Topics", "Topics that may be written."},
      {"Access", "Who the callers are, and what they may do."},
      {"Health", "Readiness."},
      {"Logging", "The log on standard error."},
      {"Tracing", "OpenTelemetry spans."},
      {"Process", "The process and its threads."},
      {"Shutdown", "Shutdown and drain."},
  };
  return kSections;
}

const Property* FindProperty(std::string_view path) {
  const std::vector<Property>& rows = Properties();
  const auto found = std::find_if(rows.begin(), rows.end(), [path](const Property& row) {
    return EqualsIgnoringCase(row.path, path);
  });
  return found == rows.end() ? nullptr : &*found;
}

std::string NearestKey(std::string_view path) {
  std::string_view nearest;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const Property& row : Properties()) {
    const std::size_t distance = EditDistance(path, row.path);
    if (distance < least) {
      least = distance;
      nearest = row.path;
    }
  }
  return std::string(nearest);
}

Value DefaultOf(const Property& property) { return property.get(Settings{}); }

}  // namespace gateway::config
