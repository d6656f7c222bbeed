// Shared by the connections of one I/O loop. Owned by the loop; its thread only.
#ifndef GATEWAY_API_HTTP_NET_LOOP_CONTEXT_H_
#define GATEWAY_API_HTTP_NET_LOOP_CONTEXT_H_

#include <chrono>
#include <memory>
#include <random>
#include <string>

#include "api/http/h1/response_writer.h"
#include "api/http/handler.h"
#include "api/http/net/completion_queue.h"
#include "api/http/net/connection_limits.h"
#include "service/ports/clock.h"
#include "service/ports/http_metrics.h"
#include "service/ports/logger.h"

namespace gateway::http {

struct LoopContext {
  const ConnectionLimits& limits;
  HttpHandler& handler;
  const Clock& clock;
  HttpMetrics& metrics;
  Logger& logger;
  std::shared_ptr<CompletionQueue> queue;
  ResponseWriter writer;
  std::chrono::steady_clock::time_point now;  // of this turn of the loop
  std::minstd_rand random;
  bool closing = false;   // every answer says "Connection: close"
  bool draining = false;  // and idle connections close
  std::string scratch;    // the read buffer of all connections
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_LOOP_CONTEXT_H_
