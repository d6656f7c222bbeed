// Finds pairs of keys whose values contradict each other. Pure; any thread.
#ifndef GATEWAY_INFRA_CONFIG_TABLE_CONTRADICTIONS_H_
#define GATEWAY_INFRA_CONFIG_TABLE_CONTRADICTIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "infra/config/settings.h"

namespace gateway::config {

struct Contradiction {
  std::string_view key;
  std::string_view other_key;
  std::string what;
  std::string allowed;
};

std::vector<Contradiction> FindContradictions(const Settings& settings);

// Those of Kafka:Security, Kafka:Tls, Kafka:Sasl and Kafka:OAuth, which FindContradictions finds as
// well.
void FindInKafkaSecurity(const Settings::Kafka& kafka, std::vector<Contradiction>* found);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_TABLE_CONTRADICTIONS_H_
