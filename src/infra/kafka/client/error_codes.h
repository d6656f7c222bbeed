// Maps librdkafka's codes to the errors of the domain. CodeOf is ONE switch without `default`, so
// that the compiler reports a code that a newer librdkafka adds. The persistence of a record is
// never derived from the code, always from rd_kafka_message_status. Pure functions; any thread.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_ERROR_CODES_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_ERROR_CODES_H_

#include <librdkafka/rdkafka.h>

#include <optional>
#include <string_view>

#include "infra/kafka/types/record_errors.h"
#include "infra/kafka/types/topic_layout.h"
#include "service/types/error.h"
#include "service/types/record.h"

namespace gateway {

// The broker named by an error event of librdkafka ("host:9092/1: Disconnected ..."); absent if it
// names none, or only an address of the bootstrap list.
std::optional<BrokerId> BrokerOf(std::string_view error_text);

// The meaning of `code` for a record that was certainly not stored.
ErrorCode CodeOf(rd_kafka_resp_err_t code);

// A broker rejected the batch because of one of its records, so the others may be valid.
bool RejectsBatch(rd_kafka_resp_err_t code);

// producev or a look-up rejected the record: it was never enqueued.
Error SynchronousError(rd_kafka_resp_err_t code, const Record& record,
                       const ClusterConnectivity& connectivity);

// A delivery report with an error.
Error DeliveryError(rd_kafka_resp_err_t code, rd_kafka_msg_status_t status, const Record& record,
                    const ClusterConnectivity& connectivity);

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_ERROR_CODES_H_
