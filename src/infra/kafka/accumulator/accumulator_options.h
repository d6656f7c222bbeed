// The limits and times of a RecordAccumulator. Plain data.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_ACCUMULATOR_OPTIONS_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_ACCUMULATOR_OPTIONS_H_

#include <chrono>
#include <cstddef>

namespace gateway {

struct AccumulatorOptions {
  // The maximum number of producers, at most kMaxProducers.
  std::size_t max_producers = 8;
  // The maximum size of a PartitionBatch: one batch of librdkafka (batch.num.messages, batch.size).
  std::size_t partition_records = 10'000;
  std::size_t partition_bytes = 950'000;
  // A dispatch round that has reached one of these takes no further batch.
  std::size_t round_records = 30'000;
  std::size_t round_bytes = 4'000'000;
  // A topic whose backlog has reached one of these accepts no further request, so that a stuck
  // topic leaves room for the others.
  std::size_t topic_records = 250'000;
  std::size_t topic_bytes = 134'217'728;  // of memory: half of Limits:MaxInFlightBytes
  // Records that have been queued for longer fail with kBrokersUnavailable, at most two Ticks late.
  std::chrono::milliseconds max_held{25'000};
  // The same for partitions with too few in-sync replicas (kNotEnoughReplicas). Replicas do not
  // recover within seconds, so the gateway reports this soon.
  std::chrono::milliseconds max_held_unreplicated{1'000};
  // A batch is a straggler after `straggler_factor` usual rounds of its broker, but not before
  // `straggler_after` and not later than `straggler_latest`: after an outage, the usual time means
  // nothing.
  std::chrono::milliseconds straggler_after{100};
  int straggler_factor = 8;
  std::chrono::milliseconds straggler_latest{2'000};
  // The gateway bisects a batch that a broker rejects, so that only the record at fault fails. Each
  // rejection makes librdkafka pause. After this many, a rejected batch fails whole, and batches
  // grow again.
  int rejections = 64;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_ACCUMULATOR_OPTIONS_H_
