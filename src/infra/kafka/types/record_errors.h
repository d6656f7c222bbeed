// The errors of records that Kafka did not take, with their sentences for the client. Knows nothing
// of librdkafka, whose codes client/error_codes.h maps to ErrorCode. Pure functions; any thread.
#ifndef GATEWAY_INFRA_KAFKA_TYPES_RECORD_ERRORS_H_
#define GATEWAY_INFRA_KAFKA_TYPES_RECORD_ERRORS_H_

#include "service/types/error.h"
#include "service/types/record.h"

namespace gateway {

// What the producer knows about the cluster when a record fails.
struct ClusterConnectivity {
  bool no_broker_up = false;
  bool credentials_refused = false;  // and no broker is up
};

// `code`, or its known cause: a timeout does not name one, but connectivity may.
ErrorCode CauseOf(ErrorCode code, const ClusterConnectivity& connectivity);

Error MakeError(ErrorCode code, Persistence persistence, const Record& record);

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_TYPES_RECORD_ERRORS_H_
