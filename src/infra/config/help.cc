#include "infra/config/help.h"

namespace gateway::config {

std::string HelpText(const FileLocator& files) {
  std::string text = R"(kafka-gateway: an HTTP server that writes records to Apache Kafka

Usage: kafka-gateway [OPTION]... [--Section:Key=VALUE]...

Without an option it starts, and runs until SIGTERM or SIGINT: then it stops taking requests,
waits until every accepted record is stored, and ends. A second signal ends it at once.

Options:
  --config FILE        read FILE, too; it wins over the files found below
  --Section:Key=VALUE  set one key; elements of a list by index: --Topics:Deny:0=VALUE
  --check-config       only check the configuration, and say all that is wrong with it
  --print-config       print every key with its value and where that comes from
  --print-schema       print the JSON schema of the configuration: each key, explained
  --health-check       ask the gateway that runs with this configuration for /health/live;
  --health-check=ready the same for /health/ready: 0 if the answer is 200, else 1
  --version            print the versions of kafka-gateway and librdkafka
  -h, --help           print this text

Examples:
  Try it without a Kafka, on http://127.0.0.1:8080, with a broker inside that keeps nothing:
    kafka-gateway --Kafka:BootstrapServers=embedded
  The same by a variable, on any free port:
    Kafka__BootstrapServers=embedded Http__Port=0 kafka-gateway
  With TLS to the brokers, by librdkafka's own names (in variables, _ stands for their dots):
    kafka-gateway --Kafka:BootstrapServers=kafka-1:9093,kafka-2:9093 \
                  --Kafka:Librdkafka:security.protocol=ssl
  A password from a file:
    Kafka__Librdkafka__sasl_password=file:/run/secrets/kafka kafka-gateway

Configuration, a later source wins:
  1. appsettings.json
  2. appsettings.{GATEWAY_ENVIRONMENT}.json; GATEWAY_ENVIRONMENT is Production if not set
  3. the file of --config
  4. variables: Section__Key=VALUE
  5. the command line: --Section:Key=VALUE
  Keys match whatever their case. Both files are optional, and are looked for in:
)";
  for (const std::filesystem::path& directory : files.config_directories()) {
    text += "    " + directory.string() + "\n";
  }
  text += R"(
Exit codes:
  0   done; after a signal: drained, and nothing was lost
  1   a fault; --health-check: not healthy, or no answer in 2 seconds
  69  the address is in use
  75  drained, but an accepted record ended without being stored
  78  the configuration is wrong; standard error has one line for each problem
)";
  return text;
}

}  // namespace gateway::config
