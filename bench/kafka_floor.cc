// The floor of librdkafka alone: one thread hands the records of the load generator to idempotent
// producers (acks=all, snappy, linger 0, as in the gateway) and polls the delivery reports. A unit
// corresponds to a request of the load generator: `--records` records at once, complete when the
// last is reported. Closed loop with `--outstanding` units, or at a `--rate` with at most so many.
// Prints the same JSON as the load generator.
//
// A single producer gets each record at once and makes its own batches. With `--producers` records
// are dispatched by slot (slotted_producers.h), for one topic.
//
//   kafka_floor --brokers ADDRESS --topic T [--outstanding 64] [--records 1] [--bytes 200]
//               [--keys 1] [--rate UNITS_PER_SECOND] [--duration S] [--warmup S] [--linger MS]
//               [--topics N] [--producers N [--slots 5] [--pace MS_BETWEEN_ROUNDS]]
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "load/flags.h"
#include "load/measurement.h"
#include "load/records.h"
#include "slotted_producers.h"

namespace gateway::bench {
namespace {

rd_kafka_t* MakeProducer(const std::string& brokers, const std::string& linger) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  const std::pair<const char*, std::string> settings[] = {
      {"bootstrap.servers", brokers},
      {"enable.idempotence", "true"},
      {"compression.codec", "snappy"},
      {"linger.ms", linger},
      {"sticky.partitioning.linger.ms", "10"},
      {"batch.num.messages", "10000"},
      {"socket.nagle.disable", "true"},
      {"partitioner", "murmur2_random"},
      {"queue.buffering.max.messages", "500000"},
      {"queue.buffering.max.kbytes", "1000000"},
  };
  char error[256];
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), error, sizeof error) != RD_KAFKA_CONF_OK) {
      std::fprintf(stderr, "kafka_floor: %s\n", error);
      return nullptr;
    }
  }
  rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  return rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
}

// Without `slotted` there is one producer.
class Floor final {
 public:
  Floor(const std::vector<rd_kafka_t*>& producers, const std::vector<std::string>& topics,
        std::unique_ptr<SlottedProducers> slotted, const RunOptions& run, std::size_t records,
        std::size_t bytes, std::size_t keys)
      : producer_(producers.front()),
        slotted_(std::move(slotted)),
        event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        measurement_(run),
        records_(records),
        bytes_(bytes),
        pool_(MakeRecords(SetSize(records, bytes, keys) * records, bytes, keys)) {
    static const std::uint64_t one = 1;
    for (rd_kafka_t* const producer : producers) {
      queues_.push_back(rd_kafka_queue_get_main(producer));
      rd_kafka_queue_io_event_enable(queues_.back(), event_, &one, sizeof one);
    }
    for (const std::string& topic : topics) {
      topics_.push_back(rd_kafka_topic_new(producer_, topic.c_str(), nullptr));
    }
  }

  // False if the topics cannot be opened.
  bool Run(std::size_t outstanding) {
    if (!Find()) return false;
    units_ = std::vector<Unit>(outstanding);
    for (Unit& unit : units_) free_.push_back(&unit);
    measurement_.Start();
    Issue(Now());
    while (!measurement_.Finished(free_.size() == units_.size())) {
      Wait();
      for (rd_kafka_queue_t* const queue : queues_) {
        while (rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 0)) {
          Take(event);
          rd_kafka_event_destroy(event);
        }
      }
      const std::uint64_t now = Now();
      measurement_.Tick(now);
      Issue(now);
    }
    measurement_.Print(units_.size() - free_.size(), measurement_.TakeBacklog());
    return true;
  }

 private:
  struct Unit {
    std::uint64_t began = 0;
    std::size_t left = 0;
    bool failed = false;
  };

  bool Find() {
    if (slotted_ != nullptr) return slotted_->Find();
    const rd_kafka_metadata_t* metadata = nullptr;
    // librdkafka first requests each topic separately: thousands take many seconds.
    if (rd_kafka_metadata(producer_, 0, nullptr, &metadata, 60'000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return false;
    }
    rd_kafka_metadata_destroy(metadata);
    return true;
  }

  void Wait() const {
    timespec timeout = measurement_.SleepTime(!free_.empty());
    if (const std::uint64_t next = slotted_ ? slotted_->NextDispatch() : 0; next != 0) {
      const std::uint64_t now = Now();
      const auto wait = static_cast<decltype(timeout.tv_nsec)>(next > now ? next - now : 0);
      timeout.tv_nsec = std::min(timeout.tv_nsec, wait);
    }
    pollfd waits{event_, POLLIN, 0};
    if (ppoll(&waits, 1, &timeout, nullptr) > 0) {
      std::uint64_t ignored = 0;
      if (read(event_, &ignored, sizeof ignored) < 0) return;
    }
  }

  void Issue(std::uint64_t now) {
    std::uint64_t began = 0;
    while (!free_.empty() && measurement_.TakeTurn(now, &began)) {
      Unit& unit = *free_.front();
      free_.pop_front();
      Produce(unit, began);
    }
    if (slotted_ == nullptr) return;
    refused_.clear();
    slotted_->Dispatch(now, refused_);
    for (void* const unit : refused_) Done(*static_cast<Unit*>(unit), true, now);
  }

  void Produce(Unit& unit, std::uint64_t began) {
    unit.began = began;
    unit.left = records_;
    unit.failed = false;
    rd_kafka_topic_t* const topic = topics_[next_topic_];
    if (++next_topic_ == topics_.size()) next_topic_ = 0;
    for (std::size_t i = 0; i < records_; ++i) {
      TestRecord& record = pool_[next_];
      if (++next_ == pool_.size()) next_ = 0;
      if (slotted_ != nullptr) {
        slotted_->Add(record, &unit);
        continue;
      }
      // No copy: the pool outlives the producer.
      if (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, 0, record.value.data(),
                           record.value.size(), record.key.empty() ? nullptr : record.key.data(),
                           record.key.size(), &unit) != 0) {
        Done(unit, true, Now());
      }
    }
  }

  void Take(rd_kafka_event_t* event) {
    if (rd_kafka_event_type(event) != RD_KAFKA_EVENT_DR) return;
    const std::uint64_t now = Now();
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
      void* const unit = slotted_ ? slotted_->OnReport(message->_private) : message->_private;
      Done(*static_cast<Unit*>(unit), message->err != RD_KAFKA_RESP_ERR_NO_ERROR, now);
    }
  }

  // One record of the unit was reported.
  void Done(Unit& unit, bool failed, std::uint64_t now) {
    if (failed) unit.failed = true;
    if (--unit.left > 0) return;
    if (unit.failed) {
      measurement_.OnBad("not delivered", "");
    } else {
      measurement_.OnDone(unit.began, now, records_, records_ * bytes_);
    }
    free_.push_back(&unit);
  }

  rd_kafka_t* const producer_;
  const std::unique_ptr<SlottedProducers> slotted_;
  std::vector<void*> refused_;
  std::vector<rd_kafka_topic_t*> topics_;
  std::vector<rd_kafka_queue_t*> queues_;
  const int event_;
  Measurement measurement_;
  const std::size_t records_;
  const std::size_t bytes_;
  std::vector<TestRecord> pool_;
  std::vector<Unit> units_;
  std::deque<Unit*> free_;
  std::size_t next_ = 0;
  std::size_t next_topic_ = 0;
};

std::vector<std::string> TopicsOf(const Flags& flags) {
  const std::size_t count = flags.Count("topics");
  if (count <= 1) return {flags.Text("topic")};
  std::vector<std::string> topics;
  for (std::size_t i = 0; i < count; ++i) {
    topics.push_back(flags.Text("topic") + "-" + std::to_string(i));
  }
  return topics;
}

int Main(int argc, char** argv) {
  const Flags flags(argc, argv,
                    {{"brokers", ""},
                     {"topic", "bench"},
                     {"outstanding", "64"},
                     {"rate", "0"},
                     {"duration", "4"},
                     {"warmup", "1"},
                     {"keys", "1"},
                     {"records", "1"},
                     {"bytes", "200"},
                     {"linger", "0"},
                     {"topics", "1"},
                     {"producers", "0"},
                     {"slots", "5"},
                     {"pace", "0.5"}});
  RunOptions run;
  run.warmup_seconds = flags.Number("warmup");
  run.seconds = flags.Number("duration");
  run.rate = flags.Number("rate");
  run.pid = getpid();
  prctl(PR_SET_TIMERSLACK, 1UL);
  const std::size_t count = flags.Count("producers");
  if (count > SlottedProducers::kMostProducers) return 64;
  std::vector<rd_kafka_t*> producers(std::max<std::size_t>(1, count));
  for (rd_kafka_t*& producer : producers) {
    producer = MakeProducer(flags.Text("brokers"), flags.Text("linger"));
    if (producer == nullptr) return 1;
  }
  std::unique_ptr<SlottedProducers> slotted;
  if (count > 0) {
    slotted =
        std::make_unique<SlottedProducers>(producers, flags.Text("topic"), flags.Count("slots"),
                                           static_cast<std::uint64_t>(flags.Number("pace") * 1e6));
  }
  const auto floor =
      std::make_unique<Floor>(producers, TopicsOf(flags), std::move(slotted), run,
                              flags.Count("records"), flags.Count("bytes"), flags.Count("keys"));
  const bool ran = floor->Run(flags.Count("outstanding"));
  if (!ran)
    std::fprintf(stderr, "kafka_floor: no metadata of topic %s\n", flags.Text("topic").c_str());
  std::fflush(stdout);
  _exit(ran ? 0 : 1);  // everything was reported; closing the producer would only cost a second
}

}  // namespace
}  // namespace gateway::bench

int main(int argc, char** argv) { return gateway::bench::Main(argc, argv); }
