// GET /api/kafka/topics and /api/kafka/topics/{topic}: topics to which the gateway may write and
// that the caller may write or read; the pipeline has refused other topics in the path
// (Pipeline::Authorize). No thread waits for the cluster. Owned by Gateway; any thread.
#ifndef GATEWAY_API_CONTROLLERS_TOPICS_CONTROLLER_H_
#define GATEWAY_API_CONTROLLERS_TOPICS_CONTROLLER_H_

#include <memory>

#include "api/http/message.h"
#include "api/pipeline/exchange.h"
#include "api/pipeline/router.h"
#include "service/ports/topic_catalog.h"
#include "service/produce/topic_policy.h"

namespace gateway {

class TopicsController final {
 public:
  TopicsController(TopicCatalog& catalog, const TopicPolicy& policy)
      : catalog_(catalog), policy_(policy) {}

  void AddRoutes(Router* router);

 private:
  using ExchangePtr = std::shared_ptr<Exchange>;

  void List(const http::Request& request, const ExchangePtr& exchange) const;
  void Show(const http::Request& request, const ExchangePtr& exchange) const;

  TopicCatalog& catalog_;
  const TopicPolicy& policy_;
};

}  // namespace gateway

#endif  // GATEWAY_API_CONTROLLERS_TOPICS_CONTROLLER_H_
