#include "app/kafka_secrets.h"

#include <string_view>
#include <utility>

#include "infra/config/sources/secrets.h"
#include "infra/crypto/certificate_expiry.h"
#include "infra/kafka/client/client_config.h"

namespace gateway {
namespace {

constexpr const char* kPassword = "Kafka:Sasl:Password";
constexpr const char* kClientSecret = "Kafka:OAuth:ClientSecret";
constexpr const char* kKeyPassword = "Kafka:Tls:KeyPassword";

bool AnyChanged(std::vector<WatchedFile>* files) {
  bool changed = false;
  for (WatchedFile& file : *files) changed = file.Changed() || changed;
  return changed;
}

}  // namespace

KafkaSecrets::KafkaSecrets(const Settings& settings) {
  for (const auto& [key, path] : settings.secret_files) {
    if (key == kPassword || key == kClientSecret) passwords_.emplace_back(path);
    if (key == kKeyPassword) certificates_.emplace_back(path);
  }
  const Settings::Kafka::Tls& tls = settings.kafka.tls;
  for (const std::string& path : {tls.ca_file, tls.certificate_file, tls.key_file}) {
    if (!path.empty()) certificates_.emplace_back(path);
  }
  ReadExpiries(tls);
}

std::optional<KafkaProducer::Changed> KafkaSecrets::TakeChange() {
  const bool certificates = AnyChanged(&certificates_);
  const bool passwords = AnyChanged(&passwords_);
  if (certificates) return KafkaProducer::Changed::kCertificates;
  if (passwords) return KafkaProducer::Changed::kPassword;
  return std::nullopt;
}

KafkaProducer::Changed KafkaSecrets::Everything() const {
  return certificates_.empty() ? KafkaProducer::Changed::kPassword
                               : KafkaProducer::Changed::kCertificates;
}

Result<Settings::Kafka, std::string> KafkaSecrets::ReadAgain(const Settings& settings,
                                                             Settings::Kafka kafka) {
  const std::pair<const char*, std::string*> secrets[] = {
      {kPassword, &kafka.sasl.password},
      {kClientSecret, &kafka.oauth.client_secret},
      {kKeyPassword, &kafka.tls.key_password}};
  for (const auto& [key, value] : secrets) {
    const auto file = settings.secret_files.find(key);
    if (file == settings.secret_files.end()) continue;
    std::string fault;
    *value = config::ResolveSecret("file:" + file->second, &fault);
    if (!fault.empty()) return std::string(key) + ": " + fault;
  }
  if (auto complaint = TryKafkaConf(kafka)) return *std::move(complaint);
  return kafka;
}

void KafkaSecrets::ReadExpiries(const Settings::Kafka::Tls& tls) {
  const auto read = [](const std::string& path) {
    const auto expires = EarliestExpiry(path);
    return expires ? expires->time_since_epoch().count() : 0;
  };
  certificate_expires_.store(read(tls.certificate_file));
  authority_expires_.store(read(tls.ca_file));
}

std::optional<KafkaSecrets::Time> KafkaSecrets::TimeOf(const AtomicTime& time) {
  const Time::rep ticks = time.load();
  if (ticks == 0) return std::nullopt;
  return Time(Time::duration(ticks));
}

}  // namespace gateway
