// A WaveQueue with a Kafka that takes what it is given and reports when the test says so.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_WAVE_QUEUE_FIXTURE_H_
#define GATEWAY_TESTS_SUPPORT_CPP_WAVE_QUEUE_FIXTURE_H_

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

#include "infra/kafka/accumulator/wave_queue.h"
#include "service/produce/produce_batch.h"
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

 private:
  std::string topic_;
  std::optional<std::string> key_;
  std::string value_;
  Record record_;
};

class FakeKafka final : public WaveQueue::Sink {
 public:
  using Place = std::pair<std::string, Partition>;

  std::optional<WaveQueue::Refusal> Produce(const std::string& topic, Partition partition,
                                            RecordQueue* records) override {
    while (!records->empty()) {
      if (room == 0) {
        if (before_refusal) before_refusal();
        return WaveQueue::Refusal{true, {}};
      }
      auto* const record = static_cast<HeldRecord*>(records->front());
      if (record->value() == refused) {
        Error error;
        error.code = ErrorCode::kRecordTooLarge;
        return WaveQueue::Refusal{false, std::move(error)};
      }
      --room;
      out[{topic, partition}].push_back(record);
      log[{topic, partition}] += record->value();
      records->Pop();
    }
    return std::nullopt;
  }
  void Report(PendingRecord* record, DeliveryReport report) override {
    record->Report(std::move(report));
  }

  std::map<Place, std::vector<HeldRecord*>> out;  // taken, not reported
  std::map<Place, std::string> log;               // the values, in the order in which they came
  std::string refused = "?";
  std::size_t room = 1'000'000;
  std::function<void()> before_refusal;
};

class WaveQueueTest : public ::testing::Test {
 protected:
  explicit WaveQueueTest(WaveQueue::Options options = {}) { Make(options); }

  void Make(WaveQueue::Options options) {
    queue_ = std::make_unique<WaveQueue>(options, kafka_, metrics_, clock_);
  }
  // Partition i of the topic is led by leaders[i].
  void AddTopic(const std::string& name, std::vector<BrokerId> leaders) {
    queue_->SetLayout(name, TopicLayout{std::move(leaders)});
    queue_->Publish(name);
  }
  HeldRecord& Make(const std::string& topic, std::string value,
                   std::optional<Partition> partition = 0) {
    return records_.emplace_back(topic, std::nullopt, std::move(value), partition);
  }
  HeldRecord& Push(const std::string& topic, std::string value,
                   std::optional<Partition> partition = 0) {
    HeldRecord& record = Make(topic, std::move(value), partition);
    EXPECT_EQ(queue_->Push(&record), WaveQueue::Pushed::kHeld);
    return record;
  }
  HeldRecord& Send(const std::string& topic, std::string value,
                   std::optional<Partition> partition = 0) {
    HeldRecord& record = Push(topic, std::move(value), partition);
    queue_->Kick();
    return record;
  }
  // Everything of one partition that is out is reported as stored.
  void Store(const std::string& topic, Partition partition = 0) {
    std::vector<HeldRecord*> out = std::exchange(kafka_.out[{topic, partition}], {});
    for (HeldRecord* record : out) record->Report(Stored(partition, 0));
    WaveQueue::Reported reported{topic, partition, out.size(), true};
    queue_->OnReports({&reported, 1});
  }
  // Everything of one partition that is out comes back: refused as a batch, or never sent.
  void GiveBack(const std::string& topic, bool refused, Partition partition = 0) {
    std::vector<HeldRecord*> out = std::exchange(kafka_.out[{topic, partition}], {});
    WaveQueue::Reported reported{topic, partition, out.size()};
    for (HeldRecord* record : out) {
      auto& log = kafka_.log[{topic, partition}];
      log.resize(log.size() - record->value().size());
      reported.again.Push(record);
    }
    reported.refused = refused;
    reported.code = ErrorCode::kRecordTooLarge;
    queue_->OnReports({&reported, 1});
  }
  // Reports whatever goes out as a broker does that refuses each batch with a value of `bad` in it,
  // until nothing goes; returns how many batches that took.
  int RunBroker(const std::string& topic, std::string_view bad) {
    int batches = 0;
    while (!kafka_.out[{topic, 0}].empty()) {
      ++batches;
      const auto& out = kafka_.out[{topic, 0}];
      const bool refused = std::any_of(out.begin(), out.end(), [bad](HeldRecord* record) {
        return bad.find(record->value()) != std::string_view::npos;
      });
      if (!refused) {
        Store(topic);
      } else if (out.size() > 1) {
        GiveBack(topic, true);
      } else {
        out.front()->Report(NotStored(ErrorCode::kRecordTooLarge));
        kafka_.out[{topic, 0}].clear();
        kafka_.log[{topic, 0}].pop_back();
        WaveQueue::Reported reported{topic, 0, 1};
        queue_->OnReports({&reported, 1});
      }
    }
    return batches;
  }
  const std::string& Log(const std::string& topic, Partition partition = 0) {
    return kafka_.log[{topic, partition}];
  }
  void BrokersAre(std::vector<WaveQueue::Broker> brokers) { queue_->SetBrokers(brokers); }
  static WaveQueue::Broker Up(BrokerId id) { return {id, true, {}}; }
  static WaveQueue::Broker Down(BrokerId id) { return {id, false, {}}; }
  static WaveQueue::Broker Silent(BrokerId id) { return {id, true, std::chrono::hours(1)}; }

  FakeKafka kafka_;
  FakeMetrics metrics_;
  FakeClock clock_;
  std::deque<HeldRecord> records_;
  std::unique_ptr<WaveQueue> queue_;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_WAVE_QUEUE_FIXTURE_H_
