#include "config/contradictions.h"

namespace gateway::config {

std::vector<Contradiction> FindContradictions(const Settings& settings) {
  std::vector<Contradiction> found;
  const auto message_timeout = settings.kafka.message_timeout.count();
  const auto request_timeout = settings.limits.request_timeout.count();
  if (message_timeout >= request_timeout) {
    found.push_back({"Kafka:MessageTimeoutMs", "Limits:RequestTimeoutMs",
                     std::to_string(message_timeout) + " is not under Limits:RequestTimeoutMs (" +
                         std::to_string(request_timeout) +
                         "): requests would end before their records' fate is known",
                     "a Kafka:MessageTimeoutMs under Limits:RequestTimeoutMs"});
  }
  if (settings.kafka.linger_ms >= static_cast<double>(message_timeout)) {
    found.push_back({"Kafka:LingerMs", "Kafka:MessageTimeoutMs",
                     "is not under Kafka:MessageTimeoutMs (" + std::to_string(message_timeout) +
                         "): records would time out before they are sent",
                     "a Kafka:LingerMs under Kafka:MessageTimeoutMs"});
  }
  return found;
}

}  // namespace gateway::config
