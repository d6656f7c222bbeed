#include "infra/kafka/stats/kafka_stats.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "infra/kafka/stats/stats_json.h"

namespace gateway {
namespace {

using simdjson::ondemand::object;
using simdjson::ondemand::value;

constexpr std::chrono::microseconds kNeverSpoke = std::chrono::hours(1);

void ReadBroker(object& from, KafkaStats* stats) {
  KafkaStats::Broker broker;
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

KafkaStats::Broker* FindBroker(std::vector<KafkaStats::Broker>& brokers, BrokerId id) {
  const auto found =
      std::find_if(brokers.begin(), brokers.end(), [id](const auto& one) { return one.id == id; });
  return found == brokers.end() ? nullptr : &*found;
}

// What one more client says of brokers; those that only one of both names are not up to the other.
void JoinBrokers(std::vector<KafkaStats::Broker> other, std::vector<KafkaStats::Broker>* all) {
  for (KafkaStats::Broker& broker : *all) {
    const KafkaStats::Broker* const same = FindBroker(other, broker.id);
    broker.up = broker.up && same != nullptr && same->up;
    if (same != nullptr) broker.silent_for = std::min(broker.silent_for, same->silent_for);
  }
  for (KafkaStats::Broker& broker : other) {
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

void ClientStats::Take(std::size_t client, KafkaStats stats) {
  for (std::optional<KafkaStats>& told : told_) {
    if (!told) continue;
    for (KafkaStats::Broker& broker : told->brokers) broker.silent_for = kNeverSpoke;
  }
  if (client >= told_.size()) told_.resize(client + 1);
  told_[client] = std::move(stats);
}

void ClientStats::MarkDown(std::size_t client, BrokerId broker) {
  if (client >= told_.size() || !told_[client]) return;
  if (KafkaStats::Broker* const found = FindBroker(told_[client]->brokers, broker)) {
    found->up = false;
  }
}

KafkaStats ClientStats::Together(const std::function<bool(std::size_t)>& used) const {
  std::optional<KafkaStats> all;
  for (std::size_t i = 0; i < told_.size(); ++i) {
    if (!told_[i] || !used(i)) continue;
    if (!all) {
      all = told_[i];
      continue;
    }
    if (ProducerIdOf(told_[i]->idempotence) > ProducerIdOf(all->idempotence)) {
      all->idempotence = told_[i]->idempotence;
    }
    JoinBrokers(told_[i]->brokers, &all->brokers);
  }
  if (!all) return {};
  all->brokers_known = static_cast<int>(all->brokers.size());
  all->brokers_up = static_cast<int>(
      std::count_if(all->brokers.begin(), all->brokers.end(), [](const auto& b) { return b.up; }));
  return *std::move(all);
}

struct KafkaStatsReader::Buffers {
  StatsText text;
};

KafkaStatsReader::KafkaStatsReader() : buffers_(std::make_unique<Buffers>()) {}

KafkaStatsReader::~KafkaStatsReader() = default;

std::optional<KafkaStats> KafkaStatsReader::Read(std::string_view json) {
  KafkaStats stats;
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
