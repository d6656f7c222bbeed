// The errors of one request: first those of its parser, then those that the service finds in the
// parsed records. A client sees all of them at once, up to kMaxErrorDetails. One per request.
#ifndef GATEWAY_SERVICE_PRODUCE_REQUEST_ERRORS_H_
#define GATEWAY_SERVICE_PRODUCE_REQUEST_ERRORS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "service/types/error.h"

namespace gateway {

// If a request has errors of several kinds, the first of these decides the code of its refusal.
enum class RequestErrorKind : std::uint8_t {
  kMalformed,       // kInvalidRecord
  kNotGranted,      // kForbidden
  kForbidden,       // kTopicForbidden
  kTooManyRecords,  // kTooManyRecords
  kTooLarge,        // kRecordTooLarge
  kNone,
};

class RequestErrors final {
 public:
  // Returns false, and marks the list as truncated, if it is full. Ask before composing long texts.
  bool HasRoom();

  void Add(RequestErrorKind kind, ErrorDetail fault);
  // Adds an error that several records may share, unless it is listed already.
  void AddOnce(RequestErrorKind kind, ErrorDetail fault);

  bool empty() const { return errors_.empty(); }

  // Returns the refusal of the request, with its errors: those of the whole request first, then
  // those of its records, in their order. There must be at least one.
  Error Build() &&;

 private:
  std::vector<ErrorDetail> errors_;
  std::string decisive_;  // the detail of the first error of that kind
  RequestErrorKind kind_ = RequestErrorKind::kNone;
  bool truncated_ = false;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PRODUCE_REQUEST_ERRORS_H_
