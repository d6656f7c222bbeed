#include "infra/kafka/metadata/metadata_client.h"

#include <utility>

#include "infra/kafka/client/client_config.h"

namespace gateway {

using std::chrono::milliseconds;

rd_kafka_t* MetadataClient::Handle() {
  if (handle_ != nullptr) return handle_.get();
  Result<RdConf, std::string> conf = make_conf_();
  if (!conf.ok()) return nullptr;
  Result<RdClient, std::string> made = MakeKafkaClient(std::move(conf).value());
  if (made.ok()) handle_ = std::move(made).value();
  return handle_.get();
}

RdMetadata MetadataClient::Ask(rd_kafka_topic_t* topic, milliseconds timeout) {
  return Ask(false, topic, timeout);
}

RdMetadata MetadataClient::AskForAll(milliseconds timeout) { return Ask(true, nullptr, timeout); }

RdMetadata MetadataClient::Ask(bool all, rd_kafka_topic_t* topic, milliseconds timeout) {
  answered_ = false;
  rd_kafka_t* const client = Handle();
  if (client == nullptr) return nullptr;
  const auto ask = [&](milliseconds slice) -> RdMetadata {
    const rd_kafka_metadata_t* raw = nullptr;
    const auto error =
        rd_kafka_metadata(client, all ? 1 : 0, topic, &raw, static_cast<int>(slice.count()));
    RdMetadata metadata(raw);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR || metadata == nullptr) return nullptr;
    // A broker that has just started may answer before it has the cluster's metadata: its list of
    // brokers is empty then, and its list of topics means nothing.
    return metadata->broker_cnt == 0 ? nullptr : std::move(metadata);
  };
  RdMetadata metadata = AskInSlices(clock_, timeout, kSlice, cancelled_, ask);
  answered_ = metadata != nullptr;
  return metadata;
}

void MetadataClient::SetCredentials(SaslCredentials credentials) {
  const MutexLock lock(mutex_);
  credentials_ = std::move(credentials);
}

std::optional<SaslCredentials> MetadataClient::TakeCredentials() {
  const MutexLock lock(mutex_);
  return std::exchange(credentials_, std::nullopt);
}

bool MetadataClient::TakeOutdated() {
  const auto credentials = TakeCredentials();
  if (outdated_.exchange(false)) return true;
  if (!credentials || handle_ == nullptr) return false;
  if (!answered_) return true;
  gateway::SetCredentials(handle_.get(), *credentials);
  return false;
}

}  // namespace gateway
