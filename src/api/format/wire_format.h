// The seam for wire formats. A route names the formats in which it accepts records; the request's
// media type selects one of them (format_selection.h). A format is a folder beside native/ that
// implements this interface and lists its routes (ProduceRoute); api.cc has one line for each such
// list. Formats are immutable, live until the process ends, and are called by any thread.
#ifndef GATEWAY_API_FORMAT_WIRE_FORMAT_H_
#define GATEWAY_API_FORMAT_WIRE_FORMAT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/format/path_parameters.h"
#include "api/format/produce_request.h"
#include "api/http/message.h"
#include "api/media/negotiation.h"
#include "api/problem/error_format.h"
#include "api/problem/problem.h"
#include "service/produce/produce_operation.h"
#include "service/types/result.h"

namespace gateway {

// What a format reads. The views are valid during Parse only.
struct WireRequest {
  const http::RequestHead& head;
  const PathParameters& path;
  std::string body;  // decoded
  std::size_t max_records = 0;
};

// What a format has to know of the request to write its answer. Copied into callbacks: kept small.
struct AnswerOptions {
  bool single = true;           // ProduceRequest::single
  bool minimal = false;         // Prefer: return=minimal
  std::string_view lines_type;  // the name under which the client prefers lines (AcceptedNdjson);
                                // "": it does not
  std::shared_ptr<const RecordPlaces> places;  // ProduceRequest::places
};

struct ProduceAnswer {
  http::Response response;
  RetryAfter retry_after;  // becomes a header field of the response
};

class WireFormat {
 public:
  virtual ~WireFormat() = default;

  // The bodies that it reads.
  virtual const MediaTypes& media_types() const = 0;

  // A Problem is a body that cannot be read at all; what is wrong with single records is in
  // ProduceRequest::errors, so that a client learns all of it at once.
  virtual Result<ProduceRequest, Problem> Parse(WireRequest request) const = 0;

  // The answer once the outcome of each record is known. A Problem is rendered as the route's
  // ErrorFormat says.
  virtual Result<ProduceAnswer, Problem> Answer(const ProduceOperation& operation,
                                                const AnswerOptions& options) const = 0;
  // The answer to `total` records that were accepted without waiting for their outcomes (Prefer:
  // respond-async).
  virtual http::Response Accepted(std::size_t total) const = 0;
};

// A path to which records are sent (POST), and how its requests and errors are written.
struct ProduceRoute {
  std::string path;  // a template, see router.h
  // At least one, the one to be recommended first; of those that read the same type the first is
  // used.
  std::vector<const WireFormat*> formats;
  const ErrorFormat* errors = nullptr;  // never null
};

}  // namespace gateway

#endif  // GATEWAY_API_FORMAT_WIRE_FORMAT_H_
