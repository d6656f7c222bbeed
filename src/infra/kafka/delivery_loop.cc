#include "infra/kafka/delivery_loop.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "infra/kafka/client/client_config.h"
#include "infra/kafka/client/error_codes.h"
#include "infra/kafka/types/record_errors.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kPoll{100};
constexpr milliseconds kTick{50};
constexpr milliseconds kPollRetiring{20};
constexpr std::chrono::seconds kRetireLimit{15};
// The time that a retiring group has to send its records; after it, unsent ones are taken back.
constexpr milliseconds kRetireGrace{1'000};
// The pause between two new groups. It grows to the longer one while the cluster denies them an id.
constexpr milliseconds kReplacePause{1'000};
constexpr milliseconds kLongestReplacePause{30'000};

}  // namespace

DeliveryLoop::DeliveryLoop(Options options, Parts parts)
    : options_(std::move(options)),
      parts_(parts),
      log_(parts.logger, parts.clock),
      scaler_(parts.accumulator, parts.logger, parts.clock),
      replace_pause_(kReplacePause),
      thread_([this] { Run(); }) {}

DeliveryLoop::~DeliveryLoop() {
  stop_.store(true);
  parts_.groups.WakePoll();
  thread_.join();
}

std::optional<Clock::TimePoint> DeliveryLoop::last_stored() const {
  const auto at = last_stored_.load(std::memory_order_relaxed);
  if (at == 0) return std::nullopt;
  return Clock::TimePoint(Clock::TimePoint::duration(at));
}

void DeliveryLoop::Run() {
  pthread_setname_np(pthread_self(), "kafka-reports");
  std::shared_ptr<ProducerGroup> group = parts_.groups.current();
  Retirement retirement;
  while (!stop_.load()) {
    Tick(group.get(), retirement.active);
    if (!group) group = ReplaceGroup();
    if (!group) {
      std::this_thread::sleep_for(kPollRetiring);
      continue;
    }
    PollOnce(*group, retirement.active);
    if (std::exchange(fatal_, false) && !retirement.active) {
      Retire(RetireReason::kFatalError, &retirement);
    }
    if (!retirement.active && renew_.exchange(false)) {
      Retire(RetireReason::kRenewal, &retirement);
    }
    if (retirement.active) Advance(&retirement, &group);
  }
}

void DeliveryLoop::Tick(ProducerGroup* group, bool retiring) {
  const Clock::TimePoint now = parts_.clock.Now();
  if (now - ticked_ < kTick) return;
  ticked_ = now;
  if (options_.heartbeat != nullptr) options_.heartbeat->Beat();
  log_.Tick();
  parts_.accumulator.Tick();
  parts_.accumulator.Sweep();
  // Queued records could only wait for an operator. They were not sent, so clients may retry them.
  if (parts_.status.Connectivity().access_refused) {
    parts_.accumulator.FailHeld(ErrorCode::kKafkaAccess);
  }
  if (parts_.accumulator.WaitsForLeader() || parts_.groups.TakeUnknownPartition()) {
    parts_.resolver.RefreshSoon();
  }
  if (group == nullptr || retiring) return;
  if (const auto closed = scaler_.Tick(*group)) {
    stats_.Remove(*closed);
    if (options_.on_client_closed) options_.on_client_closed(*closed);
  }
}

std::shared_ptr<ProducerGroup> DeliveryLoop::ReplaceGroup() {
  if (parts_.clock.Now() < replace_not_before_ || retries_ended_.load()) return nullptr;
  replace_not_before_ = parts_.clock.Now() + replace_pause_;
  renew_.store(false);  // the new group has the latest settings
  std::shared_ptr<ProducerGroup> group = parts_.groups.Replace();
  if (!group) return nullptr;
  if (options_.on_replaced) options_.on_replaced();
  stats_.Clear();
  scaler_.OnReplaced();
  parts_.accumulator.Resume();
  return group;
}

void DeliveryLoop::PollOnce(ProducerGroup& group, bool retiring) {
  const auto timeout = std::min<Clock::TimePoint::duration>(retiring ? kPollRetiring : kPoll,
                                                            parts_.accumulator.ReleaseLingering());
  // The event must be destroyed before the group: librdkafka counts its messages in the client.
  const ProducerGroup::Polled polled = group.Poll(timeout);
  if (polled.event) OnEvent(group, polled);
}

void DeliveryLoop::Retire(RetireReason reason, Retirement* retirement) {
  parts_.accumulator.Pause();
  parts_.groups.Retire(reason);
  if (reason == RetireReason::kRenewal) replace_not_before_ = {};
  *retirement = {true, parts_.clock.Now() + kRetireLimit, parts_.clock.Now() + kRetireGrace};
}

void DeliveryLoop::Advance(Retirement* retirement, std::shared_ptr<ProducerGroup>* group) {
  if (parts_.clock.Now() >= retirement->take_back) {
    (*group)->PurgeQueued();
    retirement->take_back = parts_.clock.Now() + kRetireGrace;
  }
  if (purge_.exchange(false) || parts_.clock.Now() >= retirement->give_up) {
    (*group)->Purge();
    retirement->give_up = parts_.clock.Now() + kRetireLimit;
  }
  if (!parts_.groups.MayDestroy(*group)) return;
  group->reset();
  retirement->active = false;
}

void DeliveryLoop::OnEvent(const ProducerGroup& group, const ProducerGroup::Polled& polled) {
  rd_kafka_event_t* const event = polled.event.get();
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR:
      return OnDeliveryReports(polled.client, event);
    case RD_KAFKA_EVENT_ERROR:
      return OnErrorEvent(group, polled);
    case RD_KAFKA_EVENT_STATS:
      return OnStats(group, polled);
    case RD_KAFKA_EVENT_LOG:
      return OnLogEvent(event);
    default:
      return;
  }
}

void DeliveryLoop::OnLogEvent(rd_kafka_event_t* event) {
  const char* facility = "";
  const char* text = "";
  int severity = 7;
  if (rd_kafka_event_log(event, &facility, &text, &severity) == 0) {
    log_.OnLog(severity, facility, text);
  }
}

void DeliveryLoop::OnDeliveryReports(std::size_t client, rd_kafka_event_t* event) {
  // If the broker already had a batch (its acknowledgement was lost), the reports have no offsets:
  // librdkafka 2.0.2 counts up from -1. So the first record of a run shows whether its offsets are
  // known.
  const rd_kafka_topic_t* run_topic = nullptr;
  std::int32_t run_partition = RD_KAFKA_PARTITION_UA;
  bool offset_known = false;
  std::vector<RecordAccumulator::Reported> reports;
  std::int64_t count = 0;
  const Clock::TimePoint now = parts_.clock.Now();
  while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
    if (message->rkt != run_topic || message->partition != run_partition) {
      run_topic = message->rkt;
      run_partition = message->partition;
      offset_known = message->offset >= 0;
      reports.push_back({rd_kafka_topic_name(run_topic), run_partition});
      reports.back().producer = client;
    }
    auto* const record = static_cast<PendingRecord*>(message->_private);
    RecordAccumulator::Reported& run = reports.back();
    ++run.count;
    ++count;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && !std::exchange(run.stored, true)) {
      last_stored_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    }
    if (MayRetry(*message)) {
      run.rejected = run.rejected || RejectsBatch(message->err);
      run.code = CodeOf(message->err);
      run.retry.Push(record);
      continue;
    }
    record->reported_at = now;
    DeliveryReport report = ReportOf(*message, record->record(), offset_known);
    if (!report.ok() && report.error().persistence != Persistence::kNotPersisted) {
      parts_.accumulator.Suspect(run.topic, run.partition, client);
    }
    parts_.reporter.Report(record, std::move(report));
  }
  FailLoneRejections(&reports);
  const auto stored = [](const RecordAccumulator::Reported& run) { return run.stored; };
  if (!std::all_of(reports.begin(), reports.end(), stored)) parts_.resolver.RefreshSoon();
  parts_.accumulator.OnReports(reports);
  parts_.groups.OnReported(count);
}

// A record that was rejected alone is the one at fault.
void DeliveryLoop::FailLoneRejections(std::vector<RecordAccumulator::Reported>* reports) {
  for (RecordAccumulator::Reported& run : *reports) {
    if (!run.rejected || run.count > 1) continue;
    PendingRecord* const record = run.retry.PopFront();
    parts_.reporter.Report(record,
                           MakeError(run.code, Persistence::kNotPersisted, record->record()));
  }
}

// Merges the statistics of all clients.
void DeliveryLoop::OnStats(const ProducerGroup& group, const ProducerGroup::Polled& polled) {
  const char* const json = rd_kafka_event_stats(polled.event.get());
  if (options_.on_statistics) options_.on_statistics(polled.client, json);
  std::optional<ClusterStats> read = stats_reader_.Read(json);
  if (!read) return;
  scaler_.OnStats(polled.client, *read);
  stats_.Update(polled.client, *std::move(read));
  const ClusterStats stats = stats_.Merge([&group](std::size_t number) {
    const auto client = group.client(number);
    return number == 0 || (client && client->in_use());
  });
  if (polled.client == 0) parts_.status.OnStats(stats);  // the tracker counts on four per second
  if (ProducerIdOf(stats.idempotence) == ProducerId::kAssigned) replace_pause_ = kReplacePause;
  std::vector<RecordAccumulator::Broker> brokers;
  for (const ClusterStats::Broker& broker : stats.brokers) {
    brokers.push_back({broker.id, broker.up, broker.silent_for});
  }
  parts_.accumulator.SetBrokers(brokers);
}

// True if the record was certainly not stored and is not known to be at fault: its group was
// retired before it was sent, or a broker rejected its batch.
bool DeliveryLoop::MayRetry(const rd_kafka_message_t& message) const {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_message_status(&message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED) {
    return false;
  }
  if (RejectsBatch(message.err)) return true;
  return !retries_ended_.load(std::memory_order_relaxed) &&  // else the drain gives them up
         (message.err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || message.err == RD_KAFKA_RESP_ERR__FATAL);
}

DeliveryReport DeliveryLoop::ReportOf(const rd_kafka_message_t& message, const Record& record,
                                      bool offset_known) const {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return DeliveryError(message.err, rd_kafka_message_status(&message), record,
                         parts_.status.Connectivity());
  }
  RecordMetadata metadata;
  metadata.partition = message.partition;
  if (offset_known && message.offset >= 0) metadata.offset = message.offset;
  if (options_.embedded) {  // it reports a constant instead of the time
    metadata.timestamp = record.timestamp.value_or(parts_.clock.UnixMillis() -
                                                   rd_kafka_message_latency(&message) / 1'000);
  } else {
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    metadata.timestamp = rd_kafka_message_timestamp(&message, &type);
  }
  return metadata;
}

void DeliveryLoop::OnErrorEvent(const ProducerGroup& group, const ProducerGroup::Polled& polled) {
  rd_kafka_event_t* const event = polled.event.get();
  // A fatal event carries the cause as its code, not _FATAL.
  if (rd_kafka_event_error_is_fatal(event) != 0) return OnFatalError(group, polled);
  const rd_kafka_resp_err_t code = rd_kafka_event_error(event);
  const AccessEvidence evidence{options_.hooks == nullptr ? 0 : options_.hooks->x509_error.load(),
                                parts_.status.was_up()};
  if (auto fault =
          AccessFaultOf(code, rd_kafka_event_error_string(event), options_.attempt, evidence)) {
    parts_.status.OnAccessFault(*std::move(fault));
  }
  if (const auto broker = BrokerOf(rd_kafka_event_error_string(event))) {
    parts_.accumulator.MarkDown(*broker);
    stats_.MarkDown(polled.client, *broker);
    parts_.resolver.RefreshSoon();
  }
  log_.OnError(code, rd_kafka_event_error_string(event));
}

void DeliveryLoop::OnFatalError(const ProducerGroup& group, const ProducerGroup::Polled& polled) {
  std::array<char, 512> text{};
  const rd_kafka_resp_err_t cause =
      rd_kafka_fatal_error(group.client(polled.client)->handle(), text.data(), text.size());
  if (cause == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED) {
    parts_.status.OnAccessFault(ClusterDenied(text.data()));
    replace_not_before_ = parts_.clock.Now() + replace_pause_;
    replace_pause_ = std::min(2 * replace_pause_, kLongestReplacePause);
  }
  parts_.logger.Log(
      LogLevel::kCritical, "kafka-fatal",
      "The producer met a fatal error and is replaced by a new one: " + std::string(text.data()),
      {{"code", std::string_view(rd_kafka_err2name(cause))}});
  fatal_ = true;
}

}  // namespace gateway
