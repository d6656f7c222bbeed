// The sender of a request: a name and groups, from the access file or a token. A value.
#ifndef GATEWAY_SERVICE_AUTH_PRINCIPAL_H_
#define GATEWAY_SERVICE_AUTH_PRINCIPAL_H_

#include <string>
#include <string_view>
#include <vector>

namespace gateway {

// The name of the principal of requests without credentials. No other principal may have it.
inline constexpr std::string_view kAnonymousName = "anonymous";

struct Principal {
  std::string name;  // "": anonymous
  std::vector<std::string> groups;

  bool anonymous() const { return name.empty(); }
  // For logs and sentences.
  std::string_view label() const { return anonymous() ? kAnonymousName : name; }
};

// True if `pattern` matches the principal: as a glob of its name (also "*" for the anonymous
// principal), or as "group:" and a glob of one of its groups.
bool NamesPrincipal(std::string_view pattern, const Principal& principal);

// 1 to 256 bytes without control characters and white space at the ends; neither "anonymous" nor
// beginning with "group:", which mean something else in grants.
bool IsLegalPrincipalName(std::string_view name);
inline constexpr std::string_view kPrincipalNameRule =
    "1 to 256 bytes without control characters or white space at the ends, not \"anonymous\", and "
    "not beginning with \"group:\"";

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_PRINCIPAL_H_
