// Globs, as they are in the configuration: of topics, header names, principals, paths. A pure
// function; any thread.
#ifndef GATEWAY_SERVICE_TYPES_GLOB_H_
#define GATEWAY_SERVICE_TYPES_GLOB_H_

#include <string_view>

namespace gateway {

// True if `text` matches `glob`, where `*` matches any run of characters, also none. Linear in
// both.
bool GlobMatches(std::string_view glob, std::string_view text);

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TYPES_GLOB_H_
