// What opentelemetry-cpp has to say, as lines of the gateway's log (event "tracing-problem"): at
// most one a minute, with a count of what was left out, because a collector that is away has it
// complain at every batch, and a full queue at every span.
#ifndef GATEWAY_INFRA_TRACING_OTLP_SDK_LOG_H_
#define GATEWAY_INFRA_TRACING_OTLP_SDK_LOG_H_

#include "service/ports/logger.h"

namespace gateway::otlp {

// Before anything else of opentelemetry-cpp is made. From then on, any thread; `logger` must
// outlive all that is.
void LogThrough(Logger* logger);
// No more, although threads may still complain: the logger goes.
void LogNoMore();

}  // namespace gateway::otlp

#endif  // GATEWAY_INFRA_TRACING_OTLP_SDK_LOG_H_
