// Lists the topics of the cluster for people and tools. The gateway itself decides nothing by it.
#ifndef GATEWAY_SERVICE_PORTS_TOPIC_CATALOG_H_
#define GATEWAY_SERVICE_PORTS_TOPIC_CATALOG_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/types/record.h"
#include "service/types/result.h"

namespace gateway {

using BrokerId = std::int32_t;

struct PartitionInfo {
  Partition partition = 0;
  std::optional<BrokerId> leader;  // absent: currently none
  std::vector<BrokerId> replicas;
  std::vector<BrokerId> in_sync;
};

struct TopicInfo {
  std::string name;
  std::vector<PartitionInfo> partitions;  // by number
};

// A port. Any thread may call.
class TopicCatalog {
 public:
  using Topics = std::shared_ptr<const std::vector<TopicInfo>>;  // by name, in the order of bytes
  using Callback = std::function<void(Result<Topics>)>;

  virtual ~TopicCatalog() = default;

  // Lists every topic that the cluster shows the gateway, including internal ones; the answer may
  // be about a second old. `done` is called exactly once, from any thread, possibly before List
  // returns; it must not block. Errors: kBrokersUnavailable, within a few seconds; kOverloaded;
  // kDraining.
  virtual void List(Callback done) = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_TOPIC_CATALOG_H_
