// The limits and times of a RecordAccumulator. Plain data.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_ACCUMULATOR_OPTIONS_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_ACCUMULATOR_OPTIONS_H_

#include <chrono>
#include <cstddef>

namespace gateway {

struct AccumulatorOptions {
  // Producers that there may be, at most kMaxProducers (docs/adr/0012).
  std::size_t max_producers = 8;
  // At most one batch of librdkafka for a partition (batch.num.messages, batch.size).
  std::size_t partition_records = 10'000;
  std::size_t partition_bytes = 950'000;
  // A dispatch round stops growing here.
  std::size_t round_records = 30'000;
  std::size_t round_bytes = 4'000'000;
  // A topic whose backlog has reached one of these accepts no further request, so that a topic that
  // is stuck leaves room for the others: about half of the gateway's budget.
  std::size_t topic_records = 250'000;
  std::size_t topic_bytes = 134'217'728;  // of memory
  // Records that have been queued longer than this fail: no broker accepts them. Exact to a Tick or
  // two.
  std::chrono::milliseconds max_held{25'000};
  // The same where too few replicas are in sync: that does not pass within seconds, so it is
  // reported soon.
  std::chrono::milliseconds max_held_unreplicated{1'000};
  // When a partition is a straggler: after this, and after `straggler_factor` usual round times;
  // but after `straggler_latest` in any case, because after an outage the usual time says nothing.
  std::chrono::milliseconds straggler_after{100};
  int straggler_factor = 8;
  std::chrono::milliseconds straggler_latest{2'000};
  // A batch that a broker refuses is sent again in smaller ones, so that only the record at fault
  // fails; each refusal costs librdkafka a pause. After this many the rest fails in larger batches.
  int refusals = 64;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_ACCUMULATOR_OPTIONS_H_
