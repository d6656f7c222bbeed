// What is wrong with one request: first what its reader finds, then what the service finds in the
// records that could be read, so that a client sees all of it at once, up to kMaxErrorDetails. One
// per request.
#ifndef GATEWAY_SERVICE_PRODUCE_REQUEST_ERRORS_H_
#define GATEWAY_SERVICE_PRODUCE_REQUEST_ERRORS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "service/types/error.h"

namespace gateway {

// The first kind that a request has decides what its refusal is called.
enum class RequestErrorKind : std::uint8_t {
  kMalformed,       // kInvalidRecord
  kForbidden,       // kTopicForbidden
  kTooManyRecords,  // kTooManyRecords
  kTooLarge,        // kRecordTooLarge
  kNone,
};

class RequestErrors final {
 public:
  // False: it is full, and now truncated. Ask before making texts at length.
  bool HasRoom();

  void Add(RequestErrorKind kind, ErrorDetail fault);
  // The same of what records may have in common: once is enough.
  void AddOnce(RequestErrorKind kind, ErrorDetail fault);

  bool empty() const { return errors_.empty(); }

  // Why the request is refused, its faults in the order of its records, those of the whole request
  // first. There must be one.
  Error Build() &&;

 private:
  std::vector<ErrorDetail> errors_;
  std::string decisive_;  // the detail of the first fault of that kind
  RequestErrorKind kind_ = RequestErrorKind::kNone;
  bool truncated_ = false;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PRODUCE_REQUEST_ERRORS_H_
