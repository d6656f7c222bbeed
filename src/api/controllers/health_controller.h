// GET /health, /health/live, /health/ready and the tutorial's /api/kafka/health, in the shape that
// ASP.NET Core's health checks have. Owned by main; any thread.
#ifndef GATEWAY_API_CONTROLLERS_HEALTH_CONTROLLER_H_
#define GATEWAY_API_CONTROLLERS_HEALTH_CONTROLLER_H_

#include <memory>

#include "readiness.h"
#include "request_context.h"
#include "router.h"

namespace gateway {

class HealthController final {
 public:
  HealthController(const Readiness& readiness, const Clock& clock)
      : readiness_(readiness), clock_(clock) {}

  // /api/kafka/health, which belongs to the interface of the API.
  void AddApiRoutes(Router* router);
  // The others, which are for those who run it.
  void AddManagementRoutes(Router* router);

 private:
  void Live(const std::shared_ptr<RequestContext>& context) const;
  void Ready(const std::shared_ptr<RequestContext>& context) const;

  const Readiness& readiness_;
  const Clock& clock_;
};

}  // namespace gateway

#endif  // GATEWAY_API_CONTROLLERS_HEALTH_CONTROLLER_H_
