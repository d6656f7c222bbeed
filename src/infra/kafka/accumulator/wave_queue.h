// What the gateway holds back, and when it goes to librdkafka. Records of a partition wait here
// while a batch of it is out: librdkafka would make them wait too, but burn a core over it, send
// them in small batches, and keep them where no deadline can take them back.
//
// A wave is what one leader broker (a lane) has been handed together. While it is out the lane
// holds back; when its last report is in, what has gathered goes, for every partition at once. A
// lone record on an idle lane goes at once. When other waves are out or I/O threads are busy, a
// lane that has more to send rests for a part of a wave's time first, so that more comes together.
// A partition that is out for much longer than its lane's waves usually are leaves the wave and
// goes by itself; a lane whose broker is down, or does not answer, gets nothing, but for one batch
// to learn whether a broker that answered a part of the wave is still there.
//
// Order: "may this partition send" is decided with the mutex held, and what is taken counts as out
// from then on; so nobody else takes from the partition until the reports are in, and the calls
// into librdkafka need no lock. That holds across leader changes too: being out is the partition's
// own state, not the lane's.
//
// Any thread may call anything; Sink is called without the mutex held. Owned by KafkaProducer.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_WAVE_QUEUE_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_WAVE_QUEUE_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "infra/kafka/accumulator/wave_state.h"
#include "infra/kafka/types/record_queue.h"
#include "infra/kafka/types/topic_layout.h"
#include "service/ports/ports.h"
#include "service/produce/delivery.h"

namespace gateway {

class WaveQueue final {
 public:
  using TimePoint = Clock::TimePoint;

  struct Refusal {
    bool busy = false;  // the records may be taken later
    Error error;        // unless busy: why the first of them never will
  };

  class Sink {
   public:
    virtual ~Sink() = default;
    // Hands `records` to Kafka in order, taking each off as it is handed over. Absent: all went.
    // Otherwise the first of those left was refused.
    virtual std::optional<Refusal> Produce(const std::string& topic, Partition partition,
                                           RecordQueue* records) = 0;
    // A record that goes no further.
    virtual void Report(PendingRecord* record, DeliveryReport report) = 0;
  };

  struct Options {
    // At most one batch of librdkafka for a partition (batch.num.messages, batch.size).
    std::size_t partition_records = 10'000;
    std::size_t partition_bytes = 950'000;
    // A wave stops growing here.
    std::size_t lane_records = 30'000;
    std::size_t lane_bytes = 4'000'000;
    // When one topic holds so much it has no room for another request, so that one that is stuck
    // leaves room for the others: about half of the gateway's budget.
    std::size_t topic_records = 250'000;
    std::size_t topic_bytes = 134'217'728;  // of memory
    // What is held longer than this fails: no broker takes it. Exact to a Tick or two.
    std::chrono::milliseconds max_held{25'000};
    // The same where too few replicas are in sync: no matter of seconds, so it is told soon.
    std::chrono::milliseconds max_held_unreplicated{1'000};
    // When a partition is a straggler: after this, and after `straggler_factor` usual waves; but
    // after `straggler_latest` in any case, for after an outage what is usual is no measure.
    std::chrono::milliseconds straggler_after{100};
    int straggler_factor = 8;
    std::chrono::milliseconds straggler_latest{2'000};
    // A batch that a broker refuses is sent again in smaller ones, so that only the record at fault
    // fails; each refusal costs librdkafka a pause. Beyond so many the rest fails in larger
    // batches.
    int refusals = 64;
  };

  // A broker as librdkafka sees it.
  struct Broker {
    BrokerId id = kNoLeader;
    bool up = false;
    std::chrono::microseconds silent_for{};  // since the last byte from it
  };

  // Reports of one partition that came together. `again` are those of the `count` records that have
  // not been told anything, because they were surely not stored and may be sent again.
  struct Reported {
    std::string_view topic;
    Partition partition = 0;
    std::size_t count = 0;
    bool stored = false;  // at least one was
    RecordQueue again{};
    bool refused = false;  // `again` is a batch that a broker refused: not together again
    ErrorCode code{};      // what they fail with if they cannot be sent again in their order
  };

  WaveQueue(Options options, Sink& sink, Metrics& metrics, const Clock& clock);
  // Nothing may be held or out.
  ~WaveQueue();
  WaveQueue(const WaveQueue&) = delete;
  WaveQueue& operator=(const WaveQueue&) = delete;

  // The topic has this layout. A new one is not known until Publish, and until then nothing of it
  // goes. Partitions that are gone fail what they hold.
  void SetLayout(const std::string& topic, const TopicLayout& layout);
  // 0 if the topic has no layout.
  Partition PartitionsOf(std::string_view topic) const;
  void Publish(const std::string& topic);
  // The topic is gone: it is no longer known, and what it holds fails.
  void Forget(const std::string& topic);
  bool IsKnown(std::string_view topic) const;

  // False: the topic holds as much as it may. Takes the mutex only while some topic does.
  bool HasRoomFor(std::string_view topic) const;

  // Queues the record, or does nothing: its topic is not known (with `opened_too`: has no layout),
  // or has no such partition.
  enum class Pushed : std::uint8_t { kHeld, kUnknownTopic, kNoPartition };
  [[nodiscard]] Pushed Push(PendingRecord* record, bool opened_too = false);
  // Lets go what may go.
  void Kick();

  // The calling thread has many requests at hand, whose records waves may wait for, until EndBurst
  // on the same thread. Not nested.
  void BeginBurst();
  void EndBurst();
  // Lets lanes go that have rested long enough; how long the next of them has yet, or max(). Due
  // after OnReports, and when that time is over.
  TimePoint::duration GoOn();

  // All that one event of librdkafka reported, after the records have been told.
  void OnReports(std::span<Reported> reports);

  // What librdkafka knows of its brokers; those not named stay as they were.
  void SetBrokers(std::span<const Broker> brokers);
  // The connection broke: the lane waits until SetBrokers says that the broker is up.
  void MarkDown(BrokerId broker);

  // Nothing goes until Resume, which takes every broker for up: the instance is being replaced.
  void Pause();
  void Resume();

  // Due about ten times a second: stragglers leave, what is held for too long fails, and a full
  // queue of librdkafka is tried again.
  void Tick();

  // That many records have been withdrawn; Sweep finds them. Cheap when there are none.
  void OnWithdrawn(std::size_t count);
  void Sweep();

  // Everything held fails with `code`, NotPersisted.
  void FailHeld(ErrorCode code);

  // Records held, and those taken that have not been reported.
  std::size_t pending() const;
  // How much waits, and how long the oldest of it does: to a Tick; beyond max_held perhaps only
  // that it is at least so long. Looks at every partition.
  struct Load {
    std::size_t held = 0;
    std::size_t out = 0;
    std::optional<std::chrono::milliseconds> oldest = {};  // absent: nothing waits
  };
  Load Look() const;
  // Something is held for a broker that is not up, or for no leader at all.
  bool WaitsForLeader() const;

 private:
  struct NameHash {
    // The standard library's name. NOLINTNEXTLINE(readability-identifier-naming)
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };
  struct Chain {
    WavePartition* partition;
    RecordQueue records;
    std::size_t failed = 0;
    bool busy = false;
  };
  // What is to be done once the mutex is free.
  struct Work {
    std::vector<Chain> chains;
    RecordQueue withdrawn;
    std::vector<std::pair<PendingRecord*, Error>> failed;
    std::vector<std::size_t> waves;  // their sizes
    std::int64_t held_delta = 0;
  };

  WaveTopic* FindTopic(std::string_view name) const;
  WaveLane& LaneOf(BrokerId leader);
  WavePartition& Choose(WaveTopic& topic, const Record& record, std::uint32_t key_hash);
  void RotateSticky(WaveTopic& topic);
  void Enter(WavePartition& partition, const PendingRecord& record);
  void Leave(WavePartition& partition, const PendingRecord& record);
  void NoteFullness(WaveTopic& topic);
  void MoveTo(WavePartition& partition, BrokerId leader);
  void FailHeldOf(WavePartition& partition, ErrorCode code, Work* work);
  void TakeAll(Work* work);
  void TakeWave(WaveLane& lane, Work* work);
  void Probe(WaveLane& lane, TimePoint now, Work* work);
  void MayRest(WaveLane& lane, TimePoint now);
  void WakeRested(TimePoint now);
  bool OthersAreDue(const WaveLane& lane, TimePoint now) const;
  void Rest(WaveLane& lane, WaveLane::Rest why, TimePoint until);
  void Wake(WaveLane& lane);
  std::size_t TakeChain(WavePartition& partition, TimePoint now, Work* work, std::size_t* bytes);
  void FailOverdue(TimePoint now, Work* work);
  void FailOlder(WavePartition& partition, std::uint64_t order, ErrorCode code, Work* work);
  void SweepPartition(WavePartition& partition, bool heads_only, Work* work);
  void Run(Work work);
  void HandOver(Chain* chain, Work* work);
  void TakeBack(Chain* chain, Work* work);
  void Hold(WavePartition& partition, RecordQueue records, Work* work);
  void SendAgain(WavePartition& partition, Reported* reported, Work* work);

  const Options options_;
  Sink& sink_;
  Metrics& metrics_;
  const Clock& clock_;

  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::unique_ptr<WaveTopic>, NameHash, std::equal_to<>> topics_;
  std::map<BrokerId, std::unique_ptr<WaveLane>> lanes_;
  std::size_t held_ = 0;
  std::size_t out_ = 0;
  std::atomic<int> full_topics_{0};  // changed with the mutex held
  std::atomic<int> bursts_{0};
  std::atomic<int> resting_{0};  // lanes that do; changed with the mutex held
  std::uint64_t next_order_ = 1;
  // When each order number below `order` had been given: how old what is held must be.
  struct Mark {
    TimePoint at;
    std::uint64_t order = 0;
  };
  std::deque<Mark> marks_;
  std::int64_t held_told_ = 0;  // what the gauge was told
  std::int64_t withdrawn_ = 0;  // not swept yet; below 0 when a sweep was quicker than the word
  TimePoint full_sweep_{};
  bool paused_ = false;
  bool stalled_ = false;  // librdkafka's queue was full
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_WAVE_QUEUE_H_
