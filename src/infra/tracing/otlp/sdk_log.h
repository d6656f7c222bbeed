// opentelemetry-cpp's own log as lines of the gateway's log (event "tracing-problem"). A collector
// that does not answer makes it complain about every batch, and a full queue about every span: a
// RepeatFilter lets one message per minute through, and its count is the field "repeated".
#ifndef GATEWAY_INFRA_TRACING_OTLP_SDK_LOG_H_
#define GATEWAY_INFRA_TRACING_OTLP_SDK_LOG_H_

#include "service/ports/clock.h"
#include "service/ports/logger.h"

namespace gateway::otlp {

// Call it before anything else of opentelemetry-cpp is made. From then on its threads log to
// `logger`, until StopLogging; `logger` and `clock` must live until then.
void LogThrough(Logger& logger, const Clock& clock);

// Logs the number of messages that were left out, and nothing after that, although the threads of
// an export that could not be cancelled may still send messages.
void StopLogging();

}  // namespace gateway::otlp

#endif  // GATEWAY_INFRA_TRACING_OTLP_SDK_LOG_H_
