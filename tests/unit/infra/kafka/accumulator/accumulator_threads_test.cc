// Senders, deadlines and reports at once: every record is reported once, the records of each
// partition keep their order, and a partition never has two batches in flight.
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "infra/kafka/accumulator/record_accumulator.h"
#include "infra/os/system_clock.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "support/cpp/fakes.h"
#include "support/cpp/kafka_test_support.h"

namespace gateway {
namespace {

class ConcurrentKafka final : public BatchSink, public ReportSink, public TimerSink {
 public:
  struct Batch {
    std::string topic;
    Partition partition;
    std::vector<PendingRecord*> records;
  };
  std::optional<BatchRefusal> Produce(std::size_t /*producer*/, const std::string& topic,
                                      Partition partition, RecordQueue* records) override {
    Batch batch{topic, partition, {}};
    while (PendingRecord* record = records->Pop()) batch.records.push_back(record);
    const std::lock_guard lock(mutex);
    if (!open.insert(partition).second) ++overlaps;
    batches.push_back(std::move(batch));
    return std::nullopt;
  }
  void OnTimerSooner() override {}
  void Report(PendingRecord* record, DeliveryReport report) override {
    record->Report(std::move(report));
  }
  std::mutex mutex;
  std::deque<Batch> batches;
  std::set<Partition> open;
  int overlaps = 0;
};

class CountedRecord final : public PendingRecord {
 public:
  CountedRecord() : PendingRecord(&data) {}
  CountedRecord(const CountedRecord&) = delete;
  CountedRecord& operator=(const CountedRecord&) = delete;
  using PendingRecord::Withdraw;
  void Report(DeliveryReport) override { reports.fetch_add(1); }
  Record data;
  std::size_t number = 0;
  std::atomic<int> reports{0};
};

constexpr std::size_t kSenders = 2;
constexpr std::size_t kEach = 20'000;

// Two threads send and one reports.
class ConcurrentRun final {
 public:
  explicit ConcurrentRun(RecordAccumulator::Options options)
      : queue_(options, kafka_, kafka_, kafka_, metrics_, clock_), records_(kSenders * kEach) {
    queue_.SetLayout("t", {{1, 1, 2, 2}});
  }

  void Execute() {
    std::thread reporter([this] {
      while (!ReportAll()) std::this_thread::yield();
    });
    std::vector<std::thread> senders;
    for (std::size_t sender = 0; sender < kSenders; ++sender) {
      senders.emplace_back([this, sender] { Send(sender); });
    }
    for (std::thread& thread : senders) thread.join();
    done_ = true;
    reporter.join();
    EXPECT_EQ(kafka_.overlaps, 0);
    EXPECT_EQ(inversions_, 0);
    for (const CountedRecord& record : records_) ASSERT_EQ(record.reports, 1) << record.number;
  }

 private:
  void Send(std::size_t sender) {
    RecordQueue request;
    for (std::size_t i = 0; i < kEach; ++i) {
      const std::size_t number = sender * kEach + i;
      CountedRecord& record = records_[number];
      record.number = number;
      record.data.topic = "t";
      record.data.partition = static_cast<Partition>(i % 4);
      if (i % 200 == 50) queue_.BeginBurst();
      if (i % 200 == 150) queue_.EndBurst();
      request.Push(&record);
      if (i % 3 == 0) static_cast<void>(queue_.Submit(std::exchange(request, {})));
      if (i % 97 == 0 && record.Withdraw()) queue_.OnWithdrawn(1);
    }
    static_cast<void>(queue_.Submit(std::exchange(request, {})));
  }

  // Reports the records in flight. True once all records were sent and reported.
  bool ReportAll() {
    std::vector<RecordAccumulator::Reported> reports;
    std::deque<ConcurrentKafka::Batch> batches;
    {
      const std::lock_guard lock(kafka_.mutex);
      batches.swap(kafka_.batches);
      for (const ConcurrentKafka::Batch& batch : batches) kafka_.open.erase(batch.partition);
    }
    for (const ConcurrentKafka::Batch& batch : batches) {
      for (PendingRecord* record : batch.records) {
        const std::size_t number = static_cast<CountedRecord*>(record)->number;
        std::size_t& before = last_[{number / kEach, batch.partition}];
        inversions_ += number < before ? 1 : 0;
        before = number;
        record->Report(testing::Stored(batch.partition, 0));
      }
      reports.push_back({"t", batch.partition, batch.records.size(), true});
    }
    queue_.OnReports(reports);
    queue_.ReleaseLingering();
    queue_.Sweep();
    return done_ && queue_.pending() == 0;
  }

  ConcurrentKafka kafka_;
  testing::FakeMetrics metrics_;
  const SystemClock clock_;
  RecordAccumulator queue_;
  std::deque<CountedRecord> records_;
  std::atomic<bool> done_{false};
  std::map<std::pair<std::size_t, Partition>, std::size_t> last_;
  int inversions_ = 0;
};

TEST(RecordAccumulatorThreads, EveryRecordIsReportedOnceAndInOrderWhenRoundsAreFull) {
  ConcurrentRun({.partition_records = 50, .round_records = 200}).Execute();
}

TEST(RecordAccumulatorThreads, EveryRecordIsReportedOnceAndInOrderWithLinger) {
  ConcurrentRun({}).Execute();
}

}  // namespace
}  // namespace gateway
