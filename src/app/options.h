// What the parts of the program are given, made from the settings; and the checks of a
// configuration that only the parts themselves can make. Pure but for the files that are read.
#ifndef GATEWAY_APP_OPTIONS_H_
#define GATEWAY_APP_OPTIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "api/controllers/site_controller.h"
#include "api/http/net/server.h"
#include "api/http/net/tls_context.h"
#include "api/pipeline/access_log.h"
#include "infra/config/settings.h"
#include "infra/config/startup.h"
#include "infra/logging/async_logger.h"
#include "infra/metrics/prometheus_metrics.h"
#include "service/produce/record_validation.h"

namespace gateway {

// What librdkafka, OpenSSL and the rules for record headers have against the configuration; empty
// if nothing.
std::vector<ConfigProblem> CheckKafka(const Settings& settings);
std::vector<ConfigProblem> CheckTls(const Settings& settings);
std::vector<ConfigProblem> CheckRecords(const Settings& settings);

// --health-check: asks the gateway that runs with these settings. Absent if it is well.
std::optional<std::string> CheckHealth(const Settings& settings, bool readiness);

bool UsesTls(const Settings& settings);
http::TlsFiles TlsFilesOf(const Settings::Http::Tls& tls);
RecordLimits RecordLimitsOf(const Settings::Limits& limits);
LoggerOptions LoggerOptionsOf(const Settings::Logging& logging);
// The names and the settings that are exported; what is read at a scrape is main's to add.
PrometheusOptions PrometheusOptionsOf(const Settings& settings);
AccessLogOptions AccessLogOptionsOf(const Settings::Logging& logging);
http::ServerOptions ServerOptionsOf(const Settings::Http& http);
// Of the server at Management:Port: for few clients that come seldom.
http::ServerOptions ManagementOptionsOf(const Settings& settings);
// Reads the OpenAPI document and the files of Swagger UI.
SiteOptions SiteOptionsOf(const FileLocator& files, bool embedded);

}  // namespace gateway

#endif  // GATEWAY_APP_OPTIONS_H_
