#include "infra/os/resource_limits.h"

#include <sched.h>
#include <sys/resource.h>

namespace gateway {

std::uint64_t RaiseOpenFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit before = limit;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before.rlim_cur;
}

bool UseBatchScheduling() {
  if (sched_getscheduler(0) != SCHED_OTHER) return true;
  const sched_param param{};  // the priority has no effect here and must be 0
  return sched_setscheduler(0, SCHED_BATCH, &param) == 0;
}

}  // namespace gateway
