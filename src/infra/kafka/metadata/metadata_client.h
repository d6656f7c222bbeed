// A librdkafka client that only asks for metadata and never produces, made at first use. librdkafka
// cannot interrupt a request, so each call makes short requests until one succeeds: Cancel takes
// effect after the current one, and librdkafka keeps connecting meanwhile. Owned by RdkafkaMetadata
// or KafkaTopicCatalog; blocks the one thread that uses it. Any thread may call Cancel.
#ifndef GATEWAY_INFRA_KAFKA_METADATA_METADATA_CLIENT_H_
#define GATEWAY_INFRA_KAFKA_METADATA_METADATA_CLIENT_H_

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "infra/kafka/client/handles.h"
#include "infra/kafka/client/sasl_credentials.h"
#include "service/ports/clock.h"
#include "service/types/mutex.h"
#include "service/types/result.h"

namespace gateway {

// Calls ask(slice) until it returns something that is not null, `timeout` has passed, or
// `cancelled`. A slice is at most `slice`.
template <typename Ask>
auto AskInSlices(const Clock& clock, std::chrono::milliseconds timeout,
                 std::chrono::milliseconds slice, const std::atomic<bool>& cancelled,
                 const Ask& ask) -> decltype(ask(slice)) {
  const Clock::TimePoint end = clock.Now() + timeout;
  while (!cancelled.load(std::memory_order_relaxed)) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - clock.Now());
    if (left <= std::chrono::milliseconds(0)) break;
    if (auto answer = ask(std::min(left, slice))) return answer;
  }
  return nullptr;
}

class MetadataClient final {
 public:
  // The maximum length of one request. An answer that takes longer is lost.
  static constexpr std::chrono::milliseconds kSlice{1'000};

  // Makes the configuration of a client (KafkaClientKind::kLookup).
  using MakeConf = std::function<Result<RdConf, std::string>()>;

  // `clock` must outlive the client.
  MetadataClient(MakeConf make_conf, const Clock& clock)
      : make_conf_(std::move(make_conf)), clock_(clock) {}

  // Null if librdkafka refuses the configuration.
  rd_kafka_t* Handle();
  // The next call of Handle makes a new client, which knows no topics.
  void Discard() { handle_.reset(); }

  // The metadata of `topic`; without it, of the topics of which the client has handles. Null if no
  // broker answers within `timeout`, or after Cancel.
  RdMetadata Ask(rd_kafka_topic_t* topic, std::chrono::milliseconds timeout);
  // The metadata of all topics of the cluster. The request names no topic, so it cannot create one.
  RdMetadata AskForAll(std::chrono::milliseconds timeout);

  // There are new certificates: the thread that uses the client discards it before its next
  // request. Any thread.
  void Renew() { outdated_.store(true); }
  // There is a new password. A client that gets answers keeps its connections, and logs in with
  // the new password when it makes others, so that a wrong one does no harm before; a client that
  // gets none is discarded. Takes effect with the next request. Any thread.
  void SetCredentials(SaslCredentials credentials) EXCLUDES(mutex_);
  // Whether the client has to be discarded; asked before each request.
  bool TakeOutdated() EXCLUDES(mutex_);

  // Makes the current call return soon, and every later one at once.
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 private:
  RdMetadata Ask(bool all, rd_kafka_topic_t* topic, std::chrono::milliseconds timeout);
  std::optional<SaslCredentials> TakeCredentials() EXCLUDES(mutex_);

  const MakeConf make_conf_;
  const Clock& clock_;
  RdClient handle_;        // unguarded: the using thread's own
  bool answered_ = false;  // the last request; unguarded: the using thread's own
  Mutex mutex_;
  std::optional<SaslCredentials> credentials_ GUARDED_BY(mutex_);  // new ones
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> outdated_{false};
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_METADATA_METADATA_CLIENT_H_
