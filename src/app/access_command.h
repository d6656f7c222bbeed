// `kafka-gateway access ...`: checks an access file, makes keys, explains decisions. Uses the same
// reader and the same rules as the running gateway. For the main thread.
#ifndef GATEWAY_APP_ACCESS_COMMAND_H_
#define GATEWAY_APP_ACCESS_COMMAND_H_

#include <iosfwd>
#include <string>
#include <vector>

namespace gateway {

// `arguments`: those after "access". Returns the exit code: 0; 64 if they cannot be understood
// (EX_USAGE), 78 if the access file is not valid.
int AccessCommand(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gateway

#endif  // GATEWAY_APP_ACCESS_COMMAND_H_
