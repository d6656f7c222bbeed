// The ports of the domain: what `service` and `api` need from the world. `infra` implements them,
// tests fake them. Every implementation may be called from any thread at any time, and no call
// blocks on Kafka or on a disk.
#ifndef GATEWAY_SERVICE_PORTS_PORTS_H_
#define GATEWAY_SERVICE_PORTS_PORTS_H_

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "service/produce/pending_record.h"

namespace gateway {

// Writes records to Kafka. Records of one partition are stored in the order of the Send calls of
// one thread.
class Producer {
 public:
  virtual ~Producer() = default;

  // Returns false if the topic's backlog is at its limit; the caller should then refuse the whole
  // request. Lock-free unless some topic is at its limit.
  virtual bool HasRoomFor(std::string_view topic) const = 0;
  // Takes the record; PendingRecord::Report is called exactly once, possibly before Send returns.
  // The record may wait for those that follow until Dispatch.
  virtual void Send(PendingRecord* record) = 0;
  // Dispatches queued records, as far as there is room. Call once after a series of Send calls.
  virtual void Dispatch() = 0;
  // `count` records that were sent have been withdrawn: reports them and lets go of them soon.
  virtual void OnWithdrawn(std::size_t count) = 0;
};

// Notified while an I/O thread works through a burst of requests, so that their records can share a
// batch.
class BurstListener {
 public:
  virtual ~BurstListener() = default;
  // Called in pairs on each thread. EndBurst may do what has waited for it.
  virtual void BeginBurst() = 0;
  virtual void EndBurst() = 0;
};

class Clock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  virtual ~Clock() = default;
  virtual TimePoint Now() const = 0;           // monotonic
  virtual TimestampMs UnixMillis() const = 0;  // wall clock
};

// What is known of the cluster without asking it: answered from the producer's own state.
struct KafkaStatus {
  bool ready = false;     // a broker answered, and is still connected; the producer can produce
  bool embedded = false;  // the in-process broker for trying things out: keeps nothing
  int brokers_up = 0;
  int brokers_known = 0;
  std::string description;  // one sentence for people

  // What the producer is doing.
  std::int64_t records_held = 0;       // kept back here, not handed to Kafka yet
  std::int64_t records_in_flight = 0;  // handed to Kafka, not reported yet
  // How long the oldest of both has been waiting, to a tenth of a second; of long waits it may know
  // only that they are at least so long. Absent: nothing waits.
  std::optional<std::chrono::milliseconds> oldest_record = {};
  std::optional<std::chrono::milliseconds> since_delivery = {};  // absent: nothing was stored yet
  std::int64_t instance_swaps = 0;  // producers replaced after a fatal error
};

class KafkaHealth {
 public:
  virtual ~KafkaHealth() = default;
  virtual KafkaStatus Status() const = 0;
};

enum class LogLevel : std::uint8_t { kTrace, kDebug, kInformation, kWarning, kError, kCritical };

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool, std::monostate>
      value;  // last: left out
};

// A field's value that is left out where there is no text.
inline decltype(LogField::value) TextOrNone(std::string_view text) {
  if (text.empty()) return std::monostate();
  return text;
}

// Structured log. `event` is a stable identifier in kebab case, `message` a sentence for people.
// Never blocks: when the queue is full the line is dropped and counted.
class Logger {
 public:
  virtual ~Logger() = default;
  virtual bool Enabled(LogLevel level) const = 0;
  virtual void Log(LogLevel level, std::string_view event, std::string_view message,
                   std::initializer_list<LogField> fields = {}) = 0;
};

// What became of a record, for counting.
enum class RecordResult : std::uint8_t { kDelivered, kNotPersisted, kPossiblyPersisted, kLate };

// What a request that sends records spends its time on. Each is counted once per request, for the
// record that was reported last: so they add up to the request's time, but for the answer's way.
enum class LatencyStage : std::uint8_t {
  kParse,   // from the request's last byte until its records are sent
  kHeld,    // until that record was last handed to librdkafka
  kBroker,  // until its delivery report
  kTotal,   // from the head of the request until its answer is built
};

// Counts and times what happens. Called on the hot path: implementations are wait-free or nearly
// so.
class Metrics {
 public:
  virtual ~Metrics() = default;

  // HTTP. `route` is a route template or "" when no route matched; never a path.
  virtual void OnRequestStarted() = 0;
  virtual void OnRequestFinished(std::string_view method, std::string_view route, int status,
                                 std::chrono::nanoseconds duration, std::size_t request_bytes,
                                 std::size_t response_bytes) = 0;
  // A connection or request refused at the door, by reason ("max-connections", "bad-framing",
  // "head-timeout", ...).
  virtual void OnHttpRejected(std::string_view reason) = 0;
  virtual void OnConnectionsChanged(std::int64_t delta) = 0;
  // A whole request was answered with a problem document of this "code".
  virtual void OnProblem(std::string_view /*code*/) {}

  // Records. `topic` becomes a label only once a record of it has been delivered; until then it
  // counts as "_other".
  virtual void OnRecordsSent(std::int64_t count, std::int64_t bytes) = 0;  // in flight from now
  virtual void OnRecordReported(std::string_view topic, RecordResult result, std::size_t bytes,
                                std::chrono::nanoseconds since_sent) = 0;
  virtual void OnBatch(std::size_t records) = 0;
  // Records whose client had its answer before they failed (Prefer: respond-async).
  virtual void OnAcceptedFailed(std::int64_t /*records*/) {}

  // A record failed, or may have.
  virtual void OnRecordFailed(ErrorCode /*code*/) {}
  virtual void OnStage(LatencyStage /*stage*/, std::chrono::nanoseconds /*took*/) {}

  // Records that the gateway holds back because their partition is busy or its leader is away.
  virtual void OnRecordsHeld(std::int64_t delta) = 0;
  virtual void OnRecordsWithdrawn(std::size_t count) = 0;  // by their deadline, never sent
  virtual void OnDispatchRound(std::size_t records) = 0;   // dispatched to one broker

  // Kafka.
  virtual void OnKafkaReady(bool ready) = 0;

  // The Prometheus text format (version 0.0.4) of everything counted so far.
  virtual std::string Scrape() const = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_PORTS_H_
