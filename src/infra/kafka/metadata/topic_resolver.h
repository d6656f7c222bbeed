// Finds out which topics exist and how they are laid out. The producer asks for names that it does
// not know; the thread "kafka-lookup" looks up all of them in one request and reports the results
// to the listener. Unknown names never reach the producing clients; the resolver remembers an
// absent name for a second. The same thread refreshes all known topics every few seconds, and soon
// after a failure, because partitions are added, leaders move and topics are deleted.
//
// Holds names only: the records that wait for a name are in the RecordAccumulator. Owned by
// KafkaProducer; its methods may be called from any thread, and call the listener without the lock.
#ifndef GATEWAY_INFRA_KAFKA_METADATA_TOPIC_RESOLVER_H_
#define GATEWAY_INFRA_KAFKA_METADATA_TOPIC_RESOLVER_H_

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "infra/kafka/metadata/metadata_source.h"
#include "service/ports/clock.h"
#include "service/types/error.h"
#include "service/types/mutex.h"

namespace gateway {

class TopicResolver final {
 public:
  // Receives the results. Called by "kafka-lookup"; OnUnresolved also by callers of Resolve and
  // Stop.
  class Listener {
   public:
    virtual ~Listener() = default;
    // The topic exists. Returns false if it cannot be written to now.
    virtual bool OnFound(const std::string& topic, const TopicLayout& layout) = 0;
    // The topic does not exist, or the cluster did not say.
    virtual void OnUnresolved(const std::string& topic, ErrorCode code) = 0;
    // The current layout of a topic that was found before.
    virtual void OnLayout(const std::string& topic, const TopicLayout& layout) = 0;
    // A topic that was found before is gone.
    virtual void OnGone(const std::string& topic) = 0;
    // Returns why no broker answered: none can be reached, or they refused the credentials.
    virtual ErrorCode WhyUnavailable() const = 0;
    // A broker answered for the first time.
    virtual void OnBrokerAnswered() = 0;
  };

  struct Options {
    std::size_t max_topics = 0;             // known; 0: no limit. For the embedded broker
    std::size_t max_waiting_names = 1'000;  // beyond: kOverloaded
    std::size_t names_per_lookup = 100;     // in one request
    std::size_t max_absent_names = 10'000;  // remembered
    std::chrono::milliseconds absent_for{1'000};
    std::chrono::milliseconds refresh_every{5'000};
    std::chrono::milliseconds refresh_soon{250};  // at least this long after the last refresh
  };

  // Starts the thread. All must outlive the resolver.
  TopicResolver(Options options, MetadataSource& metadata, Listener& listener, const Clock& clock);
  ~TopicResolver();
  TopicResolver(const TopicResolver&) = delete;
  TopicResolver& operator=(const TopicResolver&) = delete;

  // Requests a look-up of a name that is neither known nor being looked up. OnFound or OnUnresolved
  // follows, the latter possibly before Resolve returns.
  void Resolve(const std::string& topic) EXCLUDES(mutex_);

  // Call it after a failure that new leaders or partitions may explain: refreshes the known topics
  // soon.
  void RefreshSoon() EXCLUDES(mutex_);

  // Reports all waiting and all later names as unresolved (kDraining). The destructor joins the
  // thread, which may take a second if no broker answers.
  void Stop() EXCLUDES(mutex_);

 private:
  void Run();
  void AwaitFirstAnswer() EXCLUDES(mutex_);
  std::vector<std::string> TakeNames() REQUIRES(mutex_);
  void LookUp(const std::vector<std::string>& names) EXCLUDES(mutex_);
  void Settle(const std::string& name, const MetadataSource::Reply& reply) EXCLUDES(mutex_);
  void GiveUpAll(ErrorCode code) EXCLUDES(mutex_);
  void Refresh() EXCLUDES(mutex_);
  std::optional<ErrorCode> Refuse(const std::string& name) REQUIRES(mutex_);
  void RememberAbsent(const std::string& name, ErrorCode code) REQUIRES(mutex_);

  struct Absent {
    ErrorCode code;
    Clock::TimePoint until;
  };

  const Options options_;
  MetadataSource& metadata_;
  Listener& listener_;
  const Clock& clock_;

  Mutex mutex_;
  CondVar wake_;                                      // wakes the thread: work, or Stop
  std::deque<std::string> names_ GUARDED_BY(mutex_);  // to be looked up, oldest first
  std::deque<std::string> looking_up_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, Absent> absent_ GUARDED_BY(mutex_);
  // Topics that were found, and how many refreshes in a row have not found each.
  std::unordered_map<std::string, int> known_ GUARDED_BY(mutex_);
  Clock::TimePoint refreshed_ GUARDED_BY(mutex_){};
  Clock::TimePoint refresh_at_ GUARDED_BY(mutex_);
  bool stopped_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_METADATA_TOPIC_RESOLVER_H_
