// Who sends a request, once somebody has found out: nobody does yet, so every caller is anonymous.
// An authenticator will set it in the request's facts; the topic policy is asked with it. A value.
#ifndef GATEWAY_SERVICE_AUTH_PRINCIPAL_H_
#define GATEWAY_SERVICE_AUTH_PRINCIPAL_H_

#include <string>
#include <vector>

namespace gateway {

struct Principal {
  std::string name;  // "": anonymous
  std::vector<std::string> groups;

  bool anonymous() const { return name.empty(); }
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_PRINCIPAL_H_
