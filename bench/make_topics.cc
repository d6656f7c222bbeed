// Creates topics PREFIX-0 to PREFIX-(N-1) with one partition each, 500 per request, and ends when
// Kafka has them: five thousand requests would take minutes.
//
//   make_topics --brokers ADDRESS --prefix P --count N [--replication N]
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <vector>

#include "load/flags.h"

namespace gateway::bench {
namespace {

constexpr std::size_t kTogether = 500;
constexpr int kTimeoutMs = 60'000;

// Creates the topics from `first` on; false, with a line on stderr, if Kafka refuses one.
bool Make(rd_kafka_t* client, rd_kafka_queue_t* queue, const Flags& flags, std::size_t first,
          std::size_t count) {
  char error[256];
  std::vector<rd_kafka_NewTopic_t*> topics;
  for (std::size_t i = first; i < first + count; ++i) {
    const std::string name = flags.Text("prefix") + "-" + std::to_string(i);
    topics.push_back(rd_kafka_NewTopic_new(
        name.c_str(), 1, static_cast<int>(flags.Count("replication")), error, sizeof error));
  }
  rd_kafka_AdminOptions_t* options =
      rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  rd_kafka_AdminOptions_set_request_timeout(options, kTimeoutMs, error, sizeof error);
  rd_kafka_AdminOptions_set_operation_timeout(options, kTimeoutMs, error, sizeof error);
  rd_kafka_CreateTopics(client, topics.data(), topics.size(), options, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, kTimeoutMs + 5'000);
  rd_kafka_AdminOptions_destroy(options);
  rd_kafka_NewTopic_destroy_array(topics.data(), topics.size());

  const rd_kafka_CreateTopics_result_t* result =
      event == nullptr ? nullptr : rd_kafka_event_CreateTopics_result(event);
  std::size_t made = 0;
  const rd_kafka_topic_result_t** each =
      result == nullptr ? nullptr : rd_kafka_CreateTopics_result_topics(result, &made);
  bool good = made == count;
  for (std::size_t i = 0; i < made; ++i) {
    good = good && rd_kafka_topic_result_error(each[i]) == RD_KAFKA_RESP_ERR_NO_ERROR;
  }
  if (!good) {
    std::fprintf(stderr, "make_topics: %s\n",
                 event == nullptr ? "no answer" : rd_kafka_event_error_string(event));
  }
  if (event != nullptr) rd_kafka_event_destroy(event);
  return good;
}

int Main(int argc, char** argv) {
  const Flags flags(argc, argv,
                    {{"brokers", ""}, {"prefix", "bench"}, {"count", "1"}, {"replication", "1"}});
  char error[256];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", flags.Text("brokers").c_str(), error, sizeof error);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (client == nullptr) return 1;
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client);
  const std::size_t count = flags.Count("count");
  bool good = true;
  for (std::size_t first = 0; good && first < count; first += kTogether) {
    good = Make(client, queue, flags, first, std::min(kTogether, count - first));
  }
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(client);
  if (good) std::printf("{\"made\":%zu}\n", count);
  return good ? 0 : 1;
}

}  // namespace
}  // namespace gateway::bench

int main(int argc, char** argv) { return gateway::bench::Main(argc, argv); }
