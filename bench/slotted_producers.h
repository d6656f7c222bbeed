// Measures several librdkafka producers for one topic when the path to the brokers is long. Each
// has so many slots (requests in flight) per broker. All pending records of a partition go as one
// batch to the producer with the most free slots that has nothing of this partition in flight.
// Order within a partition is not kept; a floor does not need it.
//
// Records without a key share one partition and move on with each batch. For one thread.
#ifndef BENCH_SLOTTED_PRODUCERS_H_
#define BENCH_SLOTTED_PRODUCERS_H_

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "load/records.h"

namespace gateway::bench {

class SlottedProducers final {
 public:
  static constexpr std::size_t kMostProducers = 32;

  // The producers (at most kMostProducers) stay the caller's. `pace`: nanoseconds that two rounds
  // of dispatching are apart at least.
  SlottedProducers(const std::vector<rd_kafka_t*>& producers, const std::string& topic,
                   std::size_t slots, std::uint64_t pace);

  // Asks for partitions and leaders; false if the topic cannot be had.
  bool Find();

  // `record` stays valid until its report.
  void Add(const TestRecord& record, void* tag);

  // Sends what may be sent now. A record that librdkafka refuses is not reported: its tag is added
  // to `refused`.
  void Dispatch(std::uint64_t now, std::vector<void*>& refused);

  // When Dispatch can do something again; 0: when something has changed.
  std::uint64_t NextDispatch() const { return waiting_ ? next_ : 0; }

  // The tag of a reported message; `opaque` is that of the message and is used up.
  void* OnReport(void* opaque);

 private:
  struct Batch;
  struct Entry {
    void* tag;
    Batch* batch;
  };
  struct Batch {
    std::size_t partition;
    std::size_t producer;
    std::size_t left;
    std::vector<Entry> entries;
  };
  struct Pending {
    const TestRecord* record;
    void* tag;
  };
  struct Partition {
    std::size_t broker = 0;
    std::uint32_t in_flight = 0;  // a bit for each producer
    std::deque<Pending> pending;
  };

  bool Choose(const Partition& partition, std::size_t* producer) const;
  void Send(std::size_t partition, std::size_t producer, std::vector<void*>& refused);
  void Finish(Batch* batch);

  const std::vector<rd_kafka_t*> producers_;
  std::vector<rd_kafka_topic_t*> topics_;  // one for each producer
  const std::size_t slots_;
  const std::uint64_t pace_;
  std::vector<Partition> partitions_;
  std::vector<std::vector<std::size_t>> used_;  // slots, by producer and broker
  std::size_t keyless_ = 0;                     // the partition of records without a key
  std::size_t first_ = 0;                       // whose turn it is in the next round
  std::uint64_t next_ = 0;
  bool waiting_ = false;  // records are pending that have a slot, but not yet the time
};

}  // namespace gateway::bench

#endif  // BENCH_SLOTTED_PRODUCERS_H_
