// The promised order (docs/dispatch.md), in random histories of clients that wait for their
// answers, deadlines, and producers that store their records at different speeds.
#include <random>

#include "support/cpp/record_accumulator_fixture.h"

namespace gateway::testing {
namespace {

using std::chrono::milliseconds;

class OrderPromise : public RecordAccumulatorTest, public ::testing::WithParamInterface<unsigned> {
 protected:
  // A record; and the steps of the history in which its request was submitted and answered.
  struct Sent {
    HeldRecord* record;
    std::size_t request;
    int stored_at = -1;  // place in the partition; < 0: not stored
  };
  struct Request {
    int submitted = 0;
    int answered = 0;  // 0: not yet
    std::vector<std::size_t> records;
  };

  OrderPromise() : random_(GetParam()) {
    queue_->SetProducers(4);
    AddTopic("t", {1});
  }

  std::size_t Pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }

  // Acknowledgements have shown a round trip that is worth overlapping.
  void Learn() {
    clock_.Advance(std::chrono::minutes(1));  // forgets the history before
    for (int i = 0; i < 20; ++i) {
      Send("t", "x");
      Send("t", "y");
      while (!kafka_.in_flight[{"t", 0}].empty()) {
        clock_.Advance(milliseconds(5));
        Store("t");
        queue_->ReleaseLingering();
      }
    }
    clock_.Advance(milliseconds(5));
  }

  void SubmitOne(bool answered) {
    Request request{++step_, 0, {}};
    const std::size_t count = 1 + Pick(3);
    for (std::size_t i = 0; i < count; ++i) {
      HeldRecord& record = Append("t", std::to_string(sent_.size()));
      record.answered = answered;
      request.records.push_back(sent_.size());
      sent_.push_back({&record, requests_.size()});
    }
    static_cast<void>(Submit());
    if (answered) request.answered = ++step_;
    requests_.push_back(std::move(request));
  }

  // The deadline of a request that was not answered.
  void Expire(Request& request) {
    std::vector<const PendingRecord*> in_flight;
    std::size_t withdrawn = 0;
    for (const std::size_t index : request.records) {
      HeldRecord* const record = sent_[index].record;
      if (record->Withdraw()) {
        ++withdrawn;
      } else if (record->reports.empty()) {
        in_flight.push_back(record);
      }
    }
    queue_->OnExpired(in_flight);
    request.answered = ++step_;
    queue_->OnWithdrawn(withdrawn);
    queue_->Sweep();
  }

  // A producer stores the first record that it has not stored yet.
  void StoreFirst(std::size_t producer) {
    for (HeldRecord* const record : kafka_.in_flight[{"t", 0}]) {
      Sent& sent = sent_[std::stoul(record->value())];
      if (record->producer != producer || sent.stored_at >= 0) continue;
      sent.stored_at = stored_++;
      return;
    }
  }

  // A producer reports the records that it has stored.
  void ReportStored(std::size_t producer) {
    auto& in_flight = kafka_.in_flight[{"t", 0}];
    std::vector<HeldRecord*> reported;
    for (HeldRecord* const record : in_flight) {
      if (record->producer == producer && sent_[std::stoul(record->value())].stored_at >= 0) {
        reported.push_back(record);
      }
    }
    if (reported.empty()) return;
    for (HeldRecord* const record : reported) {
      std::erase(in_flight, record);
      record->Report(Stored(0, 0));
      AnswerIfComplete(requests_[sent_[std::stoul(record->value())].request]);
    }
    RecordAccumulator::Reported report{"t", 0, reported.size(), true, producer};
    queue_->OnReports({&report, 1});
  }

  void AnswerIfComplete(Request& request) {
    const bool all =
        std::all_of(request.records.begin(), request.records.end(),
                    [this](std::size_t index) { return !sent_[index].record->reports.empty(); });
    if (all && request.answered == 0) request.answered = ++step_;
  }

  void Step() {
    switch (Pick(8)) {
      case 0:
      case 1:
        return SubmitOne(Pick(8) == 0);
      case 2:
        if (requests_.empty()) return;
        if (Request& one = requests_[Pick(requests_.size())]; one.answered == 0 && Pick(4) == 0) {
          Expire(one);
        }
        return;
      case 3:
        clock_.Advance(milliseconds(Pick(3)));
        queue_->ReleaseLingering();
        return;
      case 4:
      case 5:
        return StoreFirst(Pick(4));
      default:
        return ReportStored(Pick(4));
    }
  }

  void Finish() {
    for (int i = 0; i < 1'000 && queue_->pending() != 0; ++i) {
      for (std::size_t producer = 0; producer < 4; ++producer) {
        for (int j = 0; j < 20; ++j) StoreFirst(producer);
        ReportStored(producer);
      }
      clock_.Advance(milliseconds(5));
      queue_->ReleaseLingering();
      queue_->Tick();
    }
  }

  int Violations() const {
    int violations = 0;
    for (const Sent& first : sent_) {
      for (const Sent& second : sent_) {
        if (first.stored_at < 0 || second.stored_at < 0) continue;
        const bool promised =
            first.request == second.request
                ? &first < &second
                : requests_[first.request].answered < requests_[second.request].submitted &&
                      requests_[first.request].answered != 0;
        violations += promised && first.stored_at > second.stored_at ? 1 : 0;
      }
    }
    return violations;
  }
  // Pairs whose order was neither promised nor kept.
  int Overtakings() const {
    int overtakings = 0;
    for (std::size_t i = 1; i < sent_.size(); ++i) {
      overtakings += sent_[i - 1].stored_at > sent_[i].stored_at && sent_[i].stored_at >= 0 ? 1 : 0;
    }
    return overtakings;
  }

  std::mt19937 random_;
  std::vector<Sent> sent_;
  std::vector<Request> requests_;
  int step_ = 0;
  int stored_ = 0;
};

TEST_P(OrderPromise, IsKeptWhileOtherRecordsOvertake) {
  int overtakings = 0;
  for (int history = 0; history < 60; ++history) {
    Learn();
    sent_.clear();
    requests_.clear();
    for (int i = 0; i < 80; ++i) Step();
    Finish();
    ASSERT_EQ(queue_->pending(), 0U);
    ASSERT_EQ(Violations(), 0) << "in history " << history;
    overtakings += Overtakings();
  }
  EXPECT_GT(overtakings, 0) << "nothing was ever in flight on two producers";
}

INSTANTIATE_TEST_SUITE_P(Seeds, OrderPromise, ::testing::Range(0U, 8U));

}  // namespace
}  // namespace gateway::testing
