#include "infra/kafka/stats/cluster_stats.h"

#include <algorithm>
#include <utility>

#include "infra/kafka/stats/stats_json.h"

namespace gateway {
namespace {

using simdjson::ondemand::object;
using simdjson::ondemand::value;

ClusterStats::Broker* FindBroker(std::vector<ClusterStats::Broker>& brokers, BrokerId id) {
  const auto found =
      std::find_if(brokers.begin(), brokers.end(), [id](const auto& one) { return one.id == id; });
  return found == brokers.end() ? nullptr : &*found;
}

}  // namespace

void JoinBroker(const ClusterStats::Broker& other, ClusterStats::Broker* broker) {
  broker->up = broker->up && other.up;
  broker->silent_for = std::min(broker->silent_for, other.silent_for);
  broker->clients += other.clients;
}

ProducerId ProducerIdOf(std::string_view idemp_state) {
  if (idemp_state == "Assigned") return ProducerId::kAssigned;
  const bool renewed = idemp_state == "DrainBump" || idemp_state == "DrainReset";
  return renewed ? ProducerId::kRenewed : ProducerId::kNone;
}

void ClientStats::Update(std::size_t client, ClusterStats stats) {
  for (std::optional<ClusterStats>& latest : latest_) {
    if (!latest) continue;
    for (ClusterStats::Broker& broker : latest->brokers) broker.silent_for = kNeverSpoke;
  }
  if (client >= latest_.size()) latest_.resize(client + 1);
  latest_[client] = std::move(stats);
}

void ClientStats::MarkDown(std::size_t client, BrokerId broker) {
  if (client >= latest_.size() || !latest_[client]) return;
  if (ClusterStats::Broker* const found = FindBroker(latest_[client]->brokers, broker)) {
    found->up = false;
  }
}

ClusterStats ClientStats::Merge(const std::function<bool(std::size_t)>& used) const {
  ClusterStats all;
  int clients = 0;
  for (std::size_t i = 0; i < latest_.size(); ++i) {
    if (!latest_[i] || !used(i)) continue;
    const ClusterStats& one = *latest_[i];
    if (clients++ == 0 || ProducerIdOf(one.idempotence) > ProducerIdOf(all.idempotence)) {
      all.idempotence = one.idempotence;
    }
    JoinEach(
        one.brokers, &all.brokers, [](const auto& broker) { return broker.id; }, JoinBroker);
  }
  for (ClusterStats::Broker& broker : all.brokers) {
    broker.up = broker.up && broker.clients == clients;
    if (broker.up) ++all.brokers_up;
  }
  all.brokers_known = static_cast<int>(all.brokers.size());
  return all;
}

struct ClusterStatsReader::Buffers {
  StatsText text;
};

ClusterStatsReader::ClusterStatsReader() : buffers_(std::make_unique<Buffers>()) {}

ClusterStatsReader::~ClusterStatsReader() = default;

std::optional<ClusterStats> ClusterStatsReader::Read(std::string_view json) {
  ClusterStats stats;
  const auto pass_over = [](std::string_view /*key*/, value& /*held*/) {};
  const bool whole =
      buffers_->text.Read(WithoutTopics(json), [&](std::string_view key, value& held) {
        if (key == "brokers") {
          ForEachObject(held, [&](std::string_view /*name*/, object& from) {
            const auto broker = ReadBroker(from, pass_over);
            if (!broker) return;
            ++stats.brokers_known;
            if (broker->up) ++stats.brokers_up;
            stats.brokers.push_back(*broker);
          });
        } else if (key == "eos") {
          if (auto state = ReadIdempotence(held, pass_over)) stats.idempotence = *std::move(state);
        }
      });
  if (!whole) return std::nullopt;
  return stats;
}

StatsParts WithoutTopics(std::string_view json) {
  const std::size_t topics = json.find("\"topics\":");
  const std::size_t rest = json.rfind("\"eos\":");
  if (topics == std::string_view::npos || rest == std::string_view::npos || rest < topics) {
    return {json, {}};
  }
  return {json.substr(0, topics), json.substr(rest)};
}

}  // namespace gateway
