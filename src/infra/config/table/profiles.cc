#include "infra/config/table/profiles.h"

#include <string>

namespace gateway::config {

const std::vector<ProfileSetting>& ProfileSettings() {
  static const std::vector<ProfileSetting> kSettings = {
      // Fuller batches: fewer requests to the brokers, and less CPU per record.
      {KafkaProfile::kHighThroughput, "Kafka:CompressionType", std::string("lz4")},
      {KafkaProfile::kHighThroughput, "Kafka:LingerMs", 5.0},
      // No record lingers, and no time is spent on compression.
      {KafkaProfile::kLowLatency, "Kafka:CompressionType", std::string("none")},
      {KafkaProfile::kLowLatency, "Kafka:LingerMs", 0.0},
  };
  return kSettings;
}

}  // namespace gateway::config
