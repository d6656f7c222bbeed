// Fakes of the ports, for tests of service and api. Deterministic: only the test makes something
// happen. Several threads may call metrics and logger; a test reads their members only when no
// other thread uses them any more, or through a method here.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_FAKES_H_
#define GATEWAY_TESTS_SUPPORT_CPP_FAKES_H_

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/ports/clock.h"
#include "service/ports/http_metrics.h"
#include "service/ports/kafka_health.h"
#include "service/ports/logger.h"
#include "service/ports/metrics_exporter.h"
#include "service/ports/produce_metrics.h"
#include "service/ports/producer.h"
#include "service/ports/topic_catalog.h"
#include "service/types/error.h"
#include "service/types/kafka_status.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "service/types/record_queue.h"

namespace gateway::testing {

class FakeClock final : public Clock {
 public:
  TimePoint Now() const override { return now_; }
  TimestampMs UnixMillis() const override { return unix_ms_; }
  void Advance(std::chrono::milliseconds by) {
    now_ += by;
    unix_ms_ += by.count();
  }

 private:
  TimePoint now_{std::chrono::hours(1)};
  TimestampMs unix_ms_ = 1'700'000'000'000;
};

// Keeps the submitted records for the test to report. Dispatches each record at once, as if it were
// in flight, unless the test lets it queue them.
class FakeProducer final : public Producer {
 public:
  std::optional<Error> Submit(RecordQueue records) override {
    ++submits;
    for (const PendingRecord* record = records.front(); record != nullptr; record = record->next) {
      if (record->record().topic != full_topic) continue;
      Error error;
      error.code = ErrorCode::kOverloaded;
      error.detail = "The backlog of topic \"" + full_topic + "\" is full, says the test.";
      return error;
    }
    while (PendingRecord* const record = records.Pop()) {
      if (!holds) static_cast<void>(record->TryClaim());
      if (on_send) {
        on_send(record);
      } else {
        sent.push_back(record);
      }
    }
    return std::nullopt;
  }
  void OnExpired(std::span<const PendingRecord* const> records) override {
    expired += records.size();
  }
  void OnWithdrawn(std::size_t count) override { withdrawn += count; }
  std::vector<PendingRecord*> sent;
  std::function<void(PendingRecord*)> on_send;
  std::size_t expired = 0;
  bool holds = false;
  std::string full_topic;  // "": none
  int submits = 0;
  std::size_t withdrawn = 0;
};

inline DeliveryReport Stored(Partition partition, Offset offset,
                             TimestampMs timestamp = 1'700'000'000'000) {
  return RecordMetadata{partition, offset, timestamp};
}

inline DeliveryReport NotStored(ErrorCode code,
                                Persistence persistence = Persistence::kNotPersisted) {
  Error error;
  error.code = code;
  error.persistence = persistence;
  error.detail = "A fault made by the test.";
  return error;
}

class FakeMetrics final : public HttpMetrics, public ProduceMetrics, public MetricsExporter {
 public:
  void OnRequestStarted() override {
    const std::lock_guard lock(mutex_);
    ++requests_started;
  }
  void OnRequestFinished(std::string_view, std::string_view route, int status,
                         std::chrono::nanoseconds, std::size_t, std::size_t) override {
    const std::lock_guard lock(mutex_);
    requests.emplace_back(std::string(route), status);
  }
  void OnHttpRejected(std::string_view reason) override {
    const std::lock_guard lock(mutex_);
    rejected.emplace_back(reason);
  }
  void OnConnectionsChanged(std::int64_t delta) override {
    const std::lock_guard lock(mutex_);
    connections += delta;
  }
  void OnStreamsChanged(std::int64_t delta) override {
    const std::lock_guard lock(mutex_);
    streams += delta;
  }
  void OnStreamBytes(std::size_t bytes) override {
    const std::lock_guard lock(mutex_);
    stream_bytes += bytes;
  }
  void OnRecordsSent(std::int64_t count, std::int64_t) override {
    const std::lock_guard lock(mutex_);
    records_sent += count;
  }
  void OnRecordReported(std::string_view topic, RecordResult result, std::size_t,
                        std::chrono::nanoseconds) override {
    const std::lock_guard lock(mutex_);
    records.emplace_back(std::string(topic), result);
  }
  void OnBatch(std::size_t) override {}
  void OnRecordsHeld(std::int64_t delta) override {
    const std::lock_guard lock(mutex_);
    records_held += delta;
  }
  void OnRecordsWithdrawn(std::size_t count) override {
    const std::lock_guard lock(mutex_);
    records_withdrawn += count;
  }
  void OnDispatchRound(std::size_t size) override {
    const std::lock_guard lock(mutex_);
    dispatch_rounds.push_back(size);
  }
  void OnAcceptedFailed(std::int64_t count) override {
    const std::lock_guard lock(mutex_);
    accepted_failed += count;
  }
  void OnRecordFailed(ErrorCode code) override {
    const std::lock_guard lock(mutex_);
    record_errors.push_back(code);
  }
  void OnAuthentication(AuthScheme scheme, AuthResult result) override {
    const std::lock_guard lock(mutex_);
    authentications.emplace_back(scheme, result);
  }
  void OnPrincipalAnswered(std::string_view principal, int status) override {
    const std::lock_guard lock(mutex_);
    principals.emplace_back(std::string(principal), status);
  }
  void OnRateLimited(std::string_view principal, RateUnit unit) override {
    const std::lock_guard lock(mutex_);
    rate_limited.emplace_back(std::string(principal), unit);
  }
  void OnProblem(std::string_view code) override {
    const std::lock_guard lock(mutex_);
    problems.emplace_back(code);
  }
  void OnStage(LatencyStage stage, std::chrono::nanoseconds took) override {
    const std::lock_guard lock(mutex_);
    stages[stage].push_back(took);
  }
  void OnKafkaReady(bool ready) override { kafka_ready = ready; }
  std::string Scrape() const override { return "# fake\n"; }

  std::int64_t Count(RecordResult result) const {
    const std::lock_guard lock(mutex_);
    return std::count_if(records.begin(), records.end(),
                         [result](const auto& record) { return record.second == result; });
  }
  bool Rejected(std::string_view reason) const {
    const std::lock_guard lock(mutex_);
    return std::find(rejected.begin(), rejected.end(), reason) != rejected.end();
  }

  int requests_started = 0;
  std::int64_t connections = 0;
  std::int64_t streams = 0;
  std::size_t stream_bytes = 0;
  std::int64_t records_sent = 0;
  std::int64_t records_held = 0;
  std::size_t records_withdrawn = 0;
  std::vector<std::size_t> dispatch_rounds;
  std::int64_t accepted_failed = 0;
  bool kafka_ready = false;
  std::map<LatencyStage, std::vector<std::chrono::nanoseconds>> stages;
  std::vector<ErrorCode> record_errors;
  std::vector<std::string> problems;
  std::vector<std::pair<AuthScheme, AuthResult>> authentications;
  std::vector<std::pair<std::string, int>> principals;
  std::vector<std::pair<std::string, RateUnit>> rate_limited;
  std::vector<std::pair<std::string, int>> requests;
  std::vector<std::pair<std::string, RecordResult>> records;
  std::vector<std::string> rejected;

 private:
  mutable std::mutex mutex_;
};

// Answers at once, or keeps the callers for the test to answer.
class FakeTopicCatalog final : public TopicCatalog {
 public:
  void List(Callback done) override {
    if (held) {
      waiting.push_back(std::move(done));
    } else {
      done(answer);
    }
  }
  void Tell(std::vector<TopicInfo> topics) {
    answer = std::make_shared<const std::vector<TopicInfo>>(std::move(topics));
  }
  Result<Topics> answer = Topics(std::make_shared<const std::vector<TopicInfo>>());
  bool held = false;
  std::vector<Callback> waiting;
};

class FakeKafkaHealth final : public KafkaHealth {
 public:
  KafkaStatus Status() const override { return status; }
  KafkaStatus status{true, false, 1, 1, "1 of 1 brokers is up."};
};

class FakeLogger final : public Logger {
 public:
  bool Enabled(LogLevel) const override { return true; }
  void Log(LogLevel level, std::string_view event, std::string_view message,
           std::initializer_list<LogField> fields) override {
    const std::lock_guard lock(mutex_);
    lines.push_back({level, std::string(event), std::string(message), {}});
    for (const LogField& field : fields) {
      if (std::holds_alternative<std::monostate>(field.value)) continue;
      std::string& text = lines.back().fields[std::string(field.name)];
      if (const auto* value = std::get_if<std::string_view>(&field.value)) text = *value;
      if (const auto* value = std::get_if<std::int64_t>(&field.value)) {
        text = std::to_string(*value);
      }
    }
  }
  struct Line {
    LogLevel level;
    std::string event;
    std::string message;
    std::map<std::string, std::string> fields;  // fields with text or integers
  };
  std::vector<Line> lines;

 private:
  std::mutex mutex_;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_FAKES_H_
