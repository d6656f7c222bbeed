// The interface of wire formats. A route names the formats in which it accepts records; the
// request's media type selects one of them (format_selection.h). A format is a folder next to
// native/ that implements this interface and lists its routes (ProduceRoute); api.cc has one line
// per such list. Formats are immutable and live until the process ends; any thread may call them.
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

// The input of a format. The views are valid only during Parse.
struct WireRequest {
  const http::RequestHead& head;
  const PathParameters& path;
  std::string body;  // decoded
  std::size_t max_records = 0;
};

// The facts about the request that a format needs to write its answer. Copied into callbacks, and
// therefore small.
struct AnswerOptions {
  bool single = true;           // ProduceRequest::single
  bool minimal = false;         // Prefer: return=minimal
  std::string_view lines_type;  // the NDJSON media type that the client prefers (AcceptedNdjson);
                                // "": it does not
  std::shared_ptr<const RecordPlaces> places;  // ProduceRequest::places
};

struct ProduceAnswer {
  http::Response response;
  RetryAfter retry_after;  // becomes a header of the response
};

class WireFormat {
 public:
  virtual ~WireFormat() = default;

  // The media types of the bodies that it reads.
  virtual const MediaTypes& media_types() const = 0;

  // Returns a Problem if the body cannot be read at all; errors of single records are in
  // ProduceRequest::errors, so that a client sees all of them at once.
  virtual Result<ProduceRequest, Problem> Parse(WireRequest request) const = 0;

  // The answer once the outcome of each record is known. The route's ErrorFormat renders a Problem.
  virtual Result<ProduceAnswer, Problem> Answer(const ProduceOperation& operation,
                                                const AnswerOptions& options) const = 0;
  // The answer to `total` records that were accepted without waiting for their outcomes (Prefer:
  // respond-async).
  virtual http::Response Accepted(std::size_t total) const = 0;
};

// A path that accepts records (POST), with the formats of its requests and errors.
struct ProduceRoute {
  std::string path;  // a template, see router.h
  // At least one, in order of recommendation; if several read the same type, the first is used.
  std::vector<const WireFormat*> formats;
  const ErrorFormat* errors = nullptr;  // never null
};

}  // namespace gateway

#endif  // GATEWAY_API_FORMAT_WIRE_FORMAT_H_
