// Shared by all fuzzers.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_FUZZING_H_
#define GATEWAY_TESTS_SUPPORT_CPP_FUZZING_H_

#include <cstdlib>

namespace gateway::testing {

// Ends the process, which the fuzzer reports as a finding, unless `condition` holds.
inline void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_FUZZING_H_
