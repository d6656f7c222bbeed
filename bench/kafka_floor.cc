// The floor of librdkafka alone: the records of the load generator, given to one idempotent
// producer (acks=all, snappy, linger 0, as the gateway has it) by one thread that also takes the
// delivery reports. A unit is a request of the load generator: `--records` records at once, done
// when the last is reported. Closed loop with `--outstanding` units, or at a `--rate` with at most
// so many. Prints the same JSON as the load generator.
//
//   kafka_floor --brokers ADDRESS --topic T [--outstanding 64] [--records 1] [--bytes 200] [--keys
//   1]
//               [--rate UNITS_A_SECOND] [--duration S] [--warmup S] [--linger MS] [--topics N]
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <deque>
#include <memory>
#include <vector>

#include "load/flags.h"
#include "load/measurement.h"
#include "load/records.h"

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

class Floor final {
 public:
  Floor(rd_kafka_t* producer, const std::vector<std::string>& topics, const RunOptions& run,
        std::size_t records, std::size_t bytes, std::size_t keys)
      : queue_(rd_kafka_queue_get_main(producer)),
        event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        measurement_(run),
        records_(records),
        bytes_(bytes),
        pool_(MakeRecords(SetSize(records, bytes, keys) * records, bytes, keys)) {
    static const std::uint64_t one = 1;
    rd_kafka_queue_io_event_enable(queue_, event_, &one, sizeof one);
    for (const std::string& topic : topics) {
      topics_.push_back(rd_kafka_topic_new(producer, topic.c_str(), nullptr));
    }
  }

  // False if the topics cannot be had.
  bool Run(rd_kafka_t* producer, std::size_t outstanding) {
    const rd_kafka_metadata_t* metadata = nullptr;
    // librdkafka first requests each topic separately: thousands take many seconds.
    if (rd_kafka_metadata(producer, 0, nullptr, &metadata, 60'000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return false;
    }
    rd_kafka_metadata_destroy(metadata);
    units_ = std::vector<Unit>(outstanding);
    for (Unit& unit : units_) free_.push_back(&unit);
    measurement_.Start();
    Issue(Now());
    while (!measurement_.Finished(free_.size() == units_.size())) {
      Wait();
      while (rd_kafka_event_t* event = rd_kafka_queue_poll(queue_, 0)) {
        Take(event);
        rd_kafka_event_destroy(event);
      }
      const std::uint64_t now = Now();
      measurement_.Tick(now);
      Issue(now);
    }
    measurement_.Print(units_.size() - free_.size());
    return true;
  }

 private:
  struct Unit {
    std::uint64_t began = 0;
    std::size_t left = 0;
    bool failed = false;
  };

  void Wait() const {
    const timespec timeout = measurement_.SleepTime(!free_.empty());
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
      // No copy: the pool outlives the producer.
      if (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, 0, record.value.data(),
                           record.value.size(), record.key.empty() ? nullptr : record.key.data(),
                           record.key.size(), &unit) != 0) {
        unit.failed = true;
        if (--unit.left == 0) Finish(unit, Now());
      }
    }
  }

  void Take(rd_kafka_event_t* event) {
    if (rd_kafka_event_type(event) != RD_KAFKA_EVENT_DR) return;
    const std::uint64_t now = Now();
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
      Unit& unit = *static_cast<Unit*>(message->_private);
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) unit.failed = true;
      if (--unit.left == 0) Finish(unit, now);
    }
  }

  void Finish(Unit& unit, std::uint64_t now) {
    if (unit.failed) {
      measurement_.OnBad("not delivered", "");
    } else {
      measurement_.OnDone(unit.began, now, records_, records_ * bytes_);
    }
    free_.push_back(&unit);
  }

  std::vector<rd_kafka_topic_t*> topics_;
  rd_kafka_queue_t* const queue_;
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
                     {"topics", "1"}});
  RunOptions run;
  run.warmup_seconds = flags.Number("warmup");
  run.seconds = flags.Number("duration");
  run.rate = flags.Number("rate");
  run.pid = getpid();
  prctl(PR_SET_TIMERSLACK, 1UL);
  rd_kafka_t* producer = MakeProducer(flags.Text("brokers"), flags.Text("linger"));
  if (producer == nullptr) return 1;
  std::vector<std::string> topics = {flags.Text("topic")};
  if (const std::size_t count = flags.Count("topics"); count > 1) {
    topics.clear();
    for (std::size_t i = 0; i < count; ++i) {
      topics.push_back(flags.Text("topic") + "-" + std::to_string(i));
    }
  }
  const auto floor = std::make_unique<Floor>(producer, topics, run, flags.Count("records"),
                                             flags.Count("bytes"), flags.Count("keys"));
  const bool ran = floor->Run(producer, flags.Count("outstanding"));
  if (!ran)
    std::fprintf(stderr, "kafka_floor: no metadata of topic %s\n", flags.Text("topic").c_str());
  std::fflush(stdout);
  _exit(ran ? 0 : 1);  // everything was reported; closing the producer would only cost a second
}

}  // namespace
}  // namespace gateway::bench

int main(int argc, char** argv) { return gateway::bench::Main(argc, argv); }
