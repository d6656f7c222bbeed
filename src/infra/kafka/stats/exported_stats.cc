#include "infra/kafka/stats/exported_stats.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "infra/kafka/stats/stats_json.h"

namespace gateway {
namespace {

using simdjson::ondemand::object;
using simdjson::ondemand::value;

constexpr double kMicroseconds = 1e6;
constexpr double kMilliseconds = 1e3;

constexpr RdkafkaField kClient[] = {
    {"msg_cnt", "rdkafka_queue_messages", "Messages that librdkafka holds: queued or in flight."},
    {"msg_max", "rdkafka_queue_messages_limit", "Messages that librdkafka may hold."},
    {"msg_size", "rdkafka_queue_bytes", "Bytes of the messages that librdkafka holds."},
    {"msg_size_max", "rdkafka_queue_bytes_limit", "Bytes of messages that librdkafka may hold."},
    {"replyq", "rdkafka_reply_queue_operations",
     "Delivery reports and events that the gateway has not processed yet."},
    {"metadata_cache_cnt", "rdkafka_metadata_cache_topics", "Topics whose metadata is cached."},
    {"tx", "rdkafka_tx_requests_total", "Requests sent to brokers.", true},
    {"tx_bytes", "rdkafka_tx_bytes_total", "Bytes sent to brokers.", true},
    {"rx", "rdkafka_rx_responses_total", "Responses received from brokers.", true},
    {"rx_bytes", "rdkafka_rx_bytes_total", "Bytes received from brokers.", true},
    {"txmsgs", "rdkafka_tx_messages_total", "Messages sent to brokers.", true},
    {"txmsg_bytes", "rdkafka_tx_message_bytes_total", "Bytes of the messages sent to brokers.",
     true},
};

constexpr RdkafkaField kBroker[] = {
    {"stateage", "rdkafka_broker_state_age_seconds",
     "Time since the connection's state last changed.", false, kMicroseconds, true},
    {"outbuf_cnt", "rdkafka_broker_outbuf_requests", "Requests waiting to be sent."},
    {"waitresp_cnt", "rdkafka_broker_waiting_responses", "Requests waiting for their response."},
    {"txbytes", "rdkafka_broker_tx_bytes_total", "Bytes sent to the broker.", true},
    {"rxbytes", "rdkafka_broker_rx_bytes_total", "Bytes received from the broker.", true},
    {"txerrs", "rdkafka_broker_tx_errors_total", "Requests that could not be sent.", true},
    {"txretries", "rdkafka_broker_tx_retries_total", "Requests that were sent again.", true},
    {"rxerrs", "rdkafka_broker_rx_errors_total", "Responses that could not be parsed.", true},
    {"req_timeouts", "rdkafka_broker_request_timeouts_total",
     "Requests without a response in time.", true},
    {"connects", "rdkafka_broker_connects_total", "Attempts to connect.", true},
    {"disconnects", "rdkafka_broker_disconnects_total", "Connections that ended.", true},
};

constexpr RdkafkaField kBrokerWindows[] = {
    {"int_latency", "rdkafka_broker_internal_latency_seconds",
     "Time of messages in librdkafka's queue, over the last interval of the statistics.", false,
     kMicroseconds},
    {"outbuf_latency", "rdkafka_broker_outbuf_latency_seconds",
     "Time of requests until they were sent, over the last interval of the statistics.", false,
     kMicroseconds},
    {"rtt", "rdkafka_broker_rtt_seconds",
     "Time from a request to its response, over the last interval of the statistics.", false,
     kMicroseconds},
    {"throttle", "rdkafka_broker_throttle_seconds",
     "Throttling by the broker's quotas, over the last interval of the statistics.", false,
     kMilliseconds},
};

constexpr RdkafkaField kTopic[] = {
    {"metadata_age", "rdkafka_topic_metadata_age_seconds",
     "Time since the last metadata of the topic.", false, kMilliseconds, true},
};

constexpr RdkafkaField kTopicWindows[] = {
    {"batchsize", "rdkafka_topic_batch_bytes",
     "Size of batches, over the last interval of the statistics."},
    {"batchcnt", "rdkafka_topic_batch_messages",
     "Messages of batches, over the last interval of the statistics."},
};

// The index of the member in the table; its size if it is not exported.
std::size_t IndexOf(std::string_view member, std::span<const RdkafkaField> fields) {
  std::size_t at = 0;
  while (at < fields.size() && fields[at].member != member) ++at;
  return at;
}

double Number(value& from, double per_unit) {
  double number = 0;
  return from.get_double().get(number) == simdjson::SUCCESS ? number / per_unit : 0;
}

// True if the member is in the table.
bool ReadField(std::string_view key, value& held, std::span<const RdkafkaField> fields,
               std::vector<double>* values) {
  const std::size_t at = IndexOf(key, fields);
  if (at == fields.size()) return false;
  (*values)[at] = Number(held, fields[at].per_unit);
  return true;
}

bool ReadWindow(std::string_view key, value& held, std::span<const RdkafkaField> fields,
                std::vector<ExportedStats::Window>* windows) {
  const std::size_t at = IndexOf(key, fields);
  object figures;
  if (at == fields.size() || held.get_object().get(figures) != simdjson::SUCCESS) return false;
  ExportedStats::Window& window = (*windows)[at];
  ForEachMember(figures, [&window, &fields, at](std::string_view name, value& figure) {
    if (name == "cnt") window.empty = Number(figure, 1) <= 0;
    for (std::size_t i = 0; i < std::size(kRdkafkaWindowStats); ++i) {
      if (kRdkafkaWindowStats[i] == name) window.values[i] = Number(figure, fields[at].per_unit);
    }
  });
  return true;
}

ExportedStats::Part MakePart(std::string_view name, std::span<const RdkafkaField> fields,
                             std::span<const RdkafkaField> windows) {
  ExportedStats::Part part;
  part.name = name;
  part.fields.resize(fields.size());
  part.windows.resize(windows.size());
  return part;
}

void ReadBroker(object& from, ExportedStats* stats) {
  ExportedStats::Part broker = MakePart({}, kBroker, kBrokerWindows);
  const bool whole = ForEachMember(from, [&broker](std::string_view key, value& held) {
    if (key == "nodeid") {
      broker.broker = IntegerOf(held);
    } else if (key == "nodename") {
      broker.name = StringOf(held);
    } else if (key == "state") {
      broker.up = StringOf(held) == "UP";
    } else if (!ReadField(key, held, kBroker, &broker.fields)) {
      ReadWindow(key, held, kBrokerWindows, &broker.windows);
    }
  });
  // An entry without an id is a bootstrap address; its broker also has an entry with its id.
  if (whole && broker.broker >= 0) stats->brokers.push_back(std::move(broker));
}

void ReadTopic(std::string_view name, object& from, ExportedStats* stats) {
  ExportedStats::Part topic = MakePart(name, kTopic, kTopicWindows);
  const bool whole = ForEachMember(from, [&topic](std::string_view key, value& held) {
    if (!ReadField(key, held, kTopic, &topic.fields)) {
      ReadWindow(key, held, kTopicWindows, &topic.windows);
    }
  });
  if (whole) stats->topics.push_back(std::move(topic));
}

void ReadIdempotence(value& from, ExportedStats* stats) {
  ForEachMember(from, [stats](std::string_view key, value& held) {
    if (key == "epoch_cnt") stats->id_epochs = Number(held, 1);
    if (key == "idemp_state") stats->id_assigned = StringOf(held) == "Assigned";
  });
}

void JoinFields(std::span<const RdkafkaField> fields, const std::vector<double>& other,
                std::vector<double>* all) {
  all->resize(fields.size());
  for (std::size_t i = 0; i < fields.size() && i < other.size(); ++i) {
    double& value = (*all)[i];
    value = fields[i].largest ? std::max(value, other[i]) : value + other[i];
  }
}

void JoinWindows(const std::vector<ExportedStats::Window>& other,
                 std::vector<ExportedStats::Window>* all) {
  for (std::size_t i = 0; i < all->size(); ++i) {
    if (other[i].empty) continue;
    ExportedStats::Window& window = (*all)[i];
    for (std::size_t s = 0; s < std::size(window.values); ++s) {
      window.values[s] =
          window.empty ? other[i].values[s] : std::max(window.values[s], other[i].values[s]);
    }
    window.empty = false;
  }
}

void JoinParts(std::span<const RdkafkaField> fields, const std::vector<ExportedStats::Part>& others,
               std::vector<ExportedStats::Part>* all) {
  for (const ExportedStats::Part& other : others) {
    const auto same = std::find_if(all->begin(), all->end(), [&](const ExportedStats::Part& part) {
      return other.broker >= 0 ? part.broker == other.broker : part.name == other.name;
    });
    if (same == all->end()) {
      all->push_back(other);
      continue;
    }
    same->up = same->up && other.up;
    JoinFields(fields, other.fields, &same->fields);
    JoinWindows(other.windows, &same->windows);
  }
}

}  // namespace

void Join(const ExportedStats& other, ExportedStats* all) {
  all->id_assigned = all->id_assigned && other.id_assigned;
  all->id_epochs += other.id_epochs;
  JoinFields(kClient, other.client, &all->client);
  JoinParts(kBroker, other.brokers, &all->brokers);
  JoinParts(kTopic, other.topics, &all->topics);
}

std::span<const RdkafkaField> RdkafkaClientFields() { return kClient; }
std::span<const RdkafkaField> RdkafkaBrokerFields() { return kBroker; }
std::span<const RdkafkaField> RdkafkaBrokerWindows() { return kBrokerWindows; }
std::span<const RdkafkaField> RdkafkaTopicFields() { return kTopic; }
std::span<const RdkafkaField> RdkafkaTopicWindows() { return kTopicWindows; }

std::optional<ExportedStats> ReadRdkafkaStats(std::string_view json, std::size_t max_topics) {
  StatsText text;
  ExportedStats stats;
  stats.client.resize(std::size(kClient));
  const bool whole = text.Read({json, {}}, [&](std::string_view key, value& held) {
    if (key == "brokers") {
      ForEachObject(held, [&stats](std::string_view /*name*/, object& broker) {
        ReadBroker(broker, &stats);
      });
    } else if (key == "topics") {
      ForEachObject(held, [&stats, max_topics](std::string_view name, object& topic) {
        if (stats.topics.size() < max_topics) ReadTopic(name, topic, &stats);
      });
    } else if (key == "eos") {
      ReadIdempotence(held, &stats);
    } else {
      ReadField(key, held, kClient, &stats.client);
    }
  });
  if (!whole) return std::nullopt;
  return stats;
}

}  // namespace gateway
