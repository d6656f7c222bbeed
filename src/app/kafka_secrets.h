// The files with secrets and certificates for Kafka: notices that one has changed, and reads them
// again into settings. Owned by Gateway; one thread, except for the state that metrics show.
#ifndef GATEWAY_APP_KAFKA_SECRETS_H_
#define GATEWAY_APP_KAFKA_SECRETS_H_

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "infra/config/settings.h"
#include "infra/kafka/kafka_producer.h"
#include "infra/os/watched_file.h"
#include "service/types/result.h"

namespace gateway {

class KafkaSecrets final {
 public:
  explicit KafkaSecrets(const Settings& settings);

  // No file is configured.
  bool empty() const { return passwords_.empty() && certificates_.empty(); }

  // What has changed since the last call; absent: nothing. Certificates come before passwords.
  std::optional<KafkaProducer::Changed> TakeChange();
  // As if every file had changed.
  KafkaProducer::Changed Everything() const;

  // `settings` with the secrets as their files hold them now; or why they cannot be used, with the
  // key at fault.
  static Result<Settings::Kafka, std::string> ReadAgain(const Settings& settings,
                                                        Settings::Kafka kafka);

  // For metrics, from any thread: whether the files that last changed cannot be used, and when the
  // certificates of Kafka:Tls:CertificateFile and CaFile expire.
  using Time = std::chrono::system_clock::time_point;
  bool stale() const { return stale_.load(); }
  std::optional<Time> certificate_expires() const { return TimeOf(certificate_expires_); }
  std::optional<Time> authority_expires() const { return TimeOf(authority_expires_); }
  void SetStale(bool stale) { stale_.store(stale); }
  void ReadExpiries(const Settings::Kafka::Tls& tls);

 private:
  using AtomicTime = std::atomic<Time::rep>;  // 0: none
  static std::optional<Time> TimeOf(const AtomicTime& time);

  std::atomic<bool> stale_{false};
  AtomicTime certificate_expires_{0};
  AtomicTime authority_expires_{0};
  std::vector<WatchedFile> passwords_;
  std::vector<WatchedFile> certificates_;  // and keys, and the password of the key
};

}  // namespace gateway

#endif  // GATEWAY_APP_KAFKA_SECRETS_H_
