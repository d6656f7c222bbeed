#include "infra/kafka/kafka_producer.h"

#include <algorithm>
#include <utility>

#include "infra/kafka/client/client_config.h"
#include "infra/kafka/client/embedded_broker.h"
#include "infra/kafka/client/error_codes.h"
#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kFlushSlice{100};
constexpr milliseconds kAfterPurge{1'000};
constexpr milliseconds kDrainPause{2};
constexpr milliseconds kSnapshotInterval{50};
constexpr milliseconds kNewPartitions{1'000};
// What Kafka:Producers is by itself: docs/adr/0012.
constexpr std::int64_t kClients = 4;

// A PartitionBatch is one batch of librdkafka, whatever Kafka:BatchSize makes of that.
RecordAccumulator::Options AccumulatorOptionsOf(const KafkaProducer::Options& options) {
  RecordAccumulator::Options accumulator = options.accumulator;
  const auto batch = static_cast<std::size_t>(std::max<std::int64_t>(options.kafka.batch_size, 1));
  accumulator.partition_bytes = std::min(accumulator.partition_bytes, batch - batch / 20);
  return accumulator;
}

std::string_view PersistedWord(const DeliveryReport& report) {
  if (report.ok()) return "yes";
  return report.error().persistence == Persistence::kNotPersisted ? "no" : "unknown";
}

}  // namespace

Result<std::unique_ptr<KafkaProducer>, std::string> KafkaProducer::Create(Options options,
                                                                          Logger& logger,
                                                                          ProduceMetrics& metrics,
                                                                          const Clock& clock) {
  if (options.embedded && options.topics.max_topics == 0) {
    options.topics.max_topics = EmbeddedBroker::kMaxTopics;
  }
  options.lookup.min_in_sync = options.lookup.min_in_sync && !options.embedded;
  const std::string pass_through = DescribePassThrough(options.kafka);
  if (!pass_through.empty()) {
    logger.Log(LogLevel::kInformation, "kafka-passthrough",
               "Properties set by Kafka:Librdkafka: " + pass_through + ".");
  }
  auto instance = MakeInstance(options);
  if (!instance.ok()) return std::move(instance).error();

  std::unique_ptr<KafkaProducer> producer(
      new KafkaProducer(std::move(options), logger, metrics, clock));
  producer->state_.instance = std::move(instance).value();
  KafkaProducer* self = producer.get();
  producer->lookup_ = std::make_unique<RdkafkaMetadata>(
      [self] {
        return MakeKafkaConf(
            {self->options_.kafka, self->options_.max_record_bytes, self->options_.embedded},
            KafkaClientKind::kLookup);
      },
      self->options_.lookup, clock);
  producer->resolver_ = std::make_unique<TopicResolver>(self->options_.topics, *self->lookup_,
                                                        static_cast<TopicResolver::Client&>(*self));
  producer->reports_ = std::thread([self] { self->Run(); });
  return producer;
}

Result<std::shared_ptr<ProducerGroup>, std::string> KafkaProducer::MakeInstance(
    const Options& options) {
  return ProducerGroup::Create(
      [&options] {
        return MakeKafkaConf({options.kafka, options.max_record_bytes, options.embedded},
                             KafkaClientKind::kProducer);
      },
      static_cast<std::size_t>(options.kafka.producers > 0 ? options.kafka.producers : kClients));
}

KafkaProducer::KafkaProducer(Options options, Logger& logger, ProduceMetrics& metrics,
                             const Clock& clock)
    : options_(std::move(options)),
      logger_(logger),
      metrics_(metrics),
      clock_(clock),
      status_(options_.embedded, logger, metrics),
      log_(logger, clock),
      accumulator_(AccumulatorOptionsOf(options_), static_cast<RecordAccumulator::Sink&>(*this),
                   metrics, clock) {}

KafkaProducer::~KafkaProducer() {
  Drain(SteadyClock::now());
  stop_.store(true);
  {
    const std::lock_guard lock(state_mutex_);
    if (state_.instance) state_.instance->WakePoll();
  }
  reports_.join();
  resolver_.reset();  // joins "kafka-lookup", which calls us
  state_.instance.reset();
}

bool KafkaProducer::HasRoomFor(std::string_view topic) const {
  return accumulator_.HasRoomFor(topic);
}

void KafkaProducer::Send(PendingRecord* record) {
  if (draining_.load(std::memory_order_relaxed)) {  // not counted: it was never taken
    record->Report(MakeError(ErrorCode::kDraining, Persistence::kNotPersisted, record->record()));
    return;
  }
  switch (accumulator_.Append(record)) {
    case RecordAccumulator::Appended::kHeld:
      return;
    case RecordAccumulator::Appended::kUnknownTopic:
      return resolver_->Enqueue(record);
    case RecordAccumulator::Appended::kNoPartition:
      resolver_->RefreshSoon();
      return Fail(record, MakeError(ErrorCode::kPartitionNotFound, Persistence::kNotPersisted,
                                    record->record()));
  }
}

void KafkaProducer::OnWithdrawn(std::size_t count) {
  metrics_.OnRecordsWithdrawn(count);
  accumulator_.OnWithdrawn(count);
  withdrawn_.store(true, std::memory_order_relaxed);
}

KafkaStatus KafkaProducer::Status() const {
  KafkaStatus status = status_.Status();
  const RecordAccumulator::Stats stats = Snapshot();
  status.records_held = static_cast<std::int64_t>(stats.held);
  status.records_in_flight = static_cast<std::int64_t>(stats.in_flight);
  status.oldest_record = stats.oldest;
  if (const auto stored = last_stored_.load(std::memory_order_relaxed); stored != 0) {
    const auto since = clock_.Now() - Clock::TimePoint(Clock::TimePoint::duration(stored));
    status.since_delivery = std::chrono::duration_cast<milliseconds>(since);
  }
  status.instance_swaps = swaps_.load(std::memory_order_relaxed);
  return status;
}

// Any client may ask for the status, and a snapshot delays the threads that send.
RecordAccumulator::Stats KafkaProducer::Snapshot() const {
  const std::lock_guard lock(snapshot_mutex_);
  const Clock::TimePoint now = clock_.Now();
  if (!snapshot_at_ || now - *snapshot_at_ >= kSnapshotInterval) {
    snapshot_at_ = now;
    snapshot_ = accumulator_.Snapshot();
  }
  return snapshot_;
}

KafkaProducer::Route KafkaProducer::RouteTo(const std::string& topic) const {
  const std::lock_guard lock(state_mutex_);
  const auto found = state_.topics.find(topic);
  return {state_.instance, found == state_.topics.end() ? nullptr : found->second.topic};
}

// The seam: a record goes to librdkafka here and nowhere else.
std::optional<RecordAccumulator::Refusal> KafkaProducer::Produce(const std::string& topic,
                                                                 Partition partition,
                                                                 RecordQueue* records) {
  const Route route = RouteTo(topic);
  if (!route.instance || route.topic == nullptr) return RecordAccumulator::Refusal{true, {}};
  const auto count = static_cast<std::int64_t>(records->size());
  in_librdkafka_.fetch_add(count, std::memory_order_relaxed);
  while (PendingRecord* const record = records->Pop()) {
    const rd_kafka_resp_err_t code = route.instance->Produce(*route.topic, partition, record);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;  // `record` may be gone
    records->PushFront(record);
    in_librdkafka_.fetch_sub(static_cast<std::int64_t>(records->size()), std::memory_order_relaxed);
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL || code == RD_KAFKA_RESP_ERR__FATAL) {
      return RecordAccumulator::Refusal{true, {}};
    }
    resolver_->RefreshSoon();
    return RecordAccumulator::Refusal{
        false, SynchronousError(code, record->record(), status_.Connectivity())};
  }
  return std::nullopt;
}

// One line a record, for those who follow a single one; at Debug, because there are so many.
void KafkaProducer::LogReport(const PendingRecord& pending, const DeliveryReport& report) const {
  const Record& record = pending.record();
  if (pending.expired()) {
    const RequestIds origin = pending.origin();
    logger_.Log(LogLevel::kInformation, "record-late",
                report.ok() ? "A record was stored after its request had been answered."
                            : "A record failed after its request had been answered.",
                {{"request_id", origin.request_id},
                 {"trace_id", TextOrNone(origin.trace_id)},
                 {"messaging.destination.name", record.topic},
                 {"persisted", PersistedWord(report)}});
  }
  if (!logger_.Enabled(LogLevel::kDebug)) return;
  if (report.ok()) {
    const RecordMetadata& stored = report.value();
    logger_.Log(LogLevel::kDebug, "record-delivered", "A record was stored.",
                {{"messaging.destination.name", record.topic},
                 {"messaging.destination.partition.id", std::int64_t{stored.partition}},
                 {"messaging.kafka.offset", stored.offset.value_or(-1)}});
  } else {
    logger_.Log(
        LogLevel::kDebug, "record-failed", report.error().detail,
        {{"messaging.destination.name", record.topic}, {"persisted", PersistedWord(report)}});
  }
}

void KafkaProducer::Report(PendingRecord* record, DeliveryReport report) {
  LogReport(*record, report);
  if (report.ok()) {
    delivered_.fetch_add(1, std::memory_order_relaxed);
  } else if (report.error().persistence == Persistence::kNotPersisted) {
    not_persisted_.fetch_add(1, std::memory_order_relaxed);
  } else {
    possibly_persisted_.fetch_add(1, std::memory_order_relaxed);
  }
  record->Report(std::move(report));
}

void KafkaProducer::Fail(PendingRecord* record, Error error) {
  Report(record, DeliveryReport(std::move(error)));
}

bool KafkaProducer::Open(const std::string& topic, const TopicLayout& layout) {
  {
    const std::lock_guard lock(state_mutex_);
    // It may have been there before, with fewer partitions. Without an instance the next one opens
    // it.
    Opened& opened = state_.topics[topic];
    opened.partitions = std::max(opened.partitions, layout.partitions());
    if (state_.instance) {
      if (opened.topic == nullptr) {
        opened.topic = state_.instance->OpenTopic(topic, opened.partitions);
        if (opened.topic == nullptr) return false;
      } else if (!state_.instance->OpenPartitions(opened.topic, opened.partitions)) {
        return false;
      }
    }
  }
  accumulator_.SetLayout(topic, layout);
  return true;
}

std::optional<Error> KafkaProducer::Produce(PendingRecord* record) {
  switch (accumulator_.Append(record, /*opened_too=*/true)) {
    case RecordAccumulator::Appended::kHeld:
      return std::nullopt;
    case RecordAccumulator::Appended::kNoPartition:
      return MakeError(ErrorCode::kPartitionNotFound, Persistence::kNotPersisted, record->record());
    case RecordAccumulator::Appended::kUnknownTopic:
      break;
  }
  return MakeError(ErrorCode::kTopicNotFound, Persistence::kNotPersisted, record->record());
}

void KafkaProducer::Update(const std::string& topic, const TopicLayout& layout) {
  Route route;
  if (layout.partitions() > accumulator_.PartitionsOf(topic)) {
    const std::lock_guard lock(state_mutex_);
    Opened& opened = state_.topics[topic];
    opened.partitions =
        std::max(opened.partitions, layout.partitions());  // of the next instance, too
    route = {state_.instance, opened.topic};
  }
  if (route.instance && route.topic != nullptr &&
      !route.instance->GrowTopic(route.topic, layout.partitions(), kNewPartitions)) {
    // The next refresh tries again; until then records go where librdkafka takes them.
    TopicLayout grows_later = layout;
    grows_later.leaders.resize(static_cast<std::size_t>(accumulator_.PartitionsOf(topic)));
    return accumulator_.SetLayout(topic, grows_later);
  }
  accumulator_.SetLayout(topic, layout);
}

void KafkaProducer::Forget(const std::string& topic) {
  logger_.Log(LogLevel::kWarning, "topic-gone", "A topic that was written to no longer exists.",
              {{"messaging.destination.name", std::string_view(topic)}});
  accumulator_.Forget(topic);
}

ErrorCode KafkaProducer::WhyUnavailable() const {
  return status_.Connectivity().credentials_refused ? ErrorCode::kClusterAuthorizationFailed
                                                    : ErrorCode::kBrokersUnavailable;
}

KafkaProducer::DrainResult KafkaProducer::Totals() const {
  return {delivered_.load(), not_persisted_.load(), possibly_persisted_.load()};
}

bool KafkaProducer::FlushUntil(SteadyClock::time_point until,
                               const std::function<bool()>& more_may_come) {
  // Asked first: what came before it says no is pending by then.
  while ((more_may_come && more_may_come()) || accumulator_.pending() != 0) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - SteadyClock::now());
    if (left <= milliseconds(0)) return false;
    std::shared_ptr<ProducerGroup> instance;
    {
      const std::lock_guard lock(state_mutex_);
      instance = state_.instance;
    }
    if (instance) instance->Flush(std::min(left, kFlushSlice));
    instance.reset();
    // What is held does not keep Flush; a retiring instance reports by itself.
    if (more_may_come || accumulator_.pending() != 0) std::this_thread::sleep_for(kDrainPause);
  }
  return true;
}

KafkaProducer::DrainResult KafkaProducer::Drain(SteadyClock::time_point deadline,
                                                const std::function<bool()>& more_may_come) {
  const DrainResult before = Totals();
  if (more_may_come) FlushUntil(deadline, more_may_come);
  draining_.store(true);
  resolver_->WaitIdle(deadline);
  accumulator_.Dispatch();
  FlushUntil(deadline);
  resolver_->Stop();  // not before: it learns of leaders that move meanwhile
  const bool all = FlushUntil(deadline);
  drained_.store(true);
  if (!all) {
    accumulator_.Pause();
    accumulator_.FailHeld(ErrorCode::kDraining);
    purge_.store(true);
    {
      const std::lock_guard lock(state_mutex_);
      if (state_.instance) state_.instance->Purge();
    }
    FlushUntil(SteadyClock::now() + kAfterPurge);
    accumulator_.FailHeld(ErrorCode::kDraining);  // what librdkafka had not taken
  }
  const DrainResult after = Totals();
  return {after.delivered - before.delivered, after.not_persisted - before.not_persisted,
          after.possibly_persisted - before.possibly_persisted};
}

}  // namespace gateway
