// Problem documents (RFC 9457). One enum and one table define every failure that a client can see:
// its status, its code, whether the same request may succeed later, and the page at
// /problems/{name}. A domain Error has exactly one row (RowOf); the other rows are failures of
// HTTP. Pure functions and constants.
//
// A 503 always means that no record of the request is stored, so that a proxy or balancer may send
// the request again: no row with that status may describe a record that is possibly stored.
#ifndef GATEWAY_API_PROBLEM_PROBLEM_H_
#define GATEWAY_API_PROBLEM_PROBLEM_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/types/error.h"

namespace gateway {

enum class ProblemType : std::uint8_t {
  // The request as HTTP.
  kBadRequest,   // framing, target, header fields
  kInvalidJson,  // with the byte offset
  kRouteNotFound,
  kMethodNotAllowed,
  kRequestTimeout,
  kBodyTooLarge,
  kTargetTooLong,
  kUnsupportedMediaType,
  kUnsupportedContentCoding,
  kUndecodableBody,
  kExpectationFailed,
  kHeadTooLarge,
  kTransferCodingUnknown,
  kMethodUnknown,
  kVersionNotSupported,
  kTooManyConnections,
  kOriginNotAllowed,
  kUnauthorized,
  kAuthenticationUnavailable,
  kRateLimited,
  // The domain: one row for each ErrorCode.
  kInvalidRecord,
  kRecordTooLarge,
  kTooManyRecords,
  kRecordRejected,
  kForbidden,
  kTopicForbidden,
  kTopicNotAuthorized,
  kTopicNotFound,
  kPartitionNotFound,
  kKafkaAccess,
  kOverloaded,
  kBrokersUnavailable,
  kNotEnoughReplicas,
  kProducerFailed,
  kDraining,
  kDeliveryTimeout,
  kOutcomeUnknown,
  kInternal,
};

struct ProblemInfo {
  ProblemType type;
  std::string_view name;  // the last segment of `type`: /problems/{name}
  std::string_view code;  // "code" of the document
  int status;             // HTTP status
  std::string_view title;
  bool retriable;            // the same request may succeed later
  int retry_after_seconds;   // 0: no Retry-After
  std::string_view meaning;  // the page's "What happened"
  std::string_view action;   // the page's "What to do"
  // Applies to possibly stored records, too; never with 503.
  bool possibly_persisted = false;
};

std::span<const ProblemInfo> AllProblems();
const ProblemInfo& InfoOf(ProblemType type);
// Null if there is no problem of that name.
const ProblemInfo* FindProblem(std::string_view name);
// The row of a code.
ProblemType FromErrorCode(ErrorCode code);
// The row of a domain error: that of its code, or kOutcomeUnknown if the record is possibly stored
// and that row does not apply.
ProblemType RowOf(const Error& error);
inline const ProblemInfo& InfoOf(const Error& error) { return InfoOf(RowOf(error)); }
std::string_view PersistenceName(Persistence persistence);

// The detail of a kOverloaded because Limits:MaxInFlightBytes was reached.
inline constexpr char kNoRoomForBytes[] =
    "The limit on bytes in flight has been reached (Limits:MaxInFlightBytes).";

// The time after which the client should retry; a 429 or 503 has it in Retry-After.
struct RetryAfter {
  int seconds = 0;            // at least; 0: the answer does not say
  bool when_drained = false;  // and after the requests that are now in flight (Admission)
};
// The Retry-After in the row of `type`.
RetryAfter RetryAfterOf(ProblemType type);

// One occurrence of a problem, with the texts that it adds to its row.
struct Problem {
  Problem() : Problem(ProblemType::kInternal) {}
  explicit Problem(ProblemType row, std::string sentence = {});
  static Problem FromError(Error error);

  ProblemType type;
  std::string detail;  // a sentence for the client; empty: the row's meaning
  Persistence persistence = Persistence::kNotPersisted;
  std::vector<ErrorDetail> errors;
  bool truncated = false;  // there were more errors than `errors` lists
  RetryAfter retry_after;
  // Of the answer, besides Retry-After; names in static storage.
  std::vector<std::pair<std::string_view, std::string>> headers;
};

}  // namespace gateway

#endif  // GATEWAY_API_PROBLEM_PROBLEM_H_
