// The parts of a WaveQueue: plain data, guarded by its mutex, and the rules that touch one lane
// only. Nothing here knows threads, clocks or librdkafka.
//
// A lane is one leader broker. Each partition hangs on the lane of its leader; a share is what one
// topic has in one lane, so that topics take turns in a wave whatever their number of partitions.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_WAVE_STATE_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_WAVE_STATE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "infra/kafka/accumulator/partitioner.h"
#include "infra/kafka/types/record_queue.h"
#include "infra/kafka/types/topic_layout.h"
#include "service/ports/ports.h"
#include "service/produce/produce_batch.h"

namespace gateway {

struct WaveLane;
struct WaveTopic;
struct WaveShare;

// What librdkafka counts for a record in a batch: its payload and what frames it.
inline std::size_t WireBytes(const PendingRecord& record) {
  constexpr std::size_t kFrame = 80;
  return record.record().PayloadBytes() + kFrame;
}

// About what it counts in the gateway's budget of bytes.
inline std::size_t MemoryBytes(const PendingRecord& record) {
  return record.record().PayloadBytes() + ProduceBatch::OverheadBytes(record.record());
}

struct WavePartition {
  WavePartition(WaveTopic* owner, Partition index) : topic(owner), number(index) {}

  // Nothing of it is out, so the next batch may go; and there is something to go.
  bool Ready() const { return out == 0 && !held.empty(); }

  WaveTopic* const topic;
  const Partition number;
  WaveShare* share = nullptr;  // where its leader is
  RecordQueue held;
  std::size_t held_bytes = 0;
  std::size_t out = 0;       // taken, and not reported yet: closed until it is 0
  WaveLane* wave = nullptr;  // whose wave `out` counts in; null if it goes by itself
  bool alone = false;        // it was a straggler: its batches hold up nobody until one is stored
  bool listed = false;       // it stands in its share's or its lane's list

  std::uint64_t newest_out = 0;  // order of the last record taken

  // After a broker refused a batch: how many of the next records were in it, how many of them may
  // go together, and how many more batches may be refused before they fail together.
  std::size_t suspects = 0;
  std::size_t together = 0;
  int refusals_left = 0;
};

struct WaveShare {
  WaveLane* lane = nullptr;
  std::deque<WavePartition*> ready;
  bool in_turn = false;
};

struct WaveTopic {
  WaveTopic(std::string topic_name, std::uint32_t seed)
      : name(std::move(topic_name)), sticky(seed) {}

  const std::string name;
  bool known = false;                                      // Send may use it
  Partition count = 0;                                     // as the cluster says now
  std::vector<std::unique_ptr<WavePartition>> partitions;  // never fewer than `count`
  StickyPartition sticky;
  std::size_t held = 0;         // in all its partitions
  std::size_t held_memory = 0;  // what of it counts in the gateway's budget
  bool full = false;            // that is as much as it may be
};

struct WaveLane {
  using TimePoint = Clock::TimePoint;

  WaveLane(BrokerId broker, bool is_up) : leader(broker), up(is_up) {}

  bool Idle() const { return up && out == 0; }
  bool HasWork() const { return !turns.empty() || !alone.empty(); }

  WaveShare& ShareOf(const WaveTopic* topic) {
    auto& share = shares[topic];
    if (!share) {
      share = std::make_unique<WaveShare>();
      share->lane = this;
    }
    return *share;
  }

  // Puts the partition at the end of its queue, if it is ready and in none.
  static void List(WavePartition& partition) {
    if (partition.listed || !partition.Ready()) return;
    partition.listed = true;
    WaveShare& share = *partition.share;
    if (partition.alone) {
      share.lane->alone.push_back(&partition);
      return;
    }
    share.ready.push_back(&partition);
    if (!std::exchange(share.in_turn, true)) share.lane->turns.push_back(&share);
  }

  // Takes it out of the middle: it moves to another lane.
  static void Unlist(WavePartition& partition) {
    if (!std::exchange(partition.listed, false)) return;
    WaveShare& share = *partition.share;
    std::erase(share.lane->alone, &partition);
    std::erase(share.ready, &partition);
    if (share.ready.empty() && std::exchange(share.in_turn, false)) {
      std::erase(share.lane->turns, &share);
    }
  }

  // The partition whose turn it is, topics in turn, then partitions; null if there is none.
  WavePartition* Next() {
    if (turns.empty()) return nullptr;
    WaveShare* const share = turns.front();
    turns.pop_front();
    WavePartition* const partition = share->ready.front();
    share->ready.pop_front();
    share->in_turn = !share->ready.empty();
    if (share->in_turn) turns.push_back(share);
    partition->listed = false;
    return partition;
  }
  WavePartition* NextAlone() {
    if (alone.empty()) return nullptr;
    WavePartition* const partition = alone.front();
    alone.pop_front();
    partition->listed = false;
    return partition;
  }

  // Records of the partition's batch have come back, reported or not taken.
  static void Returned(WavePartition& partition, std::size_t count, TimePoint now) {
    partition.out -= count;
    WaveLane* const lane = partition.wave;
    if (lane != nullptr) {
      lane->out -= count;
      if (partition.out == 0) {
        partition.wave = nullptr;
        std::erase(lane->wave, &partition);
      }
      if (lane->out == 0) {
        const auto took = now - lane->began;
        lane->usual += (took - lane->usual) / 8;
      }
    }
    List(partition);
  }

  // The wave goes on without what is still out: those partitions go by themselves from now on.
  void LeaveStragglers() {
    for (WavePartition* const partition : wave) {
      partition->wave = nullptr;
      partition->alone = true;
    }
    wave.clear();
    out = 0;
  }

  const BrokerId leader;
  bool up;
  std::size_t out = 0;               // records of the wave that are not reported yet
  std::vector<WavePartition*> wave;  // what they are of
  TimePoint began{};                 // of the wave
  TimePoint heard{};                 // when the broker last said anything, as far as is known
  Clock::TimePoint::duration usual{};
  // It has records and nothing out, and sends nothing yet: wave_rest.cc says why.
  enum class Rest : std::uint8_t { kNone, kForBurst, kForOthers };
  Rest rest = Rest::kNone;
  TimePoint rest_until{};
  bool probed = false;   // one batch has gone beside the wave, to learn whether the broker lives
  std::size_t sent = 0;  // records of the last wave
  bool full = false;     // it took as much as it might of something, and left some behind
  std::deque<WaveShare*> turns;
  std::deque<WavePartition*> alone;
  std::unordered_map<const WaveTopic*, std::unique_ptr<WaveShare>> shares;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_WAVE_STATE_H_
