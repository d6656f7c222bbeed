// The thread "kafka-reports" of KafkaProducer: it serves the event queue, and replaces an instance
// that has met a fatal error.
#include <pthread.h>

#include <array>
#include <utility>

#include "kafka/kafka_conf.h"
#include "kafka/kafka_errors.h"
#include "kafka/kafka_producer.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kPoll{500};
constexpr milliseconds kPollRetiring{20};
constexpr std::chrono::seconds kRetireLimit{15};  // then what is still out is given up
constexpr milliseconds kReplacePause{1'000};      // between two new instances

bool TellsOfCredentials(rd_kafka_resp_err_t code) {
  return CodeOf(code) == ErrorCode::kClusterAuthorizationFailed;
}

}  // namespace

void KafkaProducer::Run() {
  pthread_setname_np(pthread_self(), "kafka-reports");
  std::shared_ptr<KafkaInstance> instance;
  {
    const std::lock_guard lock(state_mutex_);
    instance = state_.instance;
  }
  bool retiring = false;
  SteadyClock::time_point give_up{};
  SteadyClock::time_point not_before{};
  while (!stop_.load()) {
    if (!instance) {
      if (SteadyClock::now() >= not_before && !draining_.load()) {
        instance = Replace();
        not_before = SteadyClock::now() + kReplacePause;
      }
      if (!instance) std::this_thread::sleep_for(kPollRetiring);
      continue;
    }
    const RdEvent event = instance->Poll(retiring ? kPollRetiring : kPoll);
    if (event) OnEvent(*instance, event.get());
    if (std::exchange(fatal_, false) && !retiring) {
      Retire();
      retiring = true;
      give_up = SteadyClock::now() + kRetireLimit;
    }
    if (!retiring) continue;
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

void KafkaProducer::OnEvent(const KafkaInstance& instance, rd_kafka_event_t* event) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR:
      OnDeliveryReports(event);
      break;
    case RD_KAFKA_EVENT_ERROR:
      OnErrorEvent(instance, event);
      break;
    case RD_KAFKA_EVENT_STATS:
      if (const auto stats = ParseKafkaStats(rd_kafka_event_stats(event))) status_.OnStats(*stats);
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
  while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
    if (message->rkt != run_topic || message->partition != run_partition) {
      run_topic = message->rkt;
      run_partition = message->partition;
      offset_known = message->offset >= 0;
    }
    auto* const record = static_cast<PendingRecord*>(message->_private);
    Report(record, ReportOf(*message, record->record(), offset_known));
    in_librdkafka_.fetch_sub(1, std::memory_order_release);
  }
}

DeliveryReport KafkaProducer::ReportOf(const rd_kafka_message_t& message, const Record& record,
                                       bool offset_known) const {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return DeliveryError(message.err, rd_kafka_message_status(&message), record, status_.Trouble());
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

void KafkaProducer::OnErrorEvent(const KafkaInstance& instance, rd_kafka_event_t* event) {
  const rd_kafka_resp_err_t code = rd_kafka_event_error(event);
  // The event carries the cause as its code, not _FATAL.
  if (rd_kafka_event_error_is_fatal(event) == 0) {
    if (TellsOfCredentials(code)) status_.OnCredentialsRefused();
    log_.OnError(code, rd_kafka_event_error_string(event));
    return;
  }
  std::array<char, 512> text{};
  const rd_kafka_resp_err_t cause =
      rd_kafka_fatal_error(instance.handle(), text.data(), text.size());
  if (TellsOfCredentials(cause)) status_.OnCredentialsRefused();
  logger_.Log(
      LogLevel::kCritical, "kafka-fatal",
      "The producer met a fatal error and is replaced by a new one: " + std::string(text.data()),
      {{"code", std::string_view(rd_kafka_err2name(cause))}});
  fatal_ = true;
}

// From now on nothing new reaches the instance; librdkafka has given up what it had not sent.
void KafkaProducer::Retire() {
  const std::lock_guard lock(state_mutex_);
  state_.instance.reset();
  for (auto& [name, topic] : state_.topics) topic.handle = nullptr;
  status_.OnFatal();
}

// Once every record is reported, and no Send is still inside.
bool KafkaProducer::MayDestroy(const std::shared_ptr<KafkaInstance>& instance) const {
  return in_librdkafka_.load(std::memory_order_acquire) == 0 && instance.use_count() == 1;
}

std::shared_ptr<KafkaInstance> KafkaProducer::Replace() {
  Result<RdConf, std::string> conf = MakeKafkaConf(
      {options_.kafka, options_.max_record_bytes, options_.embedded}, KafkaClientKind::kProducer);
  if (!conf.ok()) return nullptr;
  auto made = KafkaInstance::Create(std::move(conf).value());
  if (!made.ok()) {
    logger_.Log(LogLevel::kCritical, "kafka-cannot-start",
                "librdkafka cannot start again: " + made.error());
    return nullptr;
  }
  std::shared_ptr<KafkaInstance> instance = std::move(made).value();
  const std::lock_guard lock(state_mutex_);
  state_.instance = instance;
  for (auto& [name, topic] : state_.topics) topic.handle = instance->OpenTopic(name);
  status_.OnReplaced();
  logger_.Log(LogLevel::kInformation, "kafka-replaced", "A new producer instance has started.");
  return instance;
}

}  // namespace gateway
