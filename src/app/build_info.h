// What this binary was built from. The revision changes with every commit, and build_info.cc is the
// only file that is compiled again for it.
#ifndef GATEWAY_APP_BUILD_INFO_H_
#define GATEWAY_APP_BUILD_INFO_H_

namespace gateway {

extern const char kGatewayVersion[];   // of this project: "0.1.0"
extern const char kGatewayRevision[];  // of its source in git; "" if it was not built in a clone
extern const char kPistacheVersion[];  // of the libpistache that is linked

}  // namespace gateway

#endif  // GATEWAY_APP_BUILD_INFO_H_
