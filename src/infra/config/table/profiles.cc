#include "infra/config/table/profiles.h"

#include <string>

namespace gateway::config {

const std::vector<ProfileSetting>& ProfileSettings() {
  static const std::vector<ProfileSetting> kSettings = {
      // Fuller batches: fewer requests to the brokers, and less processor time a record.
      {KafkaProfile::kHighThroughput, "Kafka:CompressionType", std::string("lz4")},
      {KafkaProfile::kHighThroughput, "Kafka:LingerMs", 5.0},
      // Nothing is held back that could go, and no time is spent on compressing.
      {KafkaProfile::kLowLatency, "Kafka:CompressionType", std::string("none")},
      {KafkaProfile::kLowLatency, "Kafka:LingerMs", 0.0},
  };
  return kSettings;
}

}  // namespace gateway::config
