// GET /api/kafka/topics and /api/kafka/topics/{topic}: what the cluster has, as far as the gateway
// writes to it. No thread waits for the cluster. Owned by main; any thread.
#ifndef GATEWAY_API_CONTROLLERS_TOPICS_CONTROLLER_H_
#define GATEWAY_API_CONTROLLERS_TOPICS_CONTROLLER_H_

#include <memory>

#include "api/http/message.h"
#include "api/pipeline/request_context.h"
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
  using Context = std::shared_ptr<RequestContext>;

  void List(const http::Request& request, const Context& context) const;
  void Show(const http::Request& request, const Context& context) const;

  TopicCatalog& catalog_;
  const TopicPolicy& policy_;
};

}  // namespace gateway

#endif  // GATEWAY_API_CONTROLLERS_TOPICS_CONTROLLER_H_
