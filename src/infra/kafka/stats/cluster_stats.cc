#include "infra/kafka/stats/cluster_stats.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "infra/kafka/stats/stats_json.h"

namespace gateway {
namespace {

using simdjson::ondemand::object;
using simdjson::ondemand::value;

constexpr std::chrono::microseconds kNeverSpoke = std::chrono::hours(1);

void ReadBroker(object& from, ClusterStats* stats) {
  ClusterStats::Broker broker;
  std::int64_t id = -1;
  std::int64_t idle = -1;
  const bool whole = ForEachMember(from, [&](std::string_view key, value& held) {
    if (key == "nodeid") id = IntegerOf(held);
    if (key == "rxidle") idle = IntegerOf(held);
    if (key == "state") broker.up = StringOf(held) == "UP";
  });
  if (!whole || id < 0) return;
  broker.id = static_cast<BrokerId>(id);
  broker.silent_for = idle < 0 ? kNeverSpoke : std::chrono::microseconds(idle);
  ++stats->brokers_known;
  if (broker.up) ++stats->brokers_up;
  stats->brokers.push_back(broker);
}

ClusterStats::Broker* FindBroker(std::vector<ClusterStats::Broker>& brokers, BrokerId id) {
  const auto found =
      std::find_if(brokers.begin(), brokers.end(), [id](const auto& one) { return one.id == id; });
  return found == brokers.end() ? nullptr : &*found;
}

// Merges the brokers of one more client; a broker that only one of them names counts as down.
void JoinBrokers(std::vector<ClusterStats::Broker> other, std::vector<ClusterStats::Broker>* all) {
  for (ClusterStats::Broker& broker : *all) {
    const ClusterStats::Broker* const same = FindBroker(other, broker.id);
    broker.up = broker.up && same != nullptr && same->up;
    if (same != nullptr) broker.silent_for = std::min(broker.silent_for, same->silent_for);
  }
  for (ClusterStats::Broker& broker : other) {
    if (FindBroker(*all, broker.id) != nullptr) continue;
    broker.up = false;
    all->push_back(broker);
  }
}

}  // namespace

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
  std::optional<ClusterStats> all;
  for (std::size_t i = 0; i < latest_.size(); ++i) {
    if (!latest_[i] || !used(i)) continue;
    if (!all) {
      all = latest_[i];
      continue;
    }
    if (ProducerIdOf(latest_[i]->idempotence) > ProducerIdOf(all->idempotence)) {
      all->idempotence = latest_[i]->idempotence;
    }
    JoinBrokers(latest_[i]->brokers, &all->brokers);
  }
  if (!all) return {};
  all->brokers_known = static_cast<int>(all->brokers.size());
  all->brokers_up = static_cast<int>(
      std::count_if(all->brokers.begin(), all->brokers.end(), [](const auto& b) { return b.up; }));
  return *std::move(all);
}

struct ClusterStatsReader::Buffers {
  StatsText text;
};

ClusterStatsReader::ClusterStatsReader() : buffers_(std::make_unique<Buffers>()) {}

ClusterStatsReader::~ClusterStatsReader() = default;

std::optional<ClusterStats> ClusterStatsReader::Read(std::string_view json) {
  ClusterStats stats;
  const bool whole =
      buffers_->text.Read(WithoutTopics(json), [&](std::string_view key, value& held) {
        if (key == "brokers") {
          ForEachObject(held, [&stats](std::string_view /*name*/, object& broker) {
            ReadBroker(broker, &stats);
          });
        } else if (key == "eos") {
          ForEachMember(held, [&stats](std::string_view name, value& member) {
            if (name == "idemp_state") stats.idempotence = StringOf(member);
          });
        }
      });
  if (!whole) return std::nullopt;
  return stats;
}

}  // namespace gateway
