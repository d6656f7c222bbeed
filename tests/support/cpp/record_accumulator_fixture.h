// A RecordAccumulator with a fake Kafka, which takes records and reports them when the test says.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_RECORD_ACCUMULATOR_FIXTURE_H_
#define GATEWAY_TESTS_SUPPORT_CPP_RECORD_ACCUMULATOR_FIXTURE_H_

#include <gmock/gmock.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infra/kafka/accumulator/record_accumulator.h"
#include "service/produce/produce_operation.h"
#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "support/cpp/fakes.h"
#include "support/cpp/kafka_test_support.h"

namespace gateway::testing {

// A record of a test that may also withdraw it.
class HeldRecord final : public PendingRecord {
 public:
  HeldRecord(std::string topic, std::optional<std::string> key, std::string value,
             std::optional<Partition> partition)
      : PendingRecord(&record_),
        topic_(std::move(topic)),
        key_(std::move(key)),
        value_(std::move(value)) {
    record_.topic = topic_;
    if (key_) record_.key = *key_;
    record_.value = value_;
    record_.partition = partition;
  }
  HeldRecord(const HeldRecord&) = delete;
  HeldRecord& operator=(const HeldRecord&) = delete;

  using PendingRecord::Withdraw;
  void Report(DeliveryReport report) override { reports.push_back(std::move(report)); }
  const std::string& value() const { return value_; }

  std::vector<DeliveryReport> reports;
  std::size_t producer = 0;  // to which it was dispatched last

 private:
  std::string topic_;
  std::optional<std::string> key_;
  std::string value_;
  Record record_;
};

class FakeKafka final : public BatchSink, public ReportSink, public TimerSink {
 public:
  using Place = std::pair<std::string, Partition>;

  std::optional<BatchRefusal> Produce(std::size_t producer, const std::string& topic,
                                      Partition partition, RecordQueue* records) override {
    while (!records->empty()) {
      if (room == 0) {
        if (before_refusal) before_refusal();
        return BatchRefusal{true, {}};
      }
      auto* const record = static_cast<HeldRecord*>(records->front());
      if (record->value() == refused) {
        Error error;
        error.code = ErrorCode::kRecordTooLarge;
        return BatchRefusal{false, std::move(error)};
      }
      --room;
      record->producer = producer;
      in_flight[{topic, partition}].push_back(record);
      log[{topic, partition}] += record->value();
      records->Pop();
    }
    return std::nullopt;
  }
  void OnTimerSooner() override { ++timer_calls; }
  void Report(PendingRecord* record, DeliveryReport report) override {
    if (on_report) on_report();
    record->Report(std::move(report));
  }

  std::map<Place, std::vector<HeldRecord*>> in_flight;  // dispatched, not reported
  std::map<Place, std::string> log;  // the values, in the order of their dispatch
  std::string refused = "?";
  std::size_t room = 1'000'000;
  int timer_calls = 0;
  std::function<void()> before_refusal;
  std::function<void()> on_report;
};

class RecordAccumulatorTest : public ::testing::Test {
 protected:
  explicit RecordAccumulatorTest(RecordAccumulator::Options options = {}) { Make(options); }

  void Make(RecordAccumulator::Options options) {
    queue_ = std::make_unique<RecordAccumulator>(options, kafka_, kafka_, kafka_, metrics_, clock_);
  }
  // Partition i of the topic is led by leaders[i].
  void AddTopic(const std::string& name, std::vector<PartitionLeader> leaders) {
    queue_->SetLayout(name, TopicLayout{std::move(leaders)});
  }
  HeldRecord& Make(const std::string& topic, std::string value,
                   std::optional<Partition> partition = 0) {
    return records_.emplace_back(topic, std::nullopt, std::move(value), partition);
  }
  // Adds a record to the next request.
  HeldRecord& Append(const std::string& topic, std::string value,
                     std::optional<Partition> partition = 0) {
    HeldRecord& record = Make(topic, std::move(value), partition);
    request_.Push(&record);
    return record;
  }
  // Submits the request with all appended records.
  RecordAccumulator::Submitted Submit() { return queue_->Submit(std::move(request_)); }
  HeldRecord& Send(const std::string& topic, std::string value,
                   std::optional<Partition> partition = 0) {
    HeldRecord& record = Append(topic, std::move(value), partition);
    static_cast<void>(Submit());
    return record;
  }
  // Reports all records of the partition that are in flight as stored.
  void Store(const std::string& topic, Partition partition = 0) {
    std::map<std::size_t, std::size_t> counts;  // by producer
    for (HeldRecord* record : std::exchange(kafka_.in_flight[{topic, partition}], {})) {
      ++counts[record->producer];
      record->Report(Stored(partition, 0));
    }
    std::vector<RecordAccumulator::Reported> reports;
    for (const auto& [producer, count] : counts) {
      reports.push_back({topic, partition, count, true, producer});
    }
    queue_->OnReports(reports);
  }
  // Returns all records of the partition that are in flight: rejected as a batch, or never sent.
  void GiveBack(const std::string& topic, bool rejected, Partition partition = 0) {
    std::vector<HeldRecord*> in_flight = std::exchange(kafka_.in_flight[{topic, partition}], {});
    RecordAccumulator::Reported reported{topic, partition, in_flight.size()};
    for (HeldRecord* record : in_flight) {
      auto& log = kafka_.log[{topic, partition}];
      log.resize(log.size() - record->value().size());
      reported.retry.Push(record);
    }
    reported.rejected = rejected;
    reported.code = ErrorCode::kRecordTooLarge;
    queue_->OnReports({&reported, 1});
  }
  // Reports dispatched records like a broker that rejects each batch with a value of `bad` in it,
  // until nothing is in flight; returns the number of batches.
  int RunBroker(const std::string& topic, std::string_view bad) {
    int batches = 0;
    while (!kafka_.in_flight[{topic, 0}].empty()) {
      ++batches;
      const auto& in_flight = kafka_.in_flight[{topic, 0}];
      const bool rejected =
          std::any_of(in_flight.begin(), in_flight.end(), [bad](HeldRecord* record) {
            return bad.find(record->value()) != std::string_view::npos;
          });
      if (!rejected) {
        Store(topic);
      } else if (in_flight.size() > 1) {
        GiveBack(topic, true);
      } else {
        in_flight.front()->Report(NotStored(ErrorCode::kRecordTooLarge));
        kafka_.in_flight[{topic, 0}].clear();
        kafka_.log[{topic, 0}].pop_back();
        RecordAccumulator::Reported reported{topic, 0, 1};
        queue_->OnReports({&reported, 1});
      }
    }
    return batches;
  }
  const std::string& Log(const std::string& topic, Partition partition = 0) {
    return kafka_.log[{topic, partition}];
  }
  void BrokersAre(std::vector<RecordAccumulator::Broker> brokers) { queue_->SetBrokers(brokers); }
  static RecordAccumulator::Broker Up(BrokerId id) { return {id, true, {}}; }
  static RecordAccumulator::Broker Down(BrokerId id) { return {id, false, {}}; }
  static RecordAccumulator::Broker Silent(BrokerId id) { return {id, true, std::chrono::hours(1)}; }

  FakeKafka kafka_;
  FakeMetrics metrics_;
  FakeClock clock_;
  std::deque<HeldRecord> records_;
  RecordQueue request_;  // records of the next Submit
  std::unique_ptr<RecordAccumulator> queue_;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_RECORD_ACCUMULATOR_FIXTURE_H_
