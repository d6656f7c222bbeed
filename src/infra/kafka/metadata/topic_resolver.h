// Which topics exist, and how they are laid out. Records whose topic the producer does not know yet
// wait here while the one thread "kafka-lookup" asks the cluster, for all waiting names in one
// request; then all records of the name are sent in order, or all fail with the reason. Unknown
// names never reach the producing instance; a name found absent is remembered for a second. The
// same thread asks again for all known topics every few seconds, and soon when something went
// wrong: partitions are added, leaders move, topics go away.
//
// Order: the waiters of a name are produced before the name becomes known to Send, and until then
// every record of it queues behind them, so no record overtakes. Owned by KafkaProducer; its
// methods may be called from any thread. Report is never called with the lock held.
#ifndef GATEWAY_INFRA_KAFKA_METADATA_TOPIC_RESOLVER_H_
#define GATEWAY_INFRA_KAFKA_METADATA_TOPIC_RESOLVER_H_

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>

#include "infra/kafka/metadata/metadata_source.h"
#include "service/types/error.h"
#include "service/types/record_queue.h"

namespace gateway {

class TopicResolver final {
 public:
  // What the resolver needs of the producer. All but Fail, Dispatch, Update and Forget may be
  // called with the resolver's lock held and must not call back.
  class Client {
   public:
    virtual ~Client() = default;
    virtual bool IsKnown(std::string_view topic) const = 0;
    // Makes the topic producible, but not yet known. False if the producer cannot now.
    virtual bool Open(const std::string& topic, const TopicLayout& layout) = 0;
    // Queues a record of a known or opened topic. An error means: not taken, report it.
    virtual std::optional<Error> Produce(PendingRecord* record) = 0;
    // From now on IsKnown, and Send goes past the resolver.
    virtual void Publish(const std::string& topic) = 0;
    // What was produced may be dispatched.
    virtual void Dispatch() = 0;
    // How a known topic is laid out now.
    virtual void Update(const std::string& topic, const TopicLayout& layout) = 0;
    // A known topic is gone; it is not known any more.
    virtual void Forget(const std::string& topic) = 0;
    // Reports the record.
    virtual void Fail(PendingRecord* record, Error error) = 0;
    // Why nobody answered: brokers away, or credentials refused.
    virtual ErrorCode WhyUnavailable() const = 0;
    // A broker answered for the first time.
    virtual void OnBrokerAnswered() = 0;
  };

  struct Options {
    std::size_t max_topics = 0;             // known ones; 0: no limit (embedded broker: it creates)
    std::size_t max_waiting_names = 1'000;  // beyond: kOverloaded
    std::size_t names_per_lookup = 100;     // are asked for in one request
    std::size_t max_absent_names = 10'000;  // remembered
    std::chrono::milliseconds absent_for{1'000};
    std::chrono::milliseconds refresh_every{5'000};
    std::chrono::milliseconds refresh_soon{250};  // at least so long after the last time
  };

  // Starts the thread. Both must outlive the resolver.
  TopicResolver(Options options, MetadataSource& lookup, Client& client);
  ~TopicResolver();
  TopicResolver(const TopicResolver&) = delete;
  TopicResolver& operator=(const TopicResolver&) = delete;

  // Takes a record whose topic the caller did not find known. It is produced or failed, later or at
  // once.
  void Enqueue(PendingRecord* record);

  // Something went wrong that other leaders or partitions would explain: asks for them soon.
  void RefreshSoon();

  // Drops the waiters that were withdrawn.
  void Sweep();

  // True once no record waits here; false at `until`.
  bool WaitIdle(std::chrono::steady_clock::time_point until);

  // Fails what waits and all that comes with kDraining; ends the thread's work. The thread itself
  // is joined by the destructor, which may take a second when no broker answers.
  void Stop();

 private:
  using Clock = std::chrono::steady_clock;

  void Run();
  void AwaitFirstAnswer();
  void LookUp(std::unique_lock<std::mutex>& lock);
  void Settle(const std::string& name, const MetadataSource::Reply& reply,
              std::unique_lock<std::mutex>& lock);
  void Refresh(std::unique_lock<std::mutex>& lock);
  void Release(const std::string& name, const TopicLayout& layout,
               std::unique_lock<std::mutex>& lock);
  void FailOne(const std::string& name, ErrorCode code, std::unique_lock<std::mutex>& lock);
  void FailAll(ErrorCode code, std::unique_lock<std::mutex>& lock);
  void FailQueue(RecordQueue waiters, ErrorCode code);
  void FailQueue(RecordQueue waiters, std::deque<Error> errors);
  void ProduceQueue(RecordQueue waiters, RecordQueue* failed, std::deque<Error>* errors);
  void RememberAbsent(const std::string& name, ErrorCode code);
  std::optional<ErrorCode> Admit(const std::string& name);

  struct Absent {
    ErrorCode code;
    Clock::time_point until;
  };

  const Options options_;
  MetadataSource& lookup_;
  Client& client_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;  // the thread: there is work, or the end
  std::condition_variable idle_;
  std::unordered_map<std::string, RecordQueue> waiting_;  // by name, until published or failed
  std::deque<std::string> names_;                         // to be looked up, oldest first
  std::unordered_map<std::string, Absent> absent_;
  std::unordered_map<std::string, int> known_;  // how often in a row each was not found
  Clock::time_point refreshed_{};
  Clock::time_point refresh_at_{};
  int busy_ = 0;  // threads that are reporting waiters outside the lock
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_METADATA_TOPIC_RESOLVER_H_
