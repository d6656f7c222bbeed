// The module that records spans and exports them: a shared object of its own, loaded only when
// Tracing:Enabled says so, because what it needs (protobuf, gRPC, curl) would cost every gateway 12
// MB and every start 10 ms. It is built when CMake finds opentelemetry-cpp. Called by main, once,
// at start-up; a module that was loaded stays.
#ifndef GATEWAY_INFRA_TRACING_TRACING_MODULE_H_
#define GATEWAY_INFRA_TRACING_TRACING_MODULE_H_

#include <filesystem>
#include <memory>
#include <string>

#include "service/ports/clock.h"
#include "service/ports/logger.h"
#include "service/ports/tracer.h"
#include "service/types/result.h"

namespace gateway {

// The file's name, and that of what it exports: a TracingEntry.
inline constexpr char kTracingModule[] = "kafka-gateway-tracing.so";
inline constexpr char kTracingEntry[] = "kafka_gateway_tracing";

struct TracingOptions {
  std::string version;  // of the gateway
  // Both outlive the tracer.
  Logger* logger = nullptr;
  const Clock* clock = nullptr;
};

struct TracingEntry {
  const char* version;  // of the gateway that it was built for
  // Null if the environment disables tracing: OTEL_SDK_DISABLED=true, OTEL_TRACES_EXPORTER=none.
  std::unique_ptr<Tracer> (*make)(const TracingOptions& options);
};

// Loads the module that lies beside `executable` or under the library directory of its prefix. The
// tracer may be null, see TracingEntry. The error is a sentence that says what to do.
Result<std::unique_ptr<Tracer>, std::string> LoadTracing(const std::filesystem::path& executable,
                                                         const TracingOptions& options);

}  // namespace gateway

#endif  // GATEWAY_INFRA_TRACING_TRACING_MODULE_H_
