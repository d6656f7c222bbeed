// What the process asks of the system at start-up.
#ifndef GATEWAY_INFRA_OS_RESOURCE_LIMITS_H_
#define GATEWAY_INFRA_OS_RESOURCE_LIMITS_H_

#include <cstdint>

namespace gateway {

// Raises the soft limit of open files to the hard limit: each connection is a descriptor. Returns
// the limit in force.
std::uint64_t RaiseOpenFileLimit();

// This thread, and those that it starts from now on, are scheduled as SCHED_BATCH (sched(7)): when
// woken they wait for a processor that is free or whose time slice is over, rather than interrupt
// the thread that is running there, which mostly is the one that has just woken them and has more
// to hand over (docs/adr/0013). Needs no privilege. Another policy that somebody has chosen for the
// process is left as it is. False if the system refuses it.
bool UseBatchScheduling();

}  // namespace gateway

#endif  // GATEWAY_INFRA_OS_RESOURCE_LIMITS_H_
