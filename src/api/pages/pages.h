// The gateway's own HTML pages: the landing page at /, the index of problems at /problems/ and one
// page for each problem at /problems/{name}. Each is one document without scripts and with inline
// style, so that kPageContentSecurityPolicy can forbid everything else. All text from outside this
// file is escaped. Links are relative, so that the pages work behind a proxy that adds a prefix to
// every path. Pure functions; any thread.
#ifndef GATEWAY_API_PAGES_PAGES_H_
#define GATEWAY_API_PAGES_PAGES_H_

#include <string>
#include <string_view>

#include "api/problem/problem.h"

namespace gateway {

// Sent with each of these pages.
inline constexpr std::string_view kPageContentSecurityPolicy =
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// Introduces the gateway, with links. `embedded`: the page warns that the in-process broker keeps
// nothing. `management_apart`: health and metrics are on another port.
std::string LandingPage(std::string_view version, bool embedded, bool management_apart = false);

// The meaning of one problem `type`, and what a client should do.
std::string ProblemPage(const ProblemInfo& info);

// All problems, by status, with links to their pages.
std::string ProblemIndexPage();

}  // namespace gateway

#endif  // GATEWAY_API_PAGES_PAGES_H_
