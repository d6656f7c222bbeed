#include "infra/config/table/properties.h"

#include <algorithm>
#include <limits>

#include "infra/config/table/property_binding.h"
#include "infra/config/values/text.h"

namespace gateway::config {
namespace {

using S = Settings;

constexpr std::string_view kMs = "milliseconds";
constexpr std::string_view kBytes = "bytes";
constexpr double kHour = 3'600'000;
constexpr double kDay = 24 * kHour;
constexpr double kInt32Max = 2'147'483'647;
constexpr double kTebibyte = 1'099'511'627'776;
constexpr std::string_view kStoredEverywhere =
    "a 200 means that the record is stored on every in-sync replica";

Property Ranged(Property property, double minimum, double maximum) {
  property.minimum = minimum;
  property.maximum = maximum;
  return property;
}

Property Choice(Property property, std::vector<std::string_view> allowed,
                std::string_view reason = "") {
  property.allowed = std::move(allowed);
  property.reason = reason;
  return property;
}

Property Text(Property property, TextRule rule) {
  property.rule = rule;
  return property;
}

template <auto kField>
Property Http(std::string_view path, std::string_view unit, std::string_view sentence) {
  return Bind<&S::http, kField>(path, unit, sentence);
}
template <auto kField>
Property Kafka(std::string_view path, std::string_view unit, std::string_view sentence) {
  return Bind<&S::kafka, kField>(path, unit, sentence);
}
template <auto kField>
Property Limit(std::string_view path, std::string_view unit, std::string_view sentence) {
  return Bind<&S::limits, kField>(path, unit, sentence);
}

void AddHttp(std::vector<Property>* rows) {
  using H = S::Http;
  const std::vector<Property> http = {
      Text(Http<&H::address>("Http:Address", "",
                             "The address to listen on; 0.0.0.0 or :: is every interface."),
           TextRule::kNotEmpty),
      Ranged(Http<&H::port>("Http:Port", "", "The port to listen on; 0 takes any free one."), 0,
             65'535),
      Ranged(Http<&H::threads>("Http:Threads", "threads",
                               "The threads that read and write connections; 0 is one a core."),
             0, 1'024),
      Ranged(Http<&H::max_connections>("Http:MaxConnections", "connections",
                                       "The most connections open at a time."),
             1, 1'000'000),
      Ranged(Http<&H::max_connections_per_address>(
                 "Http:MaxConnectionsPerAddress", "connections",
                 "The most connections open at a time from one client address; 0 is no limit."),
             0, 1'000'000),
      Ranged(Http<&H::max_target_bytes>("Http:MaxTargetBytes", kBytes,
                                        "The longest request target (path and query)."),
             16, 1'048'576),
      Ranged(Http<&H::max_head_bytes>("Http:MaxHeadBytes", kBytes,
                                      "The longest request head (request line and headers)."),
             64, 1'048'576),
      Ranged(Http<&H::max_headers>("Http:MaxHeaders", "headers",
                                   "The most HTTP headers of a request."),
             1, 10'000),
      Ranged(Http<&H::max_body_bytes>("Http:MaxBodyBytes", kBytes,
                                      "The longest request body, as it is sent."),
             1, 1'073'741'824),
      Ranged(Http<&H::max_decompressed_bytes>(
                 "Http:MaxDecompressedBytes", kBytes,
                 "The longest request body that was sent with a Content-Encoding, once decoded."),
             1, 1'073'741'824),
      Ranged(Http<&H::tls_handshake_timeout>(
                 "Http:TlsHandshakeTimeoutMs", kMs,
                 "How long a client may take from connecting to the end of its TLS handshake."),
             1, kDay),
      Ranged(Http<&H::min_body_bytes_per_second>(
                 "Http:MinBodyBytesPerSecond", "bytes a second",
                 "A body may take longer than BodyTimeoutMs, and reading an answer longer than "
                 "WriteTimeoutMs, while the client keeps at least this pace."),
             1, 1'073'741'824),
      Ranged(Http<&H::head_timeout>("Http:HeadTimeoutMs", kMs,
                                    "How long a request head may take to arrive."),
             1, kDay),
      Ranged(Http<&H::body_timeout>(
                 "Http:BodyTimeoutMs", kMs,
                 "How long a request body may take to arrive; see MinBodyBytesPerSecond."),
             1, kDay),
      Ranged(Http<&H::idle_timeout>("Http:IdleTimeoutMs", kMs,
                                    "How long a connection may stay open between two requests."),
             1, kDay),
      Ranged(Http<&H::write_timeout>(
                 "Http:WriteTimeoutMs", kMs,
                 "How long a client may take to read an answer; see MinBodyBytesPerSecond."),
             1, kDay),
      Ranged(Http<&H::max_connection_age>(
                 "Http:MaxConnectionAgeMs", kMs,
                 "How old a connection may become, a tenth more or less: its next answer then "
                 "closes it, so that clients spread over new gateways; 0 is no limit."),
             0, kDay),
      Text(Bind<&S::http, &H::cors, &H::Cors::allowed_origins>(
               "Http:Cors:AllowedOrigins", "",
               "The origins whose pages may use the gateway in a browser; * is every origin."),
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
      Tls<&T::certificate_file>(
          "Http:Tls:CertificateFile",
          "The PEM file with the server's certificate and then those of the authorities between it "
          "and the root; with it and KeyFile the gateway speaks TLS 1.2 and 1.3 and nothing else. "
          "Read again, as are the other two, on SIGHUP."),
      Tls<&T::key_file>("Http:Tls:KeyFile",
                        "The PEM file with the certificate's private key, not encrypted."),
      Tls<&T::client_ca_file>(
          "Http:Tls:ClientCaFile",
          "The PEM file with the authorities for client certificates. If it is set, every client "
          "must present a certificate that one of them has issued; if not, none is asked for."),
  };
  rows->insert(rows->end(), tls.begin(), tls.end());
}

void AddManagement(std::vector<Property>* rows) {
  using M = S::Management;
  rows->push_back(
      Text(Bind<&S::management, &M::address>(
               "Management:Address", "",
               "The address to listen on for health and metrics; empty is that of Http:Address."),
           TextRule::kAny));
  rows->push_back(Ranged(
      Bind<&S::management, &M::port>(
          "Management:Port", "",
          "A port of their own for /health and /metrics, which then are not on Http:Port; null "
          "keeps them there, 0 takes any free port. /api/kafka/health stays."),
      0, 65'535));
}

void AddKafka(std::vector<Property>* rows) {
  using K = S::Kafka;
  const std::vector<Property> kafka = {
      Text(Kafka<&K::bootstrap_servers>(
               "Kafka:BootstrapServers", "",
               "The brokers to ask for the cluster, as host:port,host:port; the word embedded "
               "starts a broker inside the process, for trying things out: it keeps nothing."),
           TextRule::kServers),
      Text(Kafka<&K::client_id>("Kafka:ClientId", "",
                                "The name that brokers see in their logs, metrics and quotas."),
           TextRule::kNotEmpty),
      Kafka<&K::profile>(
          "Kafka:Profile", "",
          "A set of values for the Kafka keys that the sources after this file leave alone: "
          "balanced is the defaults, high-throughput trades a little latency for "
          "fuller batches, low-latency spends more bytes to answer sooner."),
      Choice(Kafka<&K::acks>("Kafka:Acks", "", "Which replicas must have stored a record."),
             {"all"}, kStoredEverywhere),
      Choice(Kafka<&K::enable_idempotence>(
                 "Kafka:EnableIdempotence", "",
                 "Whether brokers drop the duplicates and the disorder that retries make."),
             {"true"}, "without it a retry inside the gateway could store a record twice"),
      Choice(Kafka<&K::compression_type>("Kafka:CompressionType", "",
                                         "How batches are compressed on their way to the brokers."),
             {"none", "gzip", "snappy", "lz4", "zstd"}),
      Ranged(Kafka<&K::linger_ms>(
                 "Kafka:LingerMs", kMs,
                 "How long librdkafka may wait for more records before it sends a batch."),
             0, 900'000),
      Ranged(Kafka<&K::batch_size>("Kafka:BatchSize", kBytes, "The largest batch of records."), 1,
             kInt32Max),
      Ranged(Kafka<&K::retries>("Kafka:Retries", "attempts",
                                "How often a batch is sent again before its records fail."),
             1, kInt32Max),
      Ranged(
          Kafka<&K::message_timeout>("Kafka:MessageTimeoutMs", kMs,
                                     "How long a record may wait in the gateway for a broker that "
                                     "takes it; then it fails and was surely not stored. Must "
                                     "be under Limits:RequestTimeoutMs."),
          1, kHour),
      Ranged(Kafka<&K::queue_max_messages>("Kafka:QueueMaxMessages", "records",
                                           "The most records that wait inside librdkafka, in each "
                                           "of its producers."),
             1, kInt32Max),
      Ranged(Kafka<&K::queue_max_bytes>(
                 "Kafka:QueueMaxBytes", kBytes,
                 "The most bytes of records that wait inside librdkafka, in each "
                 "of its producers, which counts in units of 1024."),
             1'024, kTebibyte),
      Ranged(Kafka<&K::producers>(
                 "Kafka:Producers", "clients",
                 "How many librdkafka producers share the partitions; each connects to every "
                 "broker. 0: the gateway's choice. More help with dozens of partitions that are "
                 "written to at once."),
             0, 16),
      Ranged(Kafka<&K::metadata_refresh>("Kafka:MetadataRefreshMs", kMs,
                                         "How often brokers are asked for topics and partitions."),
             10, kHour),
      Kafka<&K::librdkafka>(
          "Kafka:Librdkafka", "",
          "Further librdkafka properties by their own names, TLS and SASL among them. In variables "
          "write _ for the dots: Kafka__Librdkafka__security_protocol. Names that tell of a secret "
          "are not shown, and may be given as file:/path."),
  };
  rows->insert(rows->end(), kafka.begin(), kafka.end());
}

void AddLimits(std::vector<Property>* rows) {
  using L = S::Limits;
  const std::vector<Property> limits = {
      Ranged(Limit<&L::max_batch_records>("Limits:MaxBatchRecords", "records",
                                          "The most records of one request."),
             1, 1'000'000),
      Ranged(Limit<&L::max_record_bytes>("Limits:MaxRecordBytes", kBytes,
                                         "The largest record: key, value and headers together."),
             1, 1'000'000'000),
      Ranged(Limit<&L::max_headers>("Limits:MaxHeaders", "headers",
                                    "The most Kafka headers of one record."),
             0, 10'000),
      Text(Limit<&L::min_timestamp>("Limits:MinTimestamp", "",
                                    "The earliest timestamp that a record may have; move it back "
                                    "to load history."),
           TextRule::kTime),
      Ranged(Limit<&L::max_in_flight_requests>("Limits:MaxInFlightRequests", "requests",
                                               "The most requests in work at a time; more are "
                                               "told to come back."),
             1, 10'000'000),
      Ranged(Limit<&L::max_in_flight_bytes>("Limits:MaxInFlightBytes", kBytes,
                                            "The most memory for requests at a time, until "
                                            "Kafka has reported on them: bodies, and what "
                                            "each record takes beside its bytes."),
             1, kTebibyte),
      Ranged(Limit<&L::request_timeout>("Limits:RequestTimeoutMs", kMs,
                                        "How long a request may take; also the cap of a client's "
                                        "own deadline."),
             1, kHour),
  };
  rows->insert(rows->end(), limits.begin(), limits.end());
}

void AddRest(std::vector<Property>* rows) {
  using Log = S::Logging;
  using Down = S::Shutdown;
  const std::vector<Property> rest = {
      Text(
          Bind<&S::records, &S::Records::headers_from_request>(
              "Records:HeadersFromRequest", "",
              "The header fields of a request that become headers of each of its records, by glob, "
              "whatever their case. Credentials, hop-by-hop fields and those that describe the "
              "request never do."),
          TextRule::kFieldGlob),
      Text(Bind<&S::topics, &S::Topics::allow>(
               "Topics:Allow", "",
               "The topics that may be written, by glob; * stands for any characters, dots too."),
           TextRule::kTopicGlob),
      Text(Bind<&S::topics, &S::Topics::deny>("Topics:Deny", "",
                                              "The topics that may not be written, by glob; wins "
                                              "over Allow. Names that begin with __ never may."),
           TextRule::kTopicGlob),
      Ranged(Bind<&S::health, &S::Health::kafka_down_grace>(
                 "Health:KafkaDownGraceMs", kMs,
                 "How long no broker may answer before the gateway is not ready."),
             0, kDay),
      Bind<&S::logging, &Log::level>("Logging:Level", "", "The least severe lines to log."),
      Bind<&S::logging, &Log::format>("Logging:Format", "", "How a line looks."),
      Bind<&S::logging, &Log::access>(
          "Logging:Access", "",
          "Which requests are logged; problems is every answer of 400 or more, the slow ones, and "
          "one in AccessSample of the rest and of those that found no room."),
      Ranged(Bind<&S::logging, &Log::access_sample>(
                 "Logging:AccessSample", "requests",
                 "With Access=problems, one in this many of the other requests is logged, and of "
                 "those refused because a budget is used up."),
             1, 1'000'000'000),
      Ranged(Bind<&S::logging, &Log::slow_request>(
                 "Logging:SlowRequestMs", kMs,
                 "A request that takes this long, from its head to its answer, is logged as a "
                 "warning unless Access=off."),
             1, kHour),
      Bind<&S::tracing, &S::Tracing::enabled>(
          "Tracing:Enabled", "",
          "Whether spans are recorded and exported by OTLP over HTTP; where to and which is said "
          "by the OTEL_ variables. A trace that a request carries goes on to Kafka either way."),
      Bind<&S::process, &S::Process::batch_scheduling>(
          "Process:BatchScheduling", "",
          "Threads that are woken wait for a free processor instead of interrupting others: more "
          "throughput, but longer waits where other programs keep every processor busy."),
      Ranged(Bind<&S::shutdown, &Down::grace>(
                 "Shutdown:GraceMs", kMs,
                 "How long the gateway goes on serving after it says it is not ready, with answers "
                 "that close their connection. Behind a balancer longer than it takes to notice: "
                 "3000 to 10000."),
             0, kHour),
      Ranged(Bind<&S::shutdown, &Down::drain_timeout>(
                 "Shutdown:DrainTimeoutMs", kMs,
                 "How long requests and records may still take once no more connections are "
                 "accepted; what comes in its last half second is refused."),
             0, kHour),
  };
  rows->insert(rows->end(), rest.begin(), rest.end());
}

}  // namespace

const std::vector<Property>& Properties() {
  static const std::vector<Property> kRows = [] {
    std::vector<Property> rows;
    AddHttp(&rows);
    AddTls(&rows);
    AddManagement(&rows);
    AddKafka(&rows);
    AddLimits(&rows);
    AddRest(&rows);
    return rows;
  }();
  return kRows;
}

const std::vector<Section>& Sections() {
  static const std::vector<Section> kSections = {
      {"Http", "The HTTP server: where it listens, and what it puts up with."},
      {"Http:Cors", "Which pages of other origins may use the gateway in a browser."},
      {"Http:Tls", "TLS for the HTTP server; off unless a certificate and its key are named."},
      {"Management", "Where those who run the gateway look at it."},
      {"Kafka", "The producer."},
      {"Limits", "What one request may hold, and how much is taken in at a time."},
      {"Records", "What the gateway adds to records."},
      {"Topics", "Which topics may be written."},
      {"Health", "When the gateway calls itself ready."},
      {"Logging", "What goes to standard error."},
      {"Tracing", "Spans, for OpenTelemetry."},
      {"Process", "The process and its threads."},
      {"Shutdown", "How the gateway stops."},
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
