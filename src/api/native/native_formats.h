// The gateway's own wire formats: one record as JSON, many as JSON or as lines of JSON, and raw
// values.
#ifndef GATEWAY_API_NATIVE_NATIVE_FORMATS_H_
#define GATEWAY_API_NATIVE_NATIVE_FORMATS_H_

#include <vector>

#include "api/format/wire_format.h"

namespace gateway {

// POST /api/kafka/send, /api/kafka/send/batch and /api/kafka/topics/{topic}.
std::vector<ProduceRoute> NativeRoutes();

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_NATIVE_FORMATS_H_
