// OpenTelemetry's environment variables that opentelemetry-cpp does not read itself. Read once, at
// start-up; no thread changes the environment.
#ifndef GATEWAY_INFRA_TRACING_OTLP_ENVIRONMENT_H_
#define GATEWAY_INFRA_TRACING_OTLP_ENVIRONMENT_H_

#include <opentelemetry/sdk/trace/batch_span_processor_options.h>
#include <opentelemetry/sdk/trace/sampler.h>

#include <memory>
#include <string>

#include "service/ports/logger.h"

namespace gateway::otlp {

// OTEL_SDK_DISABLED, OTEL_TRACES_EXPORTER=none.
bool SwitchedOff();

// OTEL_SERVICE_NAME or service.name of OTEL_RESOURCE_ATTRIBUTES is set.
bool NamesTheService();

// OTEL_TRACES_SAMPLER and _ARG. Logs values that it does not understand, and uses the default,
// parentbased_always_on, instead.
std::unique_ptr<opentelemetry::sdk::trace::Sampler> MakeSampler(Logger* logger);

// OTEL_BSP_MAX_QUEUE_SIZE (2048), OTEL_BSP_MAX_EXPORT_BATCH_SIZE (512), OTEL_BSP_SCHEDULE_DELAY
// (5000 ms).
opentelemetry::sdk::trace::BatchSpanProcessorOptions BatchOptions(Logger* logger);

}  // namespace gateway::otlp

#endif  // GATEWAY_INFRA_TRACING_OTLP_ENVIRONMENT_H_
