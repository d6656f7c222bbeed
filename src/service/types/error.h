// What can go wrong with a send, in terms of the domain. Nothing here depends on HTTP or
// librdkafka: `infra` maps librdkafka's codes to these (one switch), `api` maps these to problem
// documents (one table).
#ifndef GATEWAY_SERVICE_TYPES_ERROR_H_
#define GATEWAY_SERVICE_TYPES_ERROR_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gateway {

// What became of a record that failed, as far as this gateway can know. The names are librdkafka's
// (rd_kafka_msg_status_t).
enum class Persistence : std::uint8_t {
  kNotPersisted,       // certainly not in the log: a retry cannot duplicate it
  kPossiblyPersisted,  // unknown: a retry may duplicate it
};

enum class ErrorCode : std::uint8_t {
  // The request is at fault; the same request can never succeed.
  kInvalidRecord,       // a field violates a rule of Kafka or of the API
  kRecordTooLarge,      // over the record limit of the gateway or of the topic
  kTooManyRecords,      // more records in one request than allowed
  kRecordRejected,      // a broker rejected the record (timestamp, keyless to a compacted topic)
  kForbidden,           // the caller's rights do not cover the topic
  kTopicForbidden,      // the gateway's own policy
  kTopicNotAuthorized,  // the cluster does not allow the gateway to write to this topic
  kTopicNotFound,
  kPartitionNotFound,
  // The same request may succeed later.
  kKafkaAccess,  // the cluster does not let the gateway in: kafka_access.h
  kOverloaded,   // a budget or queue is at its limit
  kBrokersUnavailable,
  kNotEnoughReplicas,  // fewer in-sync replicas than min.insync.replicas
  kProducerFailed,     // the producer instance met a fatal error
  kDraining,           // the gateway is shutting down
  kDeliveryTimeout,    // no delivery report in time
  kOutcomeUnknown,     // the broker's answer does not say whether the record was stored
  kInternal,           // a bug; must stay last: its number is the number of codes, less one
};

// One error at one place of a request. `pointer` is an RFC 6901 JSON pointer into the request body
// ("" is the whole body); `detail` is a sentence that says what is wrong and what is allowed.
struct ErrorDetail {
  std::string pointer;
  std::string detail;
  std::size_t line = 0;        // of the body, from 1; 0: the body is not read by lines
  std::string parameter = {};  // not empty: the error is in that parameter, not at `pointer`
  // Index of the record with the error; absent: the request, or something its records share.
  std::optional<std::size_t> record = {};
};

struct Error {
  Error() = default;
  Error(ErrorCode error_code, std::string sentence,
        Persistence what_became = Persistence::kNotPersisted)
      : code(error_code), persistence(what_became), detail(std::move(sentence)) {}

  ErrorCode code = ErrorCode::kInternal;
  Persistence persistence = Persistence::kNotPersisted;
  std::string detail;               // a sentence for the client; never an internal text
  std::vector<ErrorDetail> errors;  // at most kMaxErrorDetails
  bool truncated = false;           // there were more errors than `errors` lists
};

inline constexpr std::size_t kMaxErrorDetails = 100;

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TYPES_ERROR_H_
