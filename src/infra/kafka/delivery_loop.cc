// The thread "kafka-reports" of KafkaProducer: it serves the event queue, and replaces an instance
// that has met a fatal error.
#include <pthread.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "infra/kafka/client/client_config.h"
#include "infra/kafka/client/error_codes.h"
#include "infra/kafka/kafka_producer.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kPoll{100};
constexpr milliseconds kTick{50};
constexpr milliseconds kPollRetiring{20};
constexpr std::chrono::seconds kRetireLimit{15};  // then what is still out is given up
// The other clients have so long to report what they hold; then what they have not sent goes to the
// next instance.
constexpr milliseconds kRetireGrace{1'000};
constexpr milliseconds kReplacePause{1'000};  // between two new instances

bool MeansCredentialsRefused(rd_kafka_resp_err_t code) {
  return CodeOf(code) == ErrorCode::kClusterAuthorizationFailed;
}

}  // namespace

void KafkaProducer::Run() {
  pthread_setname_np(pthread_self(), "kafka-reports");
  std::shared_ptr<ProducerGroup> instance;
  {
    const std::lock_guard lock(state_mutex_);
    instance = state_.instance;
  }
  bool retiring = false;
  SteadyClock::time_point give_up{};
  SteadyClock::time_point take_back{};
  SteadyClock::time_point not_before{};
  while (!stop_.load()) {
    Tick();
    if (!instance) {
      if (SteadyClock::now() >= not_before && !drained_.load()) {
        instance = Replace();
        not_before = SteadyClock::now() + kReplacePause;
      }
      if (!instance) std::this_thread::sleep_for(kPollRetiring);
      continue;
    }
    {
      // The event goes before the instance may: librdkafka counts its messages in the client.
      const ProducerGroup::Polled polled = instance->Poll(std::min<Clock::TimePoint::duration>(
          retiring ? kPollRetiring : kPoll, accumulator_.ReleaseLingering()));
      if (polled.event) OnEvent(*instance, polled);
    }
    if (std::exchange(fatal_, false) && !retiring) {
      Retire();
      retiring = true;
      give_up = SteadyClock::now() + kRetireLimit;
      take_back = SteadyClock::now() + kRetireGrace;
    }
    if (!retiring) continue;
    if (SteadyClock::now() >= take_back) {
      instance->PurgeQueued();
      take_back = SteadyClock::now() + kRetireGrace;
    }
    if (purge_.exchange(false) || SteadyClock::now() >= give_up) {
      instance->Purge();
      give_up = SteadyClock::now() + kRetireLimit;
    }
    if (MayDestroy(instance)) {
      instance.reset();
      retiring = false;
    }
  }
}

void KafkaProducer::Tick() {
  const SteadyClock::time_point now = SteadyClock::now();
  if (now - ticked_ < kTick) return;
  ticked_ = now;
  if (options_.heartbeat != nullptr) options_.heartbeat->Beat();
  log_.Tick();
  accumulator_.Tick();
  accumulator_.Sweep();
  if (withdrawn_.exchange(false, std::memory_order_relaxed)) resolver_->Sweep();
  if (accumulator_.WaitsForLeader()) resolver_->RefreshSoon();
}

void KafkaProducer::OnEvent(const ProducerGroup& instance, const ProducerGroup::Polled& polled) {
  rd_kafka_event_t* const event = polled.event.get();
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR:
      OnDeliveryReports(event);
      break;
    case RD_KAFKA_EVENT_ERROR:
      OnErrorEvent(instance, polled);
      break;
    case RD_KAFKA_EVENT_STATS:
      OnStats(instance, polled);
      break;
    case RD_KAFKA_EVENT_LOG: {
      const char* facility = "";
      const char* text = "";
      int severity = 7;
      if (rd_kafka_event_log(event, &facility, &text, &severity) == 0) {
        log_.OnLog(severity, facility, text);
      }
      break;
    }
    default:
      break;
  }
}

void KafkaProducer::OnDeliveryReports(rd_kafka_event_t* event) {
  // A batch that the broker had already (its acknowledgement was lost) has no offsets; librdkafka
  // 2.0.2 then counts up from -1, so the first record of a run decides for the run.
  const rd_kafka_topic_t* run_topic = nullptr;
  std::int32_t run_partition = RD_KAFKA_PARTITION_UA;
  bool offset_known = false;
  std::vector<RecordAccumulator::Reported> reports;
  std::int64_t count = 0;
  const Clock::TimePoint now = clock_.Now();
  while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
    if (message->rkt != run_topic || message->partition != run_partition) {
      run_topic = message->rkt;
      run_partition = message->partition;
      offset_known = message->offset >= 0;
      reports.push_back({rd_kafka_topic_name(run_topic), run_partition});
    }
    auto* const record = static_cast<PendingRecord*>(message->_private);
    RecordAccumulator::Reported& run = reports.back();
    ++run.count;
    ++count;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && !std::exchange(run.stored, true)) {
      last_stored_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    }
    if (MayRetry(*message)) {
      run.refused = run.refused || RefusesBatch(message->err);
      run.code = CodeOf(message->err);
      run.retry.Push(record);
      continue;
    }
    record->reported_at = now;
    Report(record, ReportOf(*message, record->record(), offset_known));
  }
  for (RecordAccumulator::Reported& run : reports) {
    if (!run.refused || run.count > 1) continue;  // the only one: it is at fault
    PendingRecord* const record = run.retry.Pop();
    Report(record, MakeError(run.code, Persistence::kNotPersisted, record->record()));
  }
  const auto stored = [](const RecordAccumulator::Reported& run) { return run.stored; };
  if (!std::all_of(reports.begin(), reports.end(), stored)) resolver_->RefreshSoon();
  accumulator_.OnReports(reports);
  in_librdkafka_.fetch_sub(count, std::memory_order_release);
}

// Merges the statistics of all clients.
void KafkaProducer::OnStats(const ProducerGroup& instance, const ProducerGroup::Polled& polled) {
  const char* const json = rd_kafka_event_stats(polled.event.get());
  if (options_.on_statistics) options_.on_statistics(polled.client, json);
  std::optional<ClusterStats> read = stats_reader_.Read(json);
  if (!read) return;
  stats_.Update(polled.client, *std::move(read));
  const ClusterStats stats =
      stats_.Merge([&instance](std::size_t client) { return instance.InUse(client); });
  if (polled.client == 0) status_.OnStats(stats);  // it counts them: four per second
  std::vector<RecordAccumulator::Broker> brokers;
  for (const ClusterStats::Broker& broker : stats.brokers) {
    brokers.push_back({broker.id, broker.up, broker.silent_for});
  }
  accumulator_.SetBrokers(brokers);
}

// True if the record was certainly not stored and is not known to be at fault: the instance met a
// fatal error before it was sent, or another record of its batch was refused.
bool KafkaProducer::MayRetry(const rd_kafka_message_t& message) const {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_message_status(&message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED) {
    return false;
  }
  if (RefusesBatch(message.err)) return true;
  return !drained_.load(std::memory_order_relaxed) &&  // it is the drain that gives them up
         (message.err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || message.err == RD_KAFKA_RESP_ERR__FATAL);
}

DeliveryReport KafkaProducer::ReportOf(const rd_kafka_message_t& message, const Record& record,
                                       bool offset_known) const {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return DeliveryError(message.err, rd_kafka_message_status(&message), record,
                         status_.Connectivity());
  }
  RecordMetadata metadata;
  metadata.partition = message.partition;
  if (offset_known && message.offset >= 0) metadata.offset = message.offset;
  if (options_.embedded) {  // its reports carry a constant instead of the time
    metadata.timestamp =
        record.timestamp.value_or(clock_.UnixMillis() - rd_kafka_message_latency(&message) / 1'000);
  } else {
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    metadata.timestamp = rd_kafka_message_timestamp(&message, &type);
  }
  return metadata;
}

void KafkaProducer::OnErrorEvent(const ProducerGroup& instance,
                                 const ProducerGroup::Polled& polled) {
  rd_kafka_event_t* const event = polled.event.get();
  const rd_kafka_resp_err_t code = rd_kafka_event_error(event);
  // The event carries the cause as its code, not _FATAL.
  if (rd_kafka_event_error_is_fatal(event) == 0) {
    if (MeansCredentialsRefused(code)) status_.OnCredentialsRefused();
    if (const auto broker = BrokerOf(rd_kafka_event_error_string(event))) {
      accumulator_.MarkDown(*broker);
      stats_.MarkDown(polled.client, *broker);
      resolver_->RefreshSoon();
    }
    log_.OnError(code, rd_kafka_event_error_string(event));
    return;
  }
  std::array<char, 512> text{};
  const rd_kafka_resp_err_t cause =
      rd_kafka_fatal_error(instance.handle(polled.client), text.data(), text.size());
  if (MeansCredentialsRefused(cause)) status_.OnCredentialsRefused();
  logger_.Log(
      LogLevel::kCritical, "kafka-fatal",
      "The producer met a fatal error and is replaced by a new one: " + std::string(text.data()),
      {{"code", std::string_view(rd_kafka_err2name(cause))}});
  fatal_ = true;
}

// From now on nothing new reaches the instance. The client with the fatal error has given up what
// it had not sent; the others go on with what they have.
void KafkaProducer::Retire() {
  accumulator_.Pause();
  const std::lock_guard lock(state_mutex_);
  state_.instance.reset();
  for (auto& [name, opened] : state_.topics) opened.topic = nullptr;
  status_.OnFatal();
}

// No Send is still inside, and every record is reported. In this order: after Retire nobody comes
// in, so once all are out nothing is added to the count. One that was inside may have handed a
// record to a client that works.
bool KafkaProducer::MayDestroy(const std::shared_ptr<ProducerGroup>& instance) const {
  if (instance.use_count() != 1) return false;
  std::atomic_thread_fence(std::memory_order_acquire);
  return in_librdkafka_.load(std::memory_order_acquire) == 0;
}

std::shared_ptr<ProducerGroup> KafkaProducer::Replace() {
  auto made = MakeInstance(options_);
  if (!made.ok()) {
    logger_.Log(LogLevel::kCritical, "kafka-cannot-start",
                "A new producer instance cannot start. " + made.error());
    return nullptr;
  }
  std::shared_ptr<ProducerGroup> instance = std::move(made).value();
  if (options_.on_replaced) options_.on_replaced();
  stats_.Clear();
  {
    const std::lock_guard lock(state_mutex_);
    state_.instance = instance;
    for (auto& [name, opened] : state_.topics) {
      opened.topic = instance->OpenTopic(name, opened.partitions);
    }
    status_.OnReplaced();
  }
  accumulator_.Resume();
  swaps_.fetch_add(1, std::memory_order_relaxed);
  logger_.Log(LogLevel::kInformation, "kafka-replaced", "A new producer instance has started.");
  return instance;
}

}  // namespace gateway
