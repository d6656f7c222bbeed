// The text of --help. Pure; any thread.
#ifndef GATEWAY_INFRA_CONFIG_STARTUP_HELP_H_
#define GATEWAY_INFRA_CONFIG_STARTUP_HELP_H_

#include <string>

#include "infra/config/file_locator.h"

namespace gateway::config {

// For readers who do not know the gateway; names the directories of this installation.
std::string HelpText(const FileLocator& files);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_STARTUP_HELP_H_
