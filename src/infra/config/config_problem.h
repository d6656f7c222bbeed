// One error in the configuration, and its text on one line. A plain value; any thread.
#ifndef GATEWAY_INFRA_CONFIG_CONFIG_PROBLEM_H_
#define GATEWAY_INFRA_CONFIG_CONFIG_PROBLEM_H_

#include <string>

namespace gateway {

// The exit code of a bad configuration (EX_CONFIG of sysexits.h).
inline constexpr int kExitBadConfiguration = 78;

struct ConfigProblem {
  std::string where;    // "file /etc/x.json", "environment variable Http__Port", "command line --x"
  std::string key;      // "Http:Port"; empty if the problem does not concern one key
  std::string what;     // what is wrong; never contains secrets
  std::string allowed;  // what is allowed; may be empty
  std::string nearest;  // the nearest known key; empty unless the key is unknown
};

// "where: key: what; allowed: ...; nearest known key: ...". Always one line: control characters
// become \xNN.
std::string ToLine(const ConfigProblem& problem);

}  // namespace gateway

#endif  // GATEWAY_INFRA_CONFIG_CONFIG_PROBLEM_H_
