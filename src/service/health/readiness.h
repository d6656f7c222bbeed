// Decides if this instance should get traffic: it is not shutting down, and Kafka answers or has
// been unreachable for at most Health:KafkaDownGraceMs. Liveness does not depend on Kafka; see
// liveness.h. Any thread.
#ifndef GATEWAY_SERVICE_HEALTH_READINESS_H_
#define GATEWAY_SERVICE_HEALTH_READINESS_H_

#include <atomic>
#include <chrono>
#include <cstdint>

#include "service/health/lifecycle.h"
#include "service/ports/clock.h"
#include "service/ports/kafka_health.h"
#include "service/types/kafka_status.h"

namespace gateway {

class Readiness final {
 public:
  enum class State : std::uint8_t {
    kReady,
    kDegraded,  // Kafka is unreachable, but not for longer than the grace
    kNotReady,
  };
  struct Report {
    State state = State::kNotReady;
    KafkaStatus kafka;
    bool stopping = false;
  };

  Readiness(const KafkaHealth& kafka, const Lifecycle& lifecycle, const Clock& clock,
            std::chrono::milliseconds kafka_down_grace)
      : kafka_(kafka), lifecycle_(lifecycle), clock_(clock), grace_(kafka_down_grace) {}

  Report Check() const {
    Report report;
    report.kafka = kafka_.Status();
    report.stopping = lifecycle_.stopping();
    const Clock::TimePoint now = clock_.Now();
    if (report.kafka.ready) last_ready_.store(now.time_since_epoch().count());
    if (report.stopping) return report;
    if (report.kafka.ready) {
      report.state = State::kReady;
    } else if (const auto last = last_ready_.load();
               last != 0 && now - Clock::TimePoint(Clock::TimePoint::duration(last)) < grace_) {
      report.state = State::kDegraded;
    }
    return report;
  }

 private:
  const KafkaHealth& kafka_;
  const Lifecycle& lifecycle_;
  const Clock& clock_;
  const std::chrono::milliseconds grace_;
  mutable std::atomic<Clock::TimePoint::rep> last_ready_{0};  // 0: never
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_HEALTH_READINESS_H_
