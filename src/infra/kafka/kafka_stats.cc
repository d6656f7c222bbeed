#include "kafka/kafka_stats.h"

#include <algorithm>
#include <cstdint>

#include "kafka/stats_json.h"

namespace gateway {
namespace {

using simdjson::ondemand::object;
using simdjson::ondemand::value;

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
  broker.silent_for = idle < 0 ? std::chrono::hours(1) : std::chrono::microseconds(idle);
  ++stats->brokers_known;
  if (broker.up) ++stats->brokers_up;
  stats->brokers.push_back(broker);
}

void AddBroker(const KafkaStats::Broker& broker, std::vector<KafkaStats::Broker>* brokers) {
  const auto same = std::find_if(brokers->begin(), brokers->end(),
                                 [&](const auto& other) { return other.id == broker.id; });
  if (same == brokers->end()) return brokers->push_back(broker);
  same->up = same->up && broker.up;
  same->silent_for = std::min(same->silent_for, broker.silent_for);
}

}  // namespace

KafkaStats Together(std::span<const KafkaStats> clients) {
  if (clients.size() == 1) return clients.front();
  KafkaStats all;
  for (const KafkaStats& client : clients) {
    if (client.idempotence.empty() && client.brokers.empty()) continue;
    if (all.idempotence.empty() || all.idempotence == "Assigned") {
      all.idempotence = client.idempotence;
    }
    for (const KafkaStats::Broker& broker : client.brokers) AddBroker(broker, &all.brokers);
  }
  all.brokers_known = static_cast<int>(all.brokers.size());
  all.brokers_up = static_cast<int>(
      std::count_if(all.brokers.begin(), all.brokers.end(), [](const auto& b) { return b.up; }));
  return all;
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
