// Asks the cluster whether a topic exists and how it is laid out: a port, so that the directory of
// topics can be tested without a cluster. Called from one thread, which it blocks; Cancel from any.
#ifndef GATEWAY_INFRA_KAFKA_TOPIC_LOOKUP_H_
#define GATEWAY_INFRA_KAFKA_TOPIC_LOOKUP_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "kafka/topic_layout.h"

namespace gateway {

class TopicLookup {
 public:
  enum class Answer {
    kFound,
    kNotFound,
    kForbidden,    // the cluster does not let the gateway see or write to the topic
    kIllegalName,  // the cluster does not accept such a name
    kUnavailable,  // no broker answered in time (about five seconds), or the look-up was cancelled
  };

  virtual ~TopicLookup() = default;
  struct Reply {
    Answer answer = Answer::kUnavailable;
    TopicLayout layout;  // of a topic that was found
  };
  virtual Reply Find(const std::string& topic) = 0;
  // The same for many topics in one request, in their order; absent if nobody answered within about
  // a second.
  virtual std::optional<std::vector<Reply>> FindAll(const std::vector<std::string>& topics) = 0;
  // True if a broker answers within `timeout`.
  virtual bool BrokerAnswers(std::chrono::milliseconds timeout) = 0;
  // Makes a call under way, and every later one, end soon.
  virtual void Cancel() = 0;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_TOPIC_LOOKUP_H_
