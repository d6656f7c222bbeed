#include "infra/config/startup/help.h"

namespace gateway::config {

std::string HelpText(const FileLocator& files) {
  std::string text = R"(kafka-gateway: an HTTP server that writes records to Apache Kafka

Usage: kafka-gateway [OPTION]... [--Section:Key=VALUE]...
       kafka-gateway access check|new-key|hash-password|explain ...   (access --help explains)

Without options it starts, and runs until SIGTERM or SIGINT: then it stops accepting requests,
waits until every accepted record is stored, and exits. A second signal makes it exit at once.

Options:
  --config FILE        read FILE as well; it overrides the files listed below
  --Section:Key=VALUE  set one key; for list elements give the index: --Topics:Deny:0=VALUE
  --check-config       check the configuration, print every error, and exit
  --print-config       print every key with its value and its source
  --print-schema       print the JSON schema of the configuration, which explains each key
  --health-check       request /health/live from the gateway running with this configuration;
  --health-check=ready request /health/ready: exit with 0 if the answer is 200, else with 1
  --version            print the versions of kafka-gateway and librdkafka
  -h, --help           print this text

Examples:
  Try it without Kafka, on http://127.0.0.1:8080, with an embedded broker that keeps nothing:
    kafka-gateway --Kafka:BootstrapServers=embedded
  The same with environment variables, on any free port:
    Kafka__BootstrapServers=embedded Http__Port=0 kafka-gateway
  TLS to the brokers, and a password from a file:
    kafka-gateway --Kafka:BootstrapServers=kafka-1:9093,kafka-2:9093 \
                  --Kafka:Security:Protocol=sasl_ssl --Kafka:Tls:CaFile=/etc/kafka/ca.pem \
                  --Kafka:Sasl:Mechanism=PLAIN --Kafka:Sasl:Username=gateway \
                  --Kafka:Sasl:Password=file:/run/secrets/kafka
  Any other librdkafka property by its own name (in variables write _ for the dots):
    Kafka__Librdkafka__socket_timeout_ms=5000 kafka-gateway

Configuration; later sources override earlier ones:
  1. appsettings.json
  2. appsettings.{GATEWAY_ENVIRONMENT}.json; GATEWAY_ENVIRONMENT defaults to Production
  3. the file given by --config
  4. environment variables: Section__Key=VALUE
  5. the command line: --Section:Key=VALUE
  Keys are case-insensitive. Both files are optional, and are looked for in:
)";
  for (const std::filesystem::path& directory : files.config_directories()) {
    text += "    " + directory.string() + "\n";
  }
  text += R"(
Exit codes:
  0   done; after a signal: drained, and nothing was lost
  1   an error; with --health-check: not healthy, or no answer within 2 seconds
  69  the address is in use
  75  drained, but at least one accepted record was not confirmed as stored
  78  the configuration is invalid; standard error has one line per error
)";
  return text;
}

}  // namespace gateway::config
