// The versions of this binary. The revision changes with every commit, and only build_info.cc is
// recompiled for it.
#ifndef GATEWAY_APP_BUILD_INFO_H_
#define GATEWAY_APP_BUILD_INFO_H_

namespace gateway {

extern const char kGatewayVersion[];   // of this project: "0.1.0"
extern const char kGatewayRevision[];  // of its source in git; "" if built outside a clone
extern const char kPistacheVersion[];  // of the linked libpistache

}  // namespace gateway

#endif  // GATEWAY_APP_BUILD_INFO_H_
