// Shared by the tests of infra/kafka: records that wait for their report, ports that several
// threads may call, and a consumer that reads records back. Not for other layers.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_KAFKA_TEST_SUPPORT_H_
#define GATEWAY_TESTS_SUPPORT_CPP_KAFKA_TEST_SUPPORT_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "infra/kafka/client/embedded_broker.h"
#include "infra/kafka/kafka_producer.h"
#include "infra/os/system_clock.h"
#include "service/ports/logger.h"
#include "service/ports/produce_metrics.h"
#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"

namespace gateway {

// Reaches the librdkafka instance, to inspect it and to make it fail.
struct KafkaProducerTestPeer {
  static std::shared_ptr<ProducerGroup> Instance(KafkaProducer& producer) {
    return producer.groups_.current();
  }
  static void MakeFatal(KafkaProducer& producer, std::size_t client = 0) {
    rd_kafka_test_fatal_error(Instance(producer)->client(client)->handle(),
                              RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "made by the test");
  }
  // The topic was found, so that no record waits for its look-up any more. False: it hangs.
  static bool AwaitFound(KafkaProducer& producer, const std::string& topic) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (producer.accumulator_.PartitionsOf(topic) == 0) {
      if (std::chrono::steady_clock::now() >= until) return false;
      std::this_thread::yield();
    }
    return true;
  }
  // As if a look-up had found that the topic has this layout.
  static void Update(KafkaProducer& producer, const std::string& topic, const TopicLayout& layout) {
    producer.OnLayout(topic, layout);
  }
};

namespace testing {

// A property with which the client works now; empty if it is not set.
std::string PropertyOf(rd_kafka_t* client, const char* name);

// Far longer than any step of these tests takes: only a hang reaches it, and becomes a failure.
inline constexpr std::chrono::seconds kHang{30};

// A counter; any thread may wait for a count.
class Counter final {
 public:
  void Add() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  int count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  bool WaitFor(int count) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kHang, [&] { return count_ >= count; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  int count_ = 0;
};

// A record that owns its bytes and remembers its reports.
class TestRecord final : public PendingRecord {
 public:
  TestRecord(std::string topic, std::optional<std::string> key, std::optional<std::string> value,
             std::optional<Partition> partition = std::nullopt)
      : PendingRecord(&record_),
        topic_(std::move(topic)),
        key_(std::move(key)),
        value_(std::move(value)) {
    record_.topic = topic_;
    if (key_) record_.key = *key_;
    if (value_) record_.value = *value_;
    record_.partition = partition;
  }
  TestRecord(const TestRecord&) = delete;
  TestRecord& operator=(const TestRecord&) = delete;

  Record& fields() { return record_; }
  std::vector<Header>& headers() { return headers_; }
  void UseHeaders() { record_.headers = headers_; }

  using PendingRecord::Withdraw;
  void Report(DeliveryReport report) override {
    if (on_report) on_report(*this);
    {
      const std::lock_guard lock(mutex_);
      reports_.push_back(std::move(report));
      changed_.notify_all();
    }
  }

  // Waits for the report and returns it.
  const DeliveryReport& Await() const {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kHang, [&] { return !reports_.empty(); })) {
      static const DeliveryReport hang(Error(ErrorCode::kInternal, "the test waited for nothing"));
      return hang;
    }
    return reports_.front();
  }
  std::size_t reports() const {
    const std::lock_guard lock(mutex_);
    return reports_.size();
  }

  std::function<void(TestRecord&)> on_report;

 private:
  std::string topic_;
  std::optional<std::string> key_;
  std::optional<std::string> value_;
  std::vector<Header> headers_;
  Record record_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<DeliveryReport> reports_;
};

// "TopicNotFound/NotPersisted"-like words would hide a wrong number; compare codes.
inline ErrorCode CodeOfReport(const DeliveryReport& report) {
  return report.ok() ? ErrorCode::kInternal : report.error().code;
}

class SharedLogger final : public Logger {
 public:
  struct Line {
    LogLevel level;
    std::string event;
    std::string message;
    std::map<std::string, std::string> text_fields;
  };
  bool Enabled(LogLevel) const override { return true; }
  void Log(LogLevel level, std::string_view event, std::string_view message,
           std::initializer_list<LogField> fields) override {
    Line line{level, std::string(event), std::string(message), {}};
    for (const LogField& field : fields) {
      if (const auto* text = std::get_if<std::string_view>(&field.value)) {
        line.text_fields[std::string(field.name)] = std::string(*text);
      }
    }
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  bool WaitFor(std::string_view event) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kHang, [&] {
      return std::any_of(lines_.begin(), lines_.end(),
                         [&](const Line& line) { return line.event == event; });
    });
  }
  std::vector<Line> Of(std::string_view event) const {
    const std::lock_guard lock(mutex_);
    std::vector<Line> found;
    for (const Line& line : lines_) {
      if (line.event == event) found.push_back(line);
    }
    return found;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<Line> lines_;
};

// Remembers readiness; any thread may wait for it.
class ReadinessMetrics final : public ProduceMetrics {
 public:
  void OnRecordsSent(std::int64_t, std::int64_t) override {}
  void OnRecordReported(std::string_view, RecordResult, std::size_t,
                        std::chrono::nanoseconds) override {}
  void OnBatch(std::size_t) override {}
  void OnRecordsHeld(std::int64_t) override {}
  void OnRecordsWithdrawn(std::size_t) override {}
  void OnDispatchRound(std::size_t) override {}
  void OnKafkaReady(bool ready) override {
    const std::lock_guard lock(mutex_);
    ready_ = ready;
    changed_.notify_all();
  }

  bool WaitForReady(bool ready) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kHang, [&] { return ready_ == ready; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool ready_ = false;
};

// A record as a consumer sees it.
struct ReadRecord {
  Partition partition = -1;
  Offset offset = -1;
  TimestampMs timestamp = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

// Reads `count` records from the start of one partition; fewer if they do not arrive in time.
std::vector<ReadRecord> ReadBack(const std::string& bootstrap, const std::string& topic,
                                 Partition partition, std::size_t count);

// The system's clock, which can be set forward.
class SkippingClock final : public Clock {
 public:
  TimePoint Now() const override { return clock_.Now() + skipped_.load(); }
  TimestampMs UnixMillis() const override { return clock_.UnixMillis(); }
  void Skip(TimePoint::duration time) { skipped_.store(skipped_.load() + time); }

 private:
  SystemClock clock_;
  std::atomic<TimePoint::duration> skipped_{};
};

// An embedded broker and a producer on it.
class EmbeddedKafka {
 public:
  explicit EmbeddedKafka(const std::function<void(KafkaProducer::Options&)>& adjust = {});
  KafkaProducer& producer() { return *producer_; }
  void Send(PendingRecord* record) {
    RecordQueue records;
    records.Push(record);
    static_cast<void>(producer_->Submit(std::move(records)));
  }
  // Submits all records as one request.
  template <typename Records>
  void SendAll(Records& all) {
    RecordQueue records;
    for (auto& record : all) records.Push(&record);
    static_cast<void>(producer_->Submit(std::move(records)));
  }
  EmbeddedBroker& broker() { return *broker_; }
  void DestroyProducer() { producer_.reset(); }

  SharedLogger logger;
  ReadinessMetrics metrics;
  SkippingClock clock;

 private:
  std::unique_ptr<EmbeddedBroker> broker_;
  std::unique_ptr<KafkaProducer> producer_;
};

}  // namespace testing
}  // namespace gateway

#endif  // GATEWAY_TESTS_SUPPORT_CPP_KAFKA_TEST_SUPPORT_H_
