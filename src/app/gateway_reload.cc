// How the gateway reads files again while it runs: certificates, the access file, secrets of Kafka.
// Members of Gateway; the main thread.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "app/gateway.h"
#include "app/options.h"
#include "infra/kafka/client/sasl_credentials.h"

namespace gateway {
namespace {

std::int64_t DaysUntil(std::chrono::system_clock::time_point when) {
  const auto left = when - std::chrono::system_clock::now();
  return std::chrono::duration_cast<std::chrono::hours>(left).count() / 24;
}

}  // namespace

void Gateway::OnHangup() {
  manager_.Reloading("Reading certificates, the access file and secrets of Kafka again.");
  if (tls_) ReloadTls();
  if (access_) ReloadAccess();
  if (!kafka_secrets_.empty()) ReloadKafka(kafka_secrets_.Everything());
  if (tls_ || access_ || !kafka_secrets_.empty()) return;
  log_.Log(LogLevel::kInformation, "hangup-ignored",
           "SIGHUP is ignored: no file is configured that could be read again: no certificate, no "
           "access file, no secret of Kafka.");
}

void Gateway::WatchKeyFiles(const AccessFile& file) {
  key_files_.clear();
  for (const IssuerEntry& issuer : file.issuers) {
    if (issuer.keys) key_files_.emplace_back(issuer.keys_file);
  }
}

// Checks every file, so that several changes cause one reload.
bool Gateway::AccessHasChanged() {
  bool changed = access_file_ && access_file_->Changed();
  for (WatchedFile& file : key_files_) changed |= file.Changed();
  return changed;
}

// The requests in progress keep their callers.
void Gateway::ReloadAccess() {
  auto file = ReadAccessFile(access_file_->path());
  if (!file.ok()) {
    access_->MarkStale();
    const std::string first = ToLine(file.error().front());
    log_.Log(LogLevel::kError, "access-reload-failed",
             "The access file has errors; the version in effect stays. "
             "\"kafka-gateway access check FILE\" lists all of them.",
             {{"errors", static_cast<std::int64_t>(file.error().size())},
              {"error", std::string_view(first)}});
    return;
  }
  const auto keys = static_cast<std::int64_t>(file.value().api_keys.size());
  WatchKeyFiles(file.value());
  access_->Replace(MakePolicy(std::move(file).value(), policy_tools_));
  log_.Log(LogLevel::kInformation, "access-reloaded",
           "The access file was read again and is in effect.", {{"apiKeys", keys}});
}

void Gateway::ReloadKafka(KafkaProducer::Changed changed) {
  auto kafka = KafkaSecrets::ReadAgain(settings_, kafka_settings_->Get());
  kafka_secrets_.SetStale(!kafka.ok());
  if (!kafka.ok()) {
    log_.Log(LogLevel::kError, "kafka-reload-failed",
             "A file with a secret or a certificate for Kafka has changed and cannot be used; what "
             "was read before stays in use. The gateway tries again when a file changes.",
             {{"error", std::string_view(kafka.error())}});
    return;
  }
  kafka_secrets_.ReadExpiries(kafka.value().tls);
  if (kafka_tokens_) kafka_tokens_->SetClientSecret(kafka.value().oauth.client_secret);
  SaslCredentials credentials = SaslCredentialsOf(kafka.value());
  producer_->Renew(std::move(kafka).value(), changed);
  catalog_->SetCredentials(std::move(credentials));
  if (changed == KafkaProducer::Changed::kCertificates) catalog_->Renew();
  log_.Log(LogLevel::kInformation, "kafka-reloaded",
           "Files with secrets or certificates for Kafka were read again and are in use.",
           {{"certificates", changed == KafkaProducer::Changed::kCertificates}});
}

void Gateway::ReloadTls() {
  if (const auto fault = tls_->Reload()) {
    log_.Log(LogLevel::kError, "tls-reload-failed",
             "The certificates could not be reloaded; the previous ones stay in use.",
             {{"key", KeyOf(fault->file)}, {"error", std::string_view(fault->what)}});
  } else {
    log_.Log(LogLevel::kInformation, "tls-reloaded",
             "The certificates were reloaded; new connections use them.",
             {{"expiresInDays", DaysUntil(tls_->expires())}});
  }
}

}  // namespace gateway
