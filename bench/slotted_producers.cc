#include "slotted_producers.h"

#include <algorithm>
#include <map>

namespace gateway::bench {
namespace {

// One batch of librdkafka.
constexpr std::size_t kMostBytes = 950'000;
constexpr std::size_t kMostRecords = 10'000;
constexpr int kMetadataMs = 60'000;

}  // namespace

SlottedProducers::SlottedProducers(const std::vector<rd_kafka_t*>& producers,
                                   const std::string& topic, std::size_t slots, std::uint64_t pace)
    : producers_(producers), slots_(slots), pace_(pace) {
  for (rd_kafka_t* const producer : producers_) {
    topics_.push_back(rd_kafka_topic_new(producer, topic.c_str(), nullptr));
  }
}

bool SlottedProducers::Find() {
  const rd_kafka_metadata_t* metadata = nullptr;
  for (std::size_t i = 0; i < producers_.size(); ++i) {  // each has to know the leaders
    if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
    if (rd_kafka_metadata(producers_[i], 0, topics_[i], &metadata, kMetadataMs) !=
        RD_KAFKA_RESP_ERR_NO_ERROR) {
      return false;
    }
  }
  const rd_kafka_metadata_topic_t& topic = metadata->topics[0];
  partitions_ = std::vector<Partition>(static_cast<std::size_t>(std::max(0, topic.partition_cnt)));
  std::map<std::int32_t, std::size_t> brokers;
  for (int i = 0; i < topic.partition_cnt; ++i) {
    const rd_kafka_metadata_partition& partition = topic.partitions[i];
    const std::size_t broker = brokers.emplace(partition.leader, brokers.size()).first->second;
    partitions_[static_cast<std::size_t>(partition.id)].broker = broker;
  }
  used_.assign(producers_.size(), std::vector<std::size_t>(brokers.size()));
  rd_kafka_metadata_destroy(metadata);
  return !partitions_.empty();
}

void SlottedProducers::Add(const TestRecord& record, void* tag) {
  std::size_t partition = keyless_;
  if (!record.key.empty()) {
    partition = static_cast<std::size_t>(rd_kafka_msg_partitioner_murmur2(
        topics_[0], record.key.data(), record.key.size(),
        static_cast<std::int32_t>(partitions_.size()), nullptr, nullptr));
  }
  partitions_[partition].pending.push_back({&record, tag});
}

bool SlottedProducers::Choose(const Partition& partition, std::size_t* producer) const {
  std::size_t least = slots_;
  for (std::size_t i = 0; i < producers_.size(); ++i) {
    const std::size_t used = used_[i][partition.broker];
    if (used >= least || (partition.in_flight >> i & 1U) != 0) continue;
    least = used;
    *producer = i;
  }
  return least < slots_;
}

void SlottedProducers::Dispatch(std::uint64_t now, std::vector<void*>& refused) {
  waiting_ = false;
  bool sent = false;
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    const std::size_t index = (first_ + i) % partitions_.size();
    std::size_t producer = 0;
    if (partitions_[index].pending.empty() || !Choose(partitions_[index], &producer)) continue;
    if (now < next_) {
      waiting_ = true;
      return;
    }
    Send(index, producer, refused);
    sent = true;
  }
  if (!sent) return;
  next_ = now + pace_;
  first_ = (first_ + 1) % partitions_.size();
}

void SlottedProducers::Send(std::size_t index, std::size_t producer, std::vector<void*>& refused) {
  Partition& partition = partitions_[index];
  auto batch = std::make_unique<Batch>();
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (; count < partition.pending.size() && count < kMostRecords && bytes < kMostBytes; ++count) {
    bytes += partition.pending[count].record->value.size();
  }
  *batch = {index, producer, count, {}};
  batch->entries.reserve(count);
  partition.in_flight |= 1U << producer;
  ++used_[producer][partition.broker];
  if (index == keyless_) keyless_ = (keyless_ + 1) % partitions_.size();
  Batch* const sent = batch.release();  // its last report destroys it
  for (std::size_t i = 0; i < count; ++i) {
    const auto [record, tag] = partition.pending.front();
    partition.pending.pop_front();
    Entry& entry = sent->entries.emplace_back(Entry{tag, sent});
    // No copy: the record outlives the producers.
    if (rd_kafka_produce(topics_[producer], static_cast<std::int32_t>(index), 0,
                         const_cast<char*>(record->value.data()), record->value.size(),
                         record->key.empty() ? nullptr : record->key.data(), record->key.size(),
                         &entry) == 0) {
      continue;
    }
    refused.push_back(tag);
    if (--sent->left == 0) return Finish(sent);
  }
}

void* SlottedProducers::OnReport(void* opaque) {
  const auto [tag, batch] = *static_cast<Entry*>(opaque);
  if (--batch->left == 0) Finish(batch);
  return tag;
}

void SlottedProducers::Finish(Batch* batch) {
  const std::unique_ptr<Batch> owned(batch);
  Partition& partition = partitions_[batch->partition];
  partition.in_flight &= ~(1U << batch->producer);
  --used_[batch->producer][partition.broker];
}

}  // namespace gateway::bench
