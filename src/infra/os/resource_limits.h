// Limits and scheduling that the process requests at start-up. The main thread calls each function
// once.
#ifndef GATEWAY_INFRA_OS_RESOURCE_LIMITS_H_
#define GATEWAY_INFRA_OS_RESOURCE_LIMITS_H_

#include <cstdint>

namespace gateway {

// Raises the soft limit of open files to the hard limit: each connection is a descriptor. Returns
// the limit in force.
std::uint64_t RaiseOpenFileLimit();

// Schedules this thread, and those that it starts from now on, as SCHED_BATCH (sched(7)): a thread
// that wakes up does not preempt the one running on its processor, which usually woke it and has
// more to hand over (docs/adr/0013). Needs no privilege. Keeps any other policy that was chosen for
// the process. Returns false if the system refuses.
bool UseBatchScheduling();

}  // namespace gateway

#endif  // GATEWAY_INFRA_OS_RESOURCE_LIMITS_H_
