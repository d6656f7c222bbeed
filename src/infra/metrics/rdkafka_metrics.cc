#include "infra/metrics/rdkafka_metrics.h"

#include <iterator>
#include <utility>

#include "infra/kafka/stats/cluster_stats.h"
#include "infra/metrics/families.h"

namespace gateway {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

MetricLabels BrokerLabel(BrokerId id) { return {{"broker", std::to_string(id)}}; }

MetricLabels LabelOf(const ExportedStats::Broker& broker) { return BrokerLabel(broker.state.id); }
MetricLabels LabelOf(const ExportedStats::Topic& topic) { return {{"topic", topic.name}}; }

// One family per distribution, with the label "stat" for its figures. Leaves out distributions in
// which nothing was measured.
template <typename Part>
void AddWindows(std::span<const RdkafkaField> fields, const std::vector<Part>& parts,
                std::vector<MetricFamily>* families) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    MetricFamily family = MakeFamily(MetricType::Gauge, fields[i].metric, fields[i].help);
    for (const Part& part : parts) {
      const ExportedStats::Window& window = part.figures.windows[i];
      if (window.empty) continue;
      for (std::size_t s = 0; s < std::size(kRdkafkaWindowStats); ++s) {
        MetricLabels labels = LabelOf(part);
        labels.push_back({"stat", std::string(kRdkafkaWindowStats[s])});
        AddGauge(family, std::move(labels), window.values[s]);
      }
    }
    families->push_back(std::move(family));
  }
}

}  // namespace

std::optional<ExportedStats> RdkafkaMetrics::ReadAll(const Texts& texts, std::size_t max_topics) {
  std::optional<ExportedStats> all;
  for (const std::string& text : texts) {
    std::optional<ExportedStats> one = ReadRdkafkaStats(text, max_topics);
    if (!one) continue;
    if (all) {
      Join(*one, &*all);
    } else {
      all = std::move(one);
    }
  }
  if (all && all->topics.size() > max_topics) all->topics.resize(max_topics);
  return all;
}

void RdkafkaMetrics::OnStatistics(std::size_t client, std::string_view json) {
  const StatsParts parts = json.size() <= kMaxText ? StatsParts{json, {}} : WithoutTopics(json);
  const MutexLock lock(mutex_);
  if (client >= texts_.size()) texts_.resize(client + 1);
  texts_[client].assign(parts.head).append(parts.tail);
}

void RdkafkaMetrics::OnClientClosed(std::size_t client) {
  const MutexLock lock(mutex_);
  if (client >= texts_.size()) return;
  Keep({texts_[client]});
  texts_.resize(client);
}

void RdkafkaMetrics::OnReplaced() {
  const MutexLock lock(mutex_);
  Keep(texts_);
  texts_.clear();
}

void RdkafkaMetrics::Keep(const Texts& gone) {
  const auto last = ReadAll(gone, 0);
  if (!last) return;
  for (std::size_t i = 0; i < last->client.size(); ++i) before_.client[i] += last->client[i];
  before_.id_epochs += last->id_epochs;
  for (const ExportedStats::Broker& broker : last->brokers) {
    const std::vector<double>& fields = broker.figures.fields;
    std::vector<double>& sums = before_.brokers[broker.state.id];
    sums.resize(fields.size());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += fields[i];
  }
}

void RdkafkaMetrics::CollectClient(const ExportedStats& stats, const Before& before,
                                   std::vector<MetricFamily>* families) {
  const auto fields = RdkafkaClientFields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const RdkafkaField& field = fields[i];
    families->push_back(
        field.counter ? CounterFamily(field.metric, field.help, stats.client[i] + before.client[i])
                      : GaugeFamily(field.metric, field.help, stats.client[i]));
  }
  families->push_back(GaugeFamily("rdkafka_idempotence_ready",
                                  "1 while the idempotent producer has its id, else 0.",
                                  stats.id_assigned ? 1 : 0));
  families->push_back(CounterFamily("rdkafka_idempotence_epochs_total",
                                    "Ids and epochs assigned to the producer.",
                                    stats.id_epochs + before.id_epochs));
}

void RdkafkaMetrics::CollectBrokers(const ExportedStats& stats, const Before& before,
                                    std::vector<MetricFamily>* families) {
  MetricFamily info = MakeFamily(MetricType::Gauge, "rdkafka_broker_info",
                                 "Always 1; the label has the broker's address.");
  MetricFamily up = MakeFamily(MetricType::Gauge, "rdkafka_broker_up",
                               "1 while the connection to the broker is up, else 0.");
  for (const ExportedStats::Broker& broker : stats.brokers) {
    MetricLabels labels = LabelOf(broker);
    labels.push_back({"address", broker.address});
    AddGauge(info, std::move(labels), 1);
    AddGauge(up, LabelOf(broker), broker.state.up ? 1 : 0);
  }
  families->push_back(std::move(info));
  families->push_back(std::move(up));
  const auto fields = RdkafkaBrokerFields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const RdkafkaField& field = fields[i];
    std::map<BrokerId, double> values;
    if (field.counter) {
      for (const auto& [id, sums] : before.brokers) values[id] = sums[i];
    }
    for (const ExportedStats::Broker& broker : stats.brokers) {
      values[broker.state.id] += broker.figures.fields[i];
    }
    MetricFamily family = MakeFamily(field.counter ? MetricType::Counter : MetricType::Gauge,
                                     field.metric, field.help);
    for (const auto& [id, value] : values) {
      field.counter ? AddCounter(family, BrokerLabel(id), value)
                    : AddGauge(family, BrokerLabel(id), value);
    }
    families->push_back(std::move(family));
  }
  AddWindows(RdkafkaBrokerWindows(), stats.brokers, families);
}

void RdkafkaMetrics::CollectTopics(const ExportedStats& stats,
                                   std::vector<MetricFamily>* families) {
  const auto fields = RdkafkaTopicFields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    MetricFamily family = MakeFamily(MetricType::Gauge, fields[i].metric, fields[i].help);
    for (const ExportedStats::Topic& topic : stats.topics) {
      AddGauge(family, LabelOf(topic), topic.figures.fields[i]);
    }
    families->push_back(std::move(family));
  }
  AddWindows(RdkafkaTopicWindows(), stats.topics, families);
}

std::vector<MetricFamily> RdkafkaMetrics::Collect() const {
  Texts texts;
  Before before;
  {
    const MutexLock lock(mutex_);
    texts = texts_;
    before = before_;
  }
  ExportedStats stats = ReadAll(texts, max_topics_).value_or(ExportedStats());
  stats.client.resize(before.client.size());  // zeros, if there are no statistics yet
  std::vector<MetricFamily> families;
  CollectClient(stats, before, &families);
  CollectBrokers(stats, before, &families);
  CollectTopics(stats, &families);
  return families;
}

}  // namespace gateway
