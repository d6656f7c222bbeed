#include "app/build_info.h"

namespace gateway {

const char kGatewayVersion[] = GATEWAY_VERSION;
const char kGatewayRevision[] = GATEWAY_REVISION;
const char kPistacheVersion[] = GATEWAY_PISTACHE_VERSION;

}  // namespace gateway
