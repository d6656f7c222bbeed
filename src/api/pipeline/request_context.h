// The facts of one request, which the pipeline finds out from its head, stage by stage. Handlers
// read them (Exchange::context()); after the pipeline they are constant. Any thread.
#ifndef GATEWAY_API_PIPELINE_REQUEST_CONTEXT_H_
#define GATEWAY_API_PIPELINE_REQUEST_CONTEXT_H_

#include <optional>
#include <string>
#include <string_view>

#include "api/format/path_parameters.h"
#include "api/http/message.h"
#include "api/http/peer.h"
#include "service/auth/caller.h"
#include "service/ports/clock.h"
#include "service/ports/logger.h"
#include "service/tracing/trace_context.h"

namespace gateway {

class WireFormat;
struct Route;

struct RequestContext {
  // Of every request, also of one whose head could not be parsed.
  std::string request_id;
  http::Peer peer;
  bool from_proxy = false;       // the peer is a trusted proxy
  std::string forwarded_client;  // the client's address, as that proxy says; "": it is the peer's
  Clock::TimePoint started{};

  // Of its head.
  http::Method method = http::Method::kUnknown;
  std::string path;            // as it came, without query: the "instance" of a problem
  std::string user_agent;      // bounded
  std::string allowed_origin;  // what Access-Control-Allow-Origin says; "": none (cors.h)
  http::ContentCoding coding = http::ContentCoding::kIdentity;  // of the body
  // The span of this request if one is recorded, else the trace that it came with, if any.
  std::optional<TraceContext> trace;
  // Null if there is no access file, or if the path is open: everything is allowed.
  CallerPtr caller;
  std::string_view refusal;  // why its credentials were refused, for the log; "" if they were not

  // Of its route.
  const Route* route = nullptr;  // null: no route matched
  PathParameters parameters;
  const WireFormat* format = nullptr;  // of its body; null: the route takes none

  const std::string& client_address() const {
    return forwarded_client.empty() ? peer.address : forwarded_client;
  }
  // "" if the request is part of no trace.
  std::string_view trace_id() const { return trace ? trace->trace_id() : std::string_view(); }
  // The value of the field "trace_id" of a log line.
  decltype(LogField::value) TraceIdField() const { return TextOrNone(trace_id()); }
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_REQUEST_CONTEXT_H_
