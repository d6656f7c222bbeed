// Asks the cluster whether a topic exists and how it is laid out: a port, so that the resolver of
// topics can be tested without a cluster. Called from one thread, which it blocks; Cancel from any.
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
    kForbidden,    // the cluster does not let the gateway see or write to the topic
    kIllegalName,  // the cluster does not accept such a name
    kUnavailable,  // it may exist, but the cluster cannot tell of it now
  };
  struct Reply {
    Answer answer = Answer::kNotFound;
    TopicLayout layout;  // of a topic that was found
  };
  // One for each name, in their order. Absent: no broker answered in time, or the look-up was
  // cancelled.
  using Replies = std::optional<std::vector<Reply>>;

  virtual ~MetadataSource() = default;
  // Names that are perhaps not those of topics, all in one request; within about five seconds.
  virtual Replies Lookup(const std::vector<std::string>& names) = 0;
  // The same for topics that were found before, to be asked for again; within about a second.
  virtual Replies Refresh(const std::vector<std::string>& topics) = 0;
  // True if a broker answers within `timeout`.
  virtual bool BrokerAnswers(std::chrono::milliseconds timeout) = 0;
  // Makes a call under way, and every later one, end soon.
  virtual void Cancel() = 0;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_METADATA_METADATA_SOURCE_H_
