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

void ReadWindow(std::string_view key, value& held, std::span<const RdkafkaField> fields,
                std::vector<ExportedStats::Window>* windows) {
  const std::size_t at = IndexOf(key, fields);
  object figures;
  if (at == fields.size() || held.get_object().get(figures) != simdjson::SUCCESS) return;
  ExportedStats::Window& window = (*windows)[at];
  ForEachMember(figures, [&window, &fields, at](std::string_view name, value& figure) {
    if (name == "cnt") window.empty = Number(figure, 1) <= 0;
    for (std::size_t i = 0; i < std::size(kRdkafkaWindowStats); ++i) {
      if (kRdkafkaWindowStats[i] == name) window.values[i] = Number(figure, fields[at].per_unit);
    }
  });
}

void ReadFigure(std::string_view key, value& held, std::span<const RdkafkaField> fields,
                std::span<const RdkafkaField> windows, ExportedStats::Figures* figures) {
  if (ReadField(key, held, fields, &figures->fields)) return;
  ReadWindow(key, held, windows, &figures->windows);
}

ExportedStats::Figures MakeFigures(std::span<const RdkafkaField> fields,
                                   std::span<const RdkafkaField> windows) {
  return {std::vector<double>(fields.size()), std::vector<ExportedStats::Window>(windows.size())};
}

void AddBroker(object& from, ExportedStats* stats) {
  ExportedStats::Broker broker;
  broker.figures = MakeFigures(kBroker, kBrokerWindows);
  const auto state = ReadBroker(from, [&broker](std::string_view key, value& held) {
    if (key == "nodename") {
      broker.address = StringOf(held);
    } else {
      ReadFigure(key, held, kBroker, kBrokerWindows, &broker.figures);
    }
  });
  if (!state) return;
  broker.state = *state;
  stats->brokers.push_back(std::move(broker));
}

void AddTopic(std::string_view name, object& from, ExportedStats* stats) {
  ExportedStats::Topic topic{std::string(name), MakeFigures(kTopic, kTopicWindows)};
  const bool whole = ForEachMember(from, [&topic](std::string_view key, value& held) {
    ReadFigure(key, held, kTopic, kTopicWindows, &topic.figures);
  });
  if (whole) stats->topics.push_back(std::move(topic));
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

void JoinFigures(std::span<const RdkafkaField> fields, const ExportedStats::Figures& other,
                 ExportedStats::Figures* all) {
  JoinFields(fields, other.fields, &all->fields);
  JoinWindows(other.windows, &all->windows);
}

}  // namespace

void Join(const ExportedStats& other, ExportedStats* all) {
  all->id_assigned = all->id_assigned && other.id_assigned;
  all->id_epochs += other.id_epochs;
  JoinFields(kClient, other.client, &all->client);
  JoinEach(
      other.brokers, &all->brokers, [](const auto& broker) { return broker.state.id; },
      [](const ExportedStats::Broker& more, ExportedStats::Broker* broker) {
        JoinBroker(more.state, &broker->state);
        JoinFigures(kBroker, more.figures, &broker->figures);
      });
  JoinEach(
      other.topics, &all->topics, [](const auto& topic) -> std::string_view { return topic.name; },
      [](const ExportedStats::Topic& more, ExportedStats::Topic* topic) {
        JoinFigures(kTopic, more.figures, &topic->figures);
      });
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
      ForEachObject(
          held, [&stats](std::string_view /*name*/, object& broker) { AddBroker(broker, &stats); });
    } else if (key == "topics") {
      ForEachObject(held, [&stats, max_topics](std::string_view name, object& topic) {
        if (stats.topics.size() < max_topics) AddTopic(name, topic, &stats);
      });
    } else if (key == "eos") {
      const auto state = ReadIdempotence(held, [&stats](std::string_view name, value& other) {
        if (name == "epoch_cnt") stats.id_epochs = Number(other, 1);
      });
      if (state) stats.id_assigned = ProducerIdOf(*state) == ProducerId::kAssigned;
    } else {
      ReadField(key, held, kClient, &stats.client);
    }
  });
  if (!whole) return std::nullopt;
  return stats;
}

}  // namespace gateway
