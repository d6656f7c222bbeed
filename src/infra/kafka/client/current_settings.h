// The Kafka settings in effect: those of the configuration, with the current content of the
// password files. Read whenever a librdkafka client is made. Shared by everything that makes
// clients; any thread.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_CURRENT_SETTINGS_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_CURRENT_SETTINGS_H_

#include <utility>

#include "infra/config/settings.h"
#include "service/types/mutex.h"

namespace gateway {

class CurrentKafkaSettings final {
 public:
  explicit CurrentKafkaSettings(Settings::Kafka settings) : settings_(std::move(settings)) {}

  Settings::Kafka Get() const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return settings_;
  }
  void Set(Settings::Kafka settings) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    settings_ = std::move(settings);
  }

 private:
  mutable Mutex mutex_;
  Settings::Kafka settings_ GUARDED_BY(mutex_);
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_CURRENT_SETTINGS_H_
