// Converts the settings to the options of each part of the program; and the configuration checks
// that only these parts can make. Pure except for reading files.
#ifndef GATEWAY_APP_OPTIONS_H_
#define GATEWAY_APP_OPTIONS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/controllers/site_controller.h"
#include "api/http/net/server.h"
#include "api/http/net/tls_context.h"
#include "api/pipeline/access_log.h"
#include "infra/config/settings.h"
#include "infra/config/startup/startup.h"
#include "infra/logging/async_logger.h"
#include "infra/metrics/prometheus_metrics.h"
#include "service/produce/record_validation.h"

namespace gateway {

// The configuration errors found by librdkafka, by OpenSSL, by the rules for record headers and in
// the access file.
std::vector<ConfigProblem> CheckKafka(const Settings& settings);
std::vector<ConfigProblem> CheckTls(const Settings& settings);
std::vector<ConfigProblem> CheckRecords(const Settings& settings);
std::vector<ConfigProblem> CheckAccess(const Settings& settings);

// True if callers are not authenticated although other machines can connect to the address.
bool IsOpenToAll(const Settings& settings);

// --health-check: requests the health of the gateway that runs with these settings. Absent if it is
// healthy.
std::optional<std::string> CheckHealth(const Settings& settings, bool readiness);

bool UsesTls(const Settings& settings);
http::TlsFiles TlsFilesOf(const Settings::Http::Tls& tls);
// The configuration key that names the file.
std::string_view KeyOf(http::TlsFile file);
RecordLimits RecordLimitsOf(const Settings::Limits& limits);
LoggerOptions LoggerOptionsOf(const Settings::Logging& logging);
// The exported names and settings; main adds the callbacks that are read at a scrape.
PrometheusOptions PrometheusOptionsOf(const Settings& settings);
AccessLogOptions AccessLogOptionsOf(const Settings::Logging& logging);
http::ServerOptions ServerOptionsOf(const Settings::Http& http);
// Options of the server at Management:Port, which has few requests.
http::ServerOptions ManagementOptionsOf(const Settings& settings);
// Reads the OpenAPI document and the files of Swagger UI.
SiteOptions SiteOptionsOf(const FileLocator& files, bool embedded);

}  // namespace gateway

#endif  // GATEWAY_APP_OPTIONS_H_
