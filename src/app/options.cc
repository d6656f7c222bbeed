#include "app/options.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "api/http/health_probe.h"
#include "api/http/ip_address.h"
#include "api/problem/problem.h"
#include "api/tracing/propagated_fields.h"
#include "app/build_info.h"
#include "infra/access/access_file.h"
#include "infra/config/table/contradictions.h"
#include "infra/kafka/client/client_config.h"
#include "infra/logging/log_line.h"
#include "infra/os/named_file.h"
#include "service/types/rfc3339.h"

namespace gateway {
namespace {

bool RequiresCertificates(const Settings& settings) {
  const Settings::Http::Tls& tls = settings.http.tls;
  return !tls.client_ca_file.empty() && tls.client_certificates == ClientCertificateMode::kRequired;
}

}  // namespace

std::vector<ConfigProblem> CheckKafka(const Settings& settings) {
  std::vector<ConfigProblem> problems;
  std::vector<std::string> found = CheckKafkaConf(settings.kafka);
  // librdkafka would only repeat a contradiction in its own words.
  if (found.empty() && config::FindContradictions(settings).empty()) {
    if (auto complaint = TryKafkaConf(settings.kafka)) found.push_back(*std::move(complaint));
  }
  for (std::string& what : found) {
    ConfigProblem problem;
    const std::size_t colon = what.find(": ");
    problem.key = what.substr(0, colon);
    problem.what = colon == std::string::npos ? "" : what.substr(colon + 2);
    problems.push_back(std::move(problem));
  }
  return problems;
}

bool UsesTls(const Settings& settings) {
  return !settings.http.tls.certificate_file.empty() && !settings.http.tls.key_file.empty();
}

http::TlsFiles TlsFilesOf(const Settings::Http::Tls& tls) {
  return {tls.certificate_file, tls.key_file, tls.client_ca_file,
          tls.client_certificates == ClientCertificateMode::kRequired};
}

std::string_view KeyOf(http::TlsFile file) {
  switch (file) {
    case http::TlsFile::kCertificate:
      return "Http:Tls:CertificateFile";
    case http::TlsFile::kKey:
      return "Http:Tls:KeyFile";
    case http::TlsFile::kClientCa:
      return "Http:Tls:ClientCaFile";
  }
  return "";
}

std::vector<ConfigProblem> CheckTls(const Settings& settings) {
  if (!UsesTls(settings)) return {};
  const auto context = http::TlsContext::Load(TlsFilesOf(settings.http.tls));
  if (context.ok()) return {};
  ConfigProblem problem;
  problem.key = KeyOf(context.error().file);
  problem.what = context.error().what;
  return {problem};
}

// A glob may match headers that are never copied; these are skipped. A glob that itself names such
// a header is an error.
std::vector<ConfigProblem> CheckRecords(const Settings& settings) {
  std::vector<ConfigProblem> problems;
  for (const std::string& glob : settings.records.headers_from_request) {
    const std::string_view reason = WhyNeverCarried(glob);
    if (reason.empty()) continue;
    ConfigProblem& problem = problems.emplace_back();
    problem.key = "Records:HeadersFromRequest";
    problem.what = "\"" + glob + "\" never becomes a record header, because " +
                   std::string(reason) + "; remove it";
  }
  return problems;
}

std::vector<ConfigProblem> CheckAccess(const Settings& settings) {
  std::vector<ConfigProblem> problems;
  if (!settings.access.file.empty()) {
    auto file = ReadAccessFile(settings.access.file);
    if (!file.ok()) problems = std::move(file).error();
  }
  for (const std::string& proxy : settings.access.trusted_proxies) {
    if (http::IpNetwork::Parse(proxy)) continue;
    ConfigProblem& problem = problems.emplace_back();
    problem.key = "Access:TrustedProxies";
    problem.what = "\"" + proxy + "\" is neither an address nor a network without host bits";
    problem.allowed = "such as 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32";
  }
  return problems;
}

bool IsOpenToAll(const Settings& settings) {
  const std::string& address = settings.http.address;
  const bool loopback = address.starts_with("127.") || address == "::1" || address == "localhost";
  return settings.access.file.empty() && !RequiresCertificates(settings) && !loopback;
}

std::optional<std::string> CheckHealth(const Settings& settings, bool readiness) {
  http::HealthProbe probe;
  const Settings::Management& management = settings.management;
  const bool apart = management.port.has_value();
  probe.address = apart && !management.address.empty() ? management.address : settings.http.address;
  probe.port = management.port.value_or(settings.http.port);
  probe.path = readiness ? "/health/ready" : "/health/live";
  if (probe.port == 0) {
    return std::string(apart ? "Management:Port" : "Http:Port") +
           " is 0 (any free port), so the health check cannot know the port; set it.";
  }
  probe.tls = !apart && UsesTls(settings);
  if (probe.tls && RequiresCertificates(settings)) {
    return "Http:Tls:ClientCaFile requires a certificate from every client, and the health check "
           "has none: set Management:Port.";
  }
  return http::ProbeHealth(probe);
}

RecordLimits RecordLimitsOf(const Settings::Limits& limits) {
  RecordLimits of;
  of.max_batch_records = limits.max_batch_records;
  of.max_record_bytes = limits.max_record_bytes;
  of.max_headers = limits.max_headers;
  const TimestampMs earliest = ParseRfc3339(limits.min_timestamp).value_or(of.min_timestamp);
  of.min_timestamp = std::max(of.min_timestamp, earliest);  // 1970 itself is 0
  return of;
}

LoggerOptions LoggerOptionsOf(const Settings::Logging& logging) {
  LoggerOptions options;
  options.level = logging.level;
  options.format = logging.format;
  const char* const name = std::getenv("OTEL_SERVICE_NAME");  // NOLINT(concurrency-mt-unsafe)
  options.constant_fields = MakeConstantFields(
      {{"service.name", name == nullptr || *name == '\0' ? "kafka-gateway" : name},
       {"service.version", kGatewayVersion}});
  return options;
}

PrometheusOptions PrometheusOptionsOf(const Settings& settings) {
  PrometheusOptions options;
  for (const ProblemInfo& info : AllProblems()) {
    options.problems.emplace_back(info.code, info.status);
  }
  for (std::size_t i = 0; i <= static_cast<std::size_t>(ErrorCode::kInternal); ++i) {
    options.record_errors.emplace_back(InfoOf(FromErrorCode(static_cast<ErrorCode>(i))).code);
  }
  options.limits.max_connections = settings.http.max_connections;
  options.limits.max_in_flight_requests = settings.limits.max_in_flight_requests;
  options.limits.max_in_flight_bytes = settings.limits.max_in_flight_bytes;
  options.limits.request_timeout = settings.limits.request_timeout;
  options.limits.message_timeout = settings.kafka.message_timeout;
  return options;
}

AccessLogOptions AccessLogOptionsOf(const Settings::Logging& logging) {
  AccessLogOptions options;
  switch (logging.access) {
    case AccessLogMode::kProblems:
      options.mode = AccessLogOptions::Mode::kProblems;
      break;
    case AccessLogMode::kAll:
      options.mode = AccessLogOptions::Mode::kAll;
      break;
    case AccessLogMode::kOff:
      options.mode = AccessLogOptions::Mode::kOff;
      break;
  }
  options.sample = static_cast<std::uint64_t>(logging.access_sample);
  options.slow = logging.slow_request;
  return options;
}

http::ServerOptions ServerOptionsOf(const Settings::Http& http) {
  http::ServerOptions options;
  options.address = http.address;
  options.port = http.port;
  options.threads = http.threads;
  options.limits.framer.head = {http.max_target_bytes, http.max_head_bytes, http.max_headers};
  options.limits.framer.max_body_bytes = http.max_body_bytes;
  options.limits.framer.max_decoded_bytes = http.max_decompressed_bytes;
  options.limits.min_body_bytes_per_second = http.min_body_bytes_per_second;
  options.limits.handshake_timeout = http.tls_handshake_timeout;
  options.limits.head_timeout = http.head_timeout;
  options.limits.body_timeout = http.body_timeout;
  options.limits.idle_timeout = http.idle_timeout;
  options.limits.write_timeout = http.write_timeout;
  options.limits.max_age = http.max_connection_age;
  options.accept = {http.max_connections, http.max_connections_per_address};
  return options;
}

http::ServerOptions ManagementOptionsOf(const Settings& settings) {
  http::ServerOptions options = ServerOptionsOf(settings.http);
  if (!settings.management.address.empty()) options.address = settings.management.address;
  options.port = settings.management.port.value_or(0);
  options.threads = 1;
  return options;
}

SiteOptions SiteOptionsOf(const FileLocator& files, bool embedded) {
  SiteOptions site;
  site.version = kGatewayVersion;
  site.embedded = embedded;
  if (const auto path = files.FindData("openapi/openapi.json")) site.openapi = ReadWhole(*path);
  if (const auto path = files.FindData("swagger-ui")) {
    for (NamedFile& file : ReadDirectory(*path)) {
      site.swagger_ui.push_back({std::move(file.name), std::move(file.content)});
    }
  }
  return site;
}

}  // namespace gateway
