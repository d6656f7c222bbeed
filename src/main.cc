// Arguments, signals and the exit code; src/app/gateway.h is the program.
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "app/access_command.h"
#include "app/build_info.h"
#include "app/gateway.h"
#include "app/options.h"
#include "infra/config/file_locator.h"
#include "infra/config/startup/startup.h"
#include "infra/crypto/system_authorities.h"
#include "infra/kafka/client/client_config.h"
#include "infra/os/service_manager.h"
#include "infra/os/signals.h"
#include "infra/os/system_clock.h"

namespace gateway {
namespace {

int Main(char** argv, char** environment) {
  const std::vector<std::string> arguments = ArgumentsOf(argv);
  if (!arguments.empty() && arguments.front() == "access") {
    return AccessCommand({arguments.begin() + 1, arguments.end()}, std::cout, std::cerr);
  }
  UseSystemAuthorities();
  const FileLocator files(FileLocator::CurrentExecutable());
  const StartupInput input{arguments,
                           EnvironmentOf(environment),
                           files,
                           kGatewayVersion,
                           LibrdkafkaVersion(),
                           {CheckKafka, CheckTls, CheckRecords, CheckAccess},
                           CheckHealth};
  const auto config = Startup(input, std::cout, std::cerr);
  if (!config.ok()) return config.error();
  const Signals signals;
  const Settings& settings = config.value().settings;
  const SystemClock clock;
  ServiceManager manager(input.environment, clock);
  const int code = Gateway(settings, files, signals, manager).Run();
  // With tracing, a thread of opentelemetry-cpp may still be exporting to a collector that does not
  // answer, and cannot be cancelled (docs/adr/0010). exit() would run the destructors of what it
  // uses (curl, OpenSSL, protobuf), and the process could crash after a clean drain. Nothing is
  // lost without them: the gateway has been destroyed, and with it the log has been written.
  if (settings.tracing.enabled) std::quick_exit(code);
  return code;
}

}  // namespace
}  // namespace gateway

int main(int /*argc*/, char** argv) {
  try {
    return gateway::Main(argv, environ);
  } catch (const std::exception& error) {
    std::cerr << "kafka-gateway: " << error.what() << '\n';
    return 1;
  }
}
