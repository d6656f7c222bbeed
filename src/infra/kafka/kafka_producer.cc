#include "infra/kafka/kafka_producer.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "infra/kafka/client/client_config.h"
#include "infra/kafka/client/embedded_broker.h"
#include "infra/kafka/client/error_codes.h"
#include "infra/kafka/types/record_errors.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kFlushSlice{100};
constexpr milliseconds kAfterPurge{1'000};
constexpr milliseconds kDrainPause{2};
constexpr milliseconds kSnapshotInterval{50};
constexpr milliseconds kNewPartitions{1'000};

// Keeps a PartitionBatch within one batch of librdkafka, whose size Kafka:BatchSize and
// batch.num.messages limit.
RecordAccumulator::Options AccumulatorOptionsOf(const KafkaProducer::Options& options) {
  RecordAccumulator::Options accumulator = options.accumulator;
  const auto batch = static_cast<std::size_t>(std::max<std::int64_t>(options.kafka.batch_size, 1));
  accumulator.partition_bytes = std::min(accumulator.partition_bytes, batch - batch / 20);
  accumulator.partition_records =
      std::min(accumulator.partition_records, MaxBatchRecords(options.kafka));
  if (options.kafka.producers > 0) {
    accumulator.max_producers = static_cast<std::size_t>(options.kafka.producers);
  }
  return accumulator;
}

ProducerGroup::MakeConf ConfMaker(const KafkaProducer::Options& options, KafkaClientKind kind) {
  return [current = options.current, bytes = options.max_record_bytes, embedded = options.embedded,
          hooks = options.hooks, kind] {
    const Settings::Kafka kafka = current->Get();
    return MakeKafkaConf({kafka, bytes, embedded, hooks}, kind);
  };
}

Error BacklogFull(const std::string& topic) {
  return Error(ErrorCode::kOverloaded,
               "The backlog of topic \"" + topic +
                   "\" has reached its limit. No record of this request was sent.");
}

}  // namespace

Result<std::unique_ptr<KafkaProducer>, std::string> KafkaProducer::Create(Options options,
                                                                          Logger& logger,
                                                                          ProduceMetrics& metrics,
                                                                          const Clock& clock) {
  if (options.embedded && options.topics.max_topics == 0) {
    options.topics.max_topics = EmbeddedBroker::kMaxTopics;
  }
  if (!options.current) options.current = std::make_shared<CurrentKafkaSettings>(options.kafka);
  options.lookup.min_in_sync = options.lookup.min_in_sync && !options.embedded;
  const std::string pass_through = DescribePassThrough(options.kafka);
  if (!pass_through.empty()) {
    logger.Log(LogLevel::kInformation, "kafka-passthrough",
               "Properties set by Kafka:Librdkafka: " + pass_through + ".");
  }
  for (const std::string& warning : SecurityWarnings(options.kafka, rd_kafka_version())) {
    logger.Log(LogLevel::kWarning, "kafka-security", warning);
  }
  auto group = MakeGroup(options);
  if (!group.ok()) return std::move(group).error();
  return std::unique_ptr<KafkaProducer>(
      new KafkaProducer(std::move(options), std::move(group).value(), logger, metrics, clock));
}

Result<std::shared_ptr<ProducerGroup>, std::string> KafkaProducer::MakeGroup(
    const Options& options) {
  return ProducerGroup::Create(ConfMaker(options, KafkaClientKind::kProducer));
}

KafkaProducer::KafkaProducer(Options options, std::shared_ptr<ProducerGroup> group, Logger& logger,
                             ProduceMetrics& metrics, const Clock& clock)
    : options_(std::move(options)),
      logger_(logger),
      metrics_(metrics),
      clock_(clock),
      status_(options_.embedded, logger, metrics),
      reporter_(status_, logger),
      groups_(
          std::move(group), [this] { return MakeGroup(options_); }, status_, logger),
      accumulator_(AccumulatorOptionsOf(options_), groups_, reporter_, groups_, metrics, clock),
      metadata_(ConfMaker(options_, KafkaClientKind::kLookup), options_.lookup, clock),
      resolver_(options_.topics, metadata_, static_cast<TopicResolver::Listener&>(*this), clock),
      loop_({options_.embedded, options_.heartbeat, options_.on_statistics,
             options_.on_client_closed, options_.on_replaced, options_.hooks,
             AccessAttemptOf(options_.kafka, rd_kafka_version())},
            {groups_, accumulator_, resolver_, reporter_, status_, logger, clock}) {
  if (options_.kafka.sasl.mechanism == SaslMechanism::kOauthbearer) status_.TolerateReconnects();
}

KafkaProducer::~KafkaProducer() { Drain(clock_.Now()); }

std::optional<Error> KafkaProducer::Submit(RecordQueue records) {
  if (draining_.load(std::memory_order_relaxed)) {
    RefuseDraining(std::move(records));
    return std::nullopt;
  }
  const RecordAccumulator::Submitted submitted = accumulator_.Submit(std::move(records));
  if (submitted.topic_at_limit) return BacklogFull(*submitted.topic_at_limit);
  if (submitted.partition_not_found) resolver_.RefreshSoon();
  for (const std::string& topic : submitted.to_resolve) resolver_.Resolve(topic);
  return std::nullopt;
}

// Bypasses the reporter, which counts only accepted records.
void KafkaProducer::RefuseDraining(RecordQueue records) {
  while (PendingRecord* const record = records.Pop()) {
    record->Report(MakeError(ErrorCode::kDraining, Persistence::kNotPersisted, record->record()));
  }
}

void KafkaProducer::OnExpired(std::span<const PendingRecord* const> records) {
  accumulator_.OnExpired(records);
}

void KafkaProducer::OnWithdrawn(std::size_t count) {
  metrics_.OnRecordsWithdrawn(count);
  accumulator_.OnWithdrawn(count);
}

KafkaStatus KafkaProducer::Status() const {
  KafkaStatus status = status_.Status();
  const RecordAccumulator::Stats stats = Snapshot();
  status.records_held = static_cast<std::int64_t>(stats.held);
  status.records_in_flight = static_cast<std::int64_t>(stats.in_flight);
  status.oldest_record = stats.oldest;
  if (const auto stored = loop_.last_stored()) {
    status.since_delivery = std::chrono::duration_cast<milliseconds>(clock_.Now() - *stored);
  }
  status.instance_swaps = groups_.replacements();
  if (const auto group = groups_.current()) status.clients = static_cast<int>(group->clients());
  return status;
}

RecordAccumulator::Stats KafkaProducer::Snapshot() const {
  const MutexLock lock(cached_stats_.mutex);
  const Clock::TimePoint now = clock_.Now();
  if (!cached_stats_.taken_at || now - *cached_stats_.taken_at >= kSnapshotInterval) {
    cached_stats_.taken_at = now;
    cached_stats_.stats = accumulator_.Snapshot();
  }
  return cached_stats_.stats;
}

bool KafkaProducer::OnFound(const std::string& topic, const TopicLayout& layout) {
  if (!groups_.Open(topic)) return false;
  accumulator_.SetLayout(topic, layout);
  return true;
}

void KafkaProducer::OnUnresolved(const std::string& topic, ErrorCode code) {
  // A principal that may write to nothing may not see topics either.
  const bool denied =
      code == ErrorCode::kTopicNotAuthorized && status_.Connectivity().access_refused;
  accumulator_.FailUnresolved(topic, denied ? ErrorCode::kKafkaAccess : code);
}

void KafkaProducer::OnLayout(const std::string& topic, const TopicLayout& layout) {
  const Partition before = accumulator_.PartitionsOf(topic);
  if (layout.partitions() > before && !groups_.Grow(topic, layout.partitions(), kNewPartitions)) {
    // The next refresh tries again; until then records go only to the partitions that librdkafka
    // knows.
    TopicLayout grows_later = layout;
    grows_later.leaders.resize(static_cast<std::size_t>(before), PartitionLeader::None());
    return accumulator_.SetLayout(topic, grows_later);
  }
  accumulator_.SetLayout(topic, layout);
}

void KafkaProducer::OnGone(const std::string& topic) {
  logger_.Log(LogLevel::kWarning, "topic-gone", "A topic that was written to is gone.",
              {{"messaging.destination.name", std::string_view(topic)}});
  accumulator_.Forget(topic);
}

ErrorCode KafkaProducer::WhyUnavailable() const {
  return status_.Connectivity().access_refused ? ErrorCode::kKafkaAccess
                                               : ErrorCode::kBrokersUnavailable;
}

bool KafkaProducer::FlushUntil(Clock::TimePoint until, const std::function<bool()>& more_may_come) {
  // Calls `more_may_come` first: records submitted before it returns false are pending by then.
  while ((more_may_come && more_may_come()) || accumulator_.pending() != 0) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - clock_.Now());
    if (left <= milliseconds(0)) return false;
    groups_.Flush(std::min(left, kFlushSlice));
    // Flush waits neither for records queued in the accumulator nor for a retiring group.
    if (more_may_come || accumulator_.pending() != 0) std::this_thread::sleep_for(kDrainPause);
  }
  return true;
}

KafkaProducer::DrainResult KafkaProducer::Drain(Clock::TimePoint deadline,
                                                const std::function<bool()>& more_may_come) {
  const RecordReporter::Totals before = reporter_.totals();
  if (more_may_come) FlushUntil(deadline, more_may_come);
  draining_.store(true);
  FlushUntil(deadline);
  resolver_.Stop();  // not earlier: it finds the leaders that move meanwhile
  const bool all = FlushUntil(deadline);
  loop_.EndRetries();
  if (!all) GiveUp();
  const RecordReporter::Totals after = reporter_.totals();
  return {after.delivered - before.delivered, after.not_persisted - before.not_persisted,
          after.possibly_persisted - before.possibly_persisted};
}

void KafkaProducer::Renew(Settings::Kafka kafka, Changed changed) {
  const SaslCredentials credentials = SaslCredentialsOf(kafka);
  options_.current->Set(std::move(kafka));  // first: clients that are made from now on read it
  metadata_.SetCredentials(credentials);
  groups_.SetCredentials(credentials);
  if (changed != Changed::kCertificates) return;
  metadata_.Renew();
  loop_.Renew();
}

// Has every remaining record reported.
void KafkaProducer::GiveUp() {
  accumulator_.Pause();
  accumulator_.FailHeld(ErrorCode::kDraining);
  loop_.PurgeRetiring();
  groups_.Purge();
  FlushUntil(clock_.Now() + kAfterPurge);
  accumulator_.FailHeld(ErrorCode::kDraining);  // records that were queued again meanwhile
}

}  // namespace gateway
