// Loads the module that records and exports spans. It is a shared object, loaded only if
// Tracing:Enabled is true, because its libraries (protobuf, gRPC, curl) would cost every gateway 12
// MB and every start 10 ms. It is built if CMake finds opentelemetry-cpp. Gateway loads it once, at
// start-up; a loaded module is never unloaded.
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

// The names of the file and of its exported symbol, a TracingEntry.
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

// Loads the module next to `executable` or in the library directory of its prefix. The tracer may
// be null, see TracingEntry. The error is a sentence that says what to do.
Result<std::unique_ptr<Tracer>, std::string> LoadTracing(const std::filesystem::path& executable,
                                                         const TracingOptions& options);

}  // namespace gateway

#endif  // GATEWAY_INFRA_TRACING_TRACING_MODULE_H_
