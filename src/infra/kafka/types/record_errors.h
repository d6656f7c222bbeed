// The errors of failed records, with their sentences for clients. Does not depend on librdkafka:
// client/error_codes.h maps its codes to ErrorCode. Pure functions; any thread.
#ifndef GATEWAY_INFRA_KAFKA_TYPES_RECORD_ERRORS_H_
#define GATEWAY_INFRA_KAFKA_TYPES_RECORD_ERRORS_H_

#include <string>

#include "service/types/error.h"
#include "service/types/record.h"

namespace gateway {

// The state of the cluster when a record fails, as the producer knows it.
struct ClusterConnectivity {
  bool no_broker_up = false;
  bool access_refused = false;  // the cluster does not let the gateway in: AccessFault
};

// `code`, or its cause: a timeout or an unavailable broker names none, but `connectivity` may.
ErrorCode CauseOf(ErrorCode code, const ClusterConnectivity& connectivity);

// kKafkaAccess, with the sentence of the AccessFault.
Error RefusedAccess(const std::string& sentence, const Record& record);

Error MakeError(ErrorCode code, Persistence persistence, const Record& record);

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_TYPES_RECORD_ERRORS_H_
