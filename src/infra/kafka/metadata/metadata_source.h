// Looks up whether topics exist, and their layout: an interface, so that TopicResolver can be
// tested without a cluster. Blocks its caller, which is one thread; Cancel from any thread.
#ifndef GATEWAY_INFRA_KAFKA_METADATA_METADATA_SOURCE_H_
#define GATEWAY_INFRA_KAFKA_METADATA_METADATA_SOURCE_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "infra/kafka/types/topic_layout.h"

namespace gateway {

class MetadataSource {
 public:
  enum class Answer {
    kFound,
    kNotFound,
    kForbidden,    // the cluster does not allow the gateway to see or write to the topic
    kIllegalName,  // the cluster does not accept such a name
    kUnavailable,  // it may exist, but the cluster cannot describe it now
  };
  struct Reply {
    Answer answer = Answer::kNotFound;
    TopicLayout layout;  // of a topic that was found
  };
  // One per name, in order. Absent: no broker answered in time, or the look-up was cancelled.
  using Replies = std::optional<std::vector<Reply>>;

  virtual ~MetadataSource() = default;
  // Looks up names that may not exist, all in one request; within about five seconds.
  virtual Replies Lookup(const std::vector<std::string>& names) = 0;
  // The same for topics that were found before; within about a second.
  virtual Replies Refresh(const std::vector<std::string>& topics) = 0;
  // True if a broker answers within `timeout`.
  virtual bool BrokerAnswers(std::chrono::milliseconds timeout) = 0;
  // Makes the current call, and every later one, return soon.
  virtual void Cancel() = 0;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_METADATA_METADATA_SOURCE_H_
