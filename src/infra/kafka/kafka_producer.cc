#include "kafka/kafka_producer.h"

#include <algorithm>
#include <utility>

#include "kafka/embedded_broker.h"
#include "kafka/kafka_conf.h"
#include "kafka/kafka_errors.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kFlushSlice{100};
constexpr milliseconds kAfterPurge{1'000};

}  // namespace

Result<std::unique_ptr<KafkaProducer>, std::string> KafkaProducer::Create(Options options,
                                                                          Logger& logger,
                                                                          Metrics& metrics,
                                                                          const Clock& clock) {
  if (options.embedded && options.topics.max_topics == 0) {
    options.topics.max_topics = EmbeddedBroker::kMaxTopics;
  }
  const std::string pass_through = DescribePassThrough(options.kafka);
  if (!pass_through.empty()) {
    logger.Log(LogLevel::kInformation, "kafka-passthrough",
               "Properties set by Kafka:Librdkafka: " + pass_through + ".");
  }
  Result<RdConf, std::string> conf = MakeKafkaConf(
      {options.kafka, options.max_record_bytes, options.embedded}, KafkaClientKind::kProducer);
  if (!conf.ok()) return std::move(conf).error();
  auto instance = KafkaInstance::Create(std::move(conf).value());
  if (!instance.ok()) return "Kafka: librdkafka cannot start: " + instance.error() + ".";

  std::unique_ptr<KafkaProducer> producer(
      new KafkaProducer(std::move(options), logger, metrics, clock));
  producer->state_.instance = std::move(instance).value();
  KafkaProducer* self = producer.get();
  producer->lookup_ = std::make_unique<MetadataClient>(
      [self] {
        return MakeKafkaConf(
            {self->options_.kafka, self->options_.max_record_bytes, self->options_.embedded},
            KafkaClientKind::kLookup);
      },
      self->options_.lookup);
  producer->reports_ = std::thread([self] { self->Run(); });
  producer->directory_ = std::make_unique<TopicDirectory>(
      self->options_.topics, *self->lookup_, static_cast<TopicDirectory::Client&>(*self));
  return producer;
}

KafkaProducer::KafkaProducer(Options options, Logger& logger, Metrics& metrics, const Clock& clock)
    : options_(std::move(options)),
      logger_(logger),
      clock_(clock),
      status_(options_.embedded, logger, metrics),
      log_(logger, clock) {}

KafkaProducer::~KafkaProducer() {
  Drain(SteadyClock::now());
  directory_.reset();  // joins "kafka-lookup", which calls us
  stop_.store(true);
  {
    const std::lock_guard lock(state_mutex_);
    if (state_.instance) state_.instance->WakePoll();
  }
  reports_.join();
  state_.instance.reset();
}

std::optional<KafkaProducer::Route> KafkaProducer::Find(std::string_view topic,
                                                        bool opened_too) const {
  const std::lock_guard lock(state_mutex_);
  const auto found = state_.topics.find(topic);
  if (found == state_.topics.end() || !(found->second.known || opened_too)) return std::nullopt;
  return Route{state_.instance, found->second.handle};
}

void KafkaProducer::Send(PendingRecord* record) {
  if (draining_.load(std::memory_order_relaxed)) {  // not counted: it was never taken
    record->Report(MakeError(ErrorCode::kDraining, Persistence::kNotPersisted, record->record()));
    return;
  }
  const std::optional<Route> route = Find(record->record().topic, /*opened_too=*/false);
  if (!route) {
    directory_->Enqueue(record);
    return;
  }
  if (std::optional<Error> error = Dispatch(*route, record)) Fail(record, *std::move(error));
}

// The seam: a record whose topic has a handle goes to librdkafka here and nowhere else. An error
// means that it was not taken.
std::optional<Error> KafkaProducer::Dispatch(const Route& route, PendingRecord* pending) {
  const Record& record = pending->record();
  if (!route.instance || route.topic == nullptr) {
    return MakeError(ErrorCode::kProducerFailed, Persistence::kNotPersisted, record);
  }
  in_librdkafka_.fetch_add(1, std::memory_order_relaxed);
  const rd_kafka_resp_err_t code = route.instance->Produce(route.topic, pending);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;  // `pending` may be gone
  in_librdkafka_.fetch_sub(1, std::memory_order_relaxed);
  return SynchronousError(code, record, status_.Trouble());
}

// One line a record, for those who follow a single one; at Debug, because there are so many.
void KafkaProducer::LogReport(const Record& record, const DeliveryReport& report) const {
  if (!logger_.Enabled(LogLevel::kDebug)) return;
  if (report.ok()) {
    const RecordMetadata& stored = report.value();
    logger_.Log(LogLevel::kDebug, "record-delivered", "A record was stored.",
                {{"messaging.destination.name", record.topic},
                 {"messaging.destination.partition.id", std::int64_t{stored.partition}},
                 {"messaging.kafka.offset", stored.offset.value_or(-1)}});
  } else {
    logger_.Log(LogLevel::kDebug, "record-failed", report.error().detail,
                {{"messaging.destination.name", record.topic},
                 {"persisted", report.error().persistence == Persistence::kNotPersisted
                                   ? std::string_view("no")
                                   : std::string_view("unknown")}});
  }
}

void KafkaProducer::Report(PendingRecord* record, DeliveryReport report) {
  LogReport(record->record(), report);
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

bool KafkaProducer::IsKnown(std::string_view topic) const {
  return Find(topic, /*opened_too=*/false).has_value();
}

bool KafkaProducer::Open(const std::string& topic) {
  const std::lock_guard lock(state_mutex_);
  if (!state_.instance) return false;
  Topic& entry = state_.topics[topic];
  if (entry.handle == nullptr) entry.handle = state_.instance->OpenTopic(topic);
  return entry.handle != nullptr;
}

std::optional<Error> KafkaProducer::Produce(PendingRecord* record) {
  const std::optional<Route> route = Find(record->record().topic, /*opened_too=*/true);
  return Dispatch(route.value_or(Route{}), record);
}

void KafkaProducer::Publish(const std::string& topic) {
  const std::lock_guard lock(state_mutex_);
  state_.topics[topic].known = true;
}

ErrorCode KafkaProducer::WhyUnavailable() const {
  return status_.Trouble().credentials_refused ? ErrorCode::kClusterAuthorizationFailed
                                               : ErrorCode::kBrokersUnavailable;
}

KafkaProducer::DrainResult KafkaProducer::Totals() const {
  return {delivered_.load(), not_persisted_.load(), possibly_persisted_.load()};
}

bool KafkaProducer::FlushUntil(SteadyClock::time_point until) {
  while (in_librdkafka_.load(std::memory_order_acquire) != 0) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - SteadyClock::now());
    if (left <= milliseconds(0)) return false;
    std::shared_ptr<KafkaInstance> instance;
    {
      const std::lock_guard lock(state_mutex_);
      instance = state_.instance;
    }
    if (instance) {
      instance->Flush(std::min(left, kFlushSlice));
    } else {
      std::this_thread::sleep_for(milliseconds(5));  // a retiring instance reports by itself
    }
  }
  return true;
}

KafkaProducer::DrainResult KafkaProducer::Drain(SteadyClock::time_point deadline) {
  const DrainResult before = Totals();
  draining_.store(true);
  directory_->WaitIdle(deadline);
  directory_->Stop();
  if (!FlushUntil(deadline)) {
    purge_.store(true);
    {
      const std::lock_guard lock(state_mutex_);
      if (state_.instance) state_.instance->Purge();
    }
    FlushUntil(SteadyClock::now() + kAfterPurge);
  }
  const DrainResult after = Totals();
  return {after.delivered - before.delivered, after.not_persisted - before.not_persisted,
          after.possibly_persisted - before.possibly_persisted};
}

}  // namespace gateway
