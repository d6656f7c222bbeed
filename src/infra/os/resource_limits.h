// What the process asks of the system at start-up.
#ifndef GATEWAY_INFRA_OS_RESOURCE_LIMITS_H_
#define GATEWAY_INFRA_OS_RESOURCE_LIMITS_H_

#include <cstdint>

namespace gateway {

// Raises the soft limit of open files to the hard limit: each connection is a descriptor. Returns
// the limit in force.
std::uint64_t RaiseOpenFileLimit();

}  // namespace gateway

#endif  // GATEWAY_INFRA_OS_RESOURCE_LIMITS_H_
