#include "service/produce/produce_operation.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "service/ports/clock.h"
#include "service/ports/produce_metrics.h"
#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using testing::FakeClock;
using testing::FakeMetrics;
using testing::FakeProducer;
using testing::NotStored;
using testing::Stored;

class ProduceOperationTest : public ::testing::Test {
 protected:
  std::shared_ptr<ProduceOperation> Make(std::size_t records) {
    RequestRecords batch;
    for (std::size_t i = 0; i < records; ++i) {
      Record record;
      record.topic = "orders";
      record.value = "v";
      batch.records.push_back(record);
    }
    return ProduceOperation::Create(std::move(batch), admission_.TryAdmit(), clock_, metrics_,
                                    [this](const std::shared_ptr<ProduceOperation>& answered) {
                                      answers_.fetch_add(1);
                                      outcomes_.clear();
                                      for (std::size_t i = 0; i < answered->size(); ++i) {
                                        outcomes_.push_back(answered->outcome(i));
                                      }
                                      if (answered->complete()) answered->ReleaseBudget();
                                    });
  }

  void Submit(const std::shared_ptr<ProduceOperation>& operation) {
    EXPECT_FALSE(operation->Submit(producer_).has_value());
  }

  FakeClock clock_;
  FakeMetrics metrics_;
  FakeProducer producer_;
  std::atomic<int> answers_{0};
  Admission admission_{100, 1'000'000};
  std::vector<DeliveryReport> outcomes_;  // when the answer was built
};

TEST(ProduceBatchOverhead, CountsEachRecordAndEachHeader) {
  const std::vector<Header> headers(3);
  std::vector<Record> records(2);
  const std::size_t plain = ProduceOperation::OverheadBytes(records);
  EXPECT_GT(plain, 2 * (sizeof(Record) + sizeof(PendingRecord)));
  records[1].headers = headers;
  EXPECT_EQ(ProduceOperation::OverheadBytes(records), plain + 3 * sizeof(Header));
  records[0].headers = headers;
  EXPECT_EQ(ProduceOperation::OverheadBytes(records), plain + 3 * sizeof(Header)) << "one array";
}

TEST_F(ProduceOperationTest, TheLastReportAnswersInRequestOrderWhateverTheOrderOfReports) {
  Submit(Make(3));
  ASSERT_EQ(producer_.sent.size(), 3U);
  producer_.sent[2]->Report(Stored(0, 30));
  producer_.sent[0]->Report(Stored(0, 10));
  EXPECT_EQ(answers_, 0);
  producer_.sent[1]->Report(NotStored(ErrorCode::kTopicNotFound));
  ASSERT_EQ(answers_, 1);
  EXPECT_EQ(outcomes_[0].value().offset, 10);
  EXPECT_EQ(outcomes_[1].error().code, ErrorCode::kTopicNotFound);
  EXPECT_EQ(outcomes_[2].value().offset, 30);
  EXPECT_EQ(admission_.requests(), 0U);
}

TEST_F(ProduceOperationTest, ReportsThatComeBeforeSendReturnsAnswerOnce) {
  producer_.on_send = [](PendingRecord* record) { record->Report(Stored(1, 7)); };
  Submit(Make(2));
  EXPECT_EQ(answers_, 1);
  EXPECT_EQ(admission_.requests(), 0U);
  EXPECT_EQ(metrics_.Count(RecordResult::kDelivered), 2);
}

TEST_F(ProduceOperationTest, AtTheDeadlineUnreportedRecordsArePossiblyPersisted) {
  const auto batch = Make(2);
  Submit(batch);
  producer_.sent[0]->Report(Stored(0, 1));
  batch->Expire();
  ASSERT_EQ(answers_, 1);
  EXPECT_TRUE(outcomes_[0].ok());
  EXPECT_EQ(outcomes_[1].error().code, ErrorCode::kDeliveryTimeout);
  EXPECT_EQ(outcomes_[1].error().persistence, Persistence::kPossiblyPersisted);
  EXPECT_EQ(admission_.requests(), 1U);
  producer_.sent[1]->Report(Stored(0, 2));
}

TEST_F(ProduceOperationTest, AReportAfterTheDeadlineCountsAsLateAndChangesNoOutcome) {
  const auto batch = Make(1);
  Submit(batch);
  batch->Expire();
  producer_.sent[0]->Report(Stored(0, 1));
  EXPECT_EQ(answers_, 1);
  EXPECT_EQ(batch->outcome(0).error().code, ErrorCode::kDeliveryTimeout);
  EXPECT_EQ(metrics_.Count(RecordResult::kLate), 1);
  EXPECT_EQ(metrics_.records.size(), 1U);
}

TEST_F(ProduceOperationTest, LivesUntilItsLastReportEvenAfterTheAnswer) {
  std::weak_ptr<ProduceOperation> watch;
  {
    const auto batch = Make(2);
    watch = batch;
    Submit(batch);
    batch->Expire();
  }
  producer_.sent[0]->Report(Stored(0, 1));
  EXPECT_FALSE(watch.expired()) << "librdkafka still points into the bytes of the second record";
  EXPECT_EQ(admission_.requests(), 1U);
  producer_.sent[1]->Report(Stored(0, 2));
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(admission_.requests(), 0U);
}

TEST_F(ProduceOperationTest, ExpiringAfterTheAnswerDoesNothing) {
  const auto batch = Make(1);
  Submit(batch);
  producer_.sent[0]->Report(Stored(0, 1));
  batch->Expire();
  batch->Expire();
  EXPECT_EQ(answers_, 1);
  EXPECT_TRUE(batch->outcome(0).ok());
}

TEST_F(ProduceOperationTest, EveryRecordIsCountedOnceAsWhatItBecame) {
  Submit(Make(3));
  producer_.sent[0]->Report(Stored(0, 1));
  producer_.sent[1]->Report(NotStored(ErrorCode::kBrokersUnavailable));
  producer_.sent[2]->Report(NotStored(ErrorCode::kOutcomeUnknown, Persistence::kPossiblyPersisted));
  EXPECT_EQ(metrics_.records_sent, 3);
  EXPECT_EQ(metrics_.Count(RecordResult::kDelivered), 1);
  EXPECT_EQ(metrics_.Count(RecordResult::kNotPersisted), 1);
  EXPECT_EQ(metrics_.Count(RecordResult::kPossiblyPersisted), 1);
}

TEST_F(ProduceOperationTest, AllRecordsAreSubmittedInOneCall) {
  Submit(Make(3));
  EXPECT_EQ(producer_.submits, 1);
  for (PendingRecord* const record : producer_.sent) record->Report(Stored(0, 1));
}

TEST_F(ProduceOperationTest, ARefusedOperationAnswersNothingAndGivesItsBudgetBack) {
  producer_.full_topic = "orders";
  EXPECT_EQ(Make(2)->Submit(producer_)->code, ErrorCode::kOverloaded);
  EXPECT_EQ(answers_, 0);
  EXPECT_EQ(admission_.requests(), 0U);
  EXPECT_EQ(metrics_.records_sent, 0);
}

TEST_F(ProduceOperationTest, TheDeadlineWithdrawsQueuedRecordsAndReportsIt) {
  producer_.holds = true;
  const auto batch = Make(3);
  Submit(batch);
  ASSERT_TRUE(producer_.sent[1]->TryClaim());
  batch->Expire();
  ASSERT_EQ(answers_, 1);
  for (const std::size_t held : {0U, 2U}) {
    EXPECT_EQ(outcomes_[held].error().code, ErrorCode::kDeliveryTimeout);
    EXPECT_EQ(outcomes_[held].error().persistence, Persistence::kNotPersisted);
  }
  EXPECT_EQ(outcomes_[1].error().persistence, Persistence::kPossiblyPersisted);
  EXPECT_EQ(producer_.withdrawn, 2U);
  EXPECT_EQ(producer_.expired, 1U) << "what is sent next must be stored after it";
  EXPECT_FALSE(producer_.sent[0]->TryClaim())
      << "it may be sent although its client got NotPersisted";
  EXPECT_TRUE(producer_.sent[1]->expired());
  for (PendingRecord* record : producer_.sent) record->Report(WithdrawnReport());
}

TEST_F(ProduceOperationTest, AWithdrawnRecordCountsOnceAsNotPersistedAndFreesItsBytes) {
  producer_.holds = true;
  const auto batch = Make(1);
  Submit(batch);
  batch->Expire();
  EXPECT_EQ(admission_.requests(), 1U);
  producer_.sent[0]->Report(WithdrawnReport());
  EXPECT_EQ(admission_.requests(), 0U);
  EXPECT_EQ(metrics_.Count(RecordResult::kNotPersisted), 1);
  EXPECT_EQ(metrics_.records.size(), 1U);
}

TEST_F(ProduceOperationTest, ARecordThatIsPutBackCanBeWithdrawnButNotAfterItsDeadline) {
  producer_.holds = true;
  const auto batch = Make(2);
  Submit(batch);
  ASSERT_TRUE(producer_.sent[0]->TryClaim());
  ASSERT_TRUE(producer_.sent[0]->ReturnToQueue());
  ASSERT_TRUE(producer_.sent[1]->TryClaim());
  batch->Expire();
  EXPECT_EQ(outcomes_[0].error().persistence, Persistence::kNotPersisted);
  EXPECT_EQ(outcomes_[1].error().persistence, Persistence::kPossiblyPersisted);
  EXPECT_FALSE(producer_.sent[1]->ReturnToQueue()) << "its answer is out";
  for (PendingRecord* record : producer_.sent) record->Report(WithdrawnReport());
}

// The deadline and the dispatching thread race; a record that was reported as never sent is not
// dispatched.
TEST_F(ProduceOperationTest, DeadlineAndReleaseRacingNeverBothHaveARecord) {
  constexpr std::size_t kRecords = 8;
  producer_.holds = true;
  for (int round = 0; round < 2'000; ++round) {
    producer_.sent.clear();
    auto batch = Make(kRecords);
    Submit(batch);
    std::atomic<int> ready{0};
    const auto meet = [&ready] {
      ready.fetch_add(1);
      while (ready.load() < 2) std::this_thread::yield();
    };
    std::vector<bool> taken;
    std::thread releaser([&] {
      meet();
      for (PendingRecord* record : producer_.sent) taken.push_back(record->TryClaim());
    });
    meet();
    batch->Expire();
    releaser.join();
    for (std::size_t i = 0; i < kRecords; ++i) {
      const bool said_not = outcomes_[i].error().persistence == Persistence::kNotPersisted;
      ASSERT_NE(said_not, static_cast<bool>(taken[i]));
    }
    for (PendingRecord* record : producer_.sent) record->Report(WithdrawnReport());
  }
}

// The deadline and the reports race. Regardless of which comes first, the totals are exact and the
// answer agrees with the metrics.
TEST_F(ProduceOperationTest, ReportsAndDeadlineRacingAnswerOnceWithExactTotals) {
  constexpr std::size_t kRounds = 2'000;
  constexpr std::size_t kRecords = 4;
  std::int64_t answered_in_time = 0;
  for (std::size_t round = 0; round < kRounds; ++round) {
    producer_.sent.clear();
    answers_ = 0;
    auto batch = Make(kRecords);
    Submit(batch);
    std::atomic<int> ready{0};
    const auto meet = [&ready] {
      ready.fetch_add(1);
      while (ready.load() < 2) std::this_thread::yield();
    };
    std::thread reporter([&] {
      meet();
      for (PendingRecord* record : producer_.sent) record->Report(Stored(0, 1));
    });
    meet();
    batch->Expire();
    reporter.join();
    ASSERT_EQ(answers_, 1);
    ASSERT_EQ(admission_.requests(), 0U);
    for (std::size_t i = 0; i < kRecords; ++i) {
      ASSERT_EQ(batch->outcome(i).ok(), outcomes_[i].ok()) << "an outcome changed after the answer";
      answered_in_time += outcomes_[i].ok() ? 1 : 0;
    }
  }
  EXPECT_EQ(metrics_.Count(RecordResult::kDelivered), answered_in_time);
  EXPECT_EQ(metrics_.Count(RecordResult::kDelivered) + metrics_.Count(RecordResult::kLate),
            static_cast<std::int64_t>(kRounds * kRecords));
}

TEST_F(ProduceOperationTest, ReportsFromTwoThreadsAnswerOnce) {
  for (int round = 0; round < 1'000; ++round) {
    producer_.sent.clear();
    answers_ = 0;
    Submit(Make(2));
    std::thread other([&] { producer_.sent[0]->Report(Stored(0, 1)); });
    producer_.sent[1]->Report(Stored(0, 2));
    other.join();
    ASSERT_EQ(answers_, 1);
    ASSERT_EQ(admission_.requests(), 0U);
  }
}

TEST_F(ProduceOperationTest, ObservesTheStagesOfTheLastReportedRecordOncePerRequest) {
  const auto batch = Make(2);
  Submit(batch);
  const Clock::TimePoint sent = clock_.Now();
  producer_.sent[0]->dispatched_at = sent;
  producer_.sent[0]->reported_at = sent + std::chrono::milliseconds(1);
  producer_.sent[0]->Report(Stored(0, 1));
  EXPECT_TRUE(metrics_.stages.empty());
  producer_.sent[1]->dispatched_at = sent + std::chrono::milliseconds(2);
  producer_.sent[1]->reported_at = sent + std::chrono::milliseconds(7);
  producer_.sent[1]->Report(Stored(0, 2));
  using Times = std::vector<std::chrono::nanoseconds>;
  EXPECT_EQ(metrics_.stages[LatencyStage::kHeld], Times{std::chrono::milliseconds(2)});
  EXPECT_EQ(metrics_.stages[LatencyStage::kBroker], Times{std::chrono::milliseconds(5)});
  EXPECT_TRUE(metrics_.stages[LatencyStage::kParse].empty()) << "the time of completion is unknown";
}

TEST_F(ProduceOperationTest, ARecordThatWasNeverDispatchedHasOnlyTheStageHeld) {
  const auto batch = Make(1);
  Submit(batch);
  clock_.Advance(std::chrono::milliseconds(30));
  producer_.sent[0]->Report(NotStored(ErrorCode::kBrokersUnavailable));
  using Times = std::vector<std::chrono::nanoseconds>;
  EXPECT_EQ(metrics_.stages[LatencyStage::kHeld], Times{std::chrono::milliseconds(30)});
  EXPECT_TRUE(metrics_.stages[LatencyStage::kBroker].empty());
  EXPECT_EQ(metrics_.record_errors, std::vector{ErrorCode::kBrokersUnavailable});
}

}  // namespace
}  // namespace gateway
