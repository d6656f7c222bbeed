// GET /health, /health/live, /health/ready and the tutorial's /api/kafka/health, in the shape that
// ASP.NET Core's health checks have. Owned by main; any thread.
#ifndef GATEWAY_API_CONTROLLERS_HEALTH_CONTROLLER_H_
#define GATEWAY_API_CONTROLLERS_HEALTH_CONTROLLER_H_

#include <memory>

#include "api/pipeline/request_context.h"
#include "api/pipeline/router.h"
#include "service/health/liveness.h"
#include "service/health/readiness.h"

namespace gateway {

class HealthController final {
 public:
  // Without `liveness`, that an answer comes is all that live says.
  HealthController(const Readiness& readiness, const Clock& clock,
                   const Liveness* liveness = nullptr)
      : readiness_(readiness), clock_(clock), liveness_(liveness) {}

  // /api/kafka/health, which belongs to the interface of the API.
  void AddApiRoutes(Router* router);
  // The others, which are for those who run it.
  void AddManagementRoutes(Router* router);

 private:
  // What one answer is about.
  struct Parts {
    bool threads = false;  // those that everything hangs on turn
    bool ready = false;    // Kafka, and whether the gateway is stopping
  };
  void Add(const char* path, Parts parts, Router* router);
  void Answer(Parts parts, const std::shared_ptr<RequestContext>& context) const;

  const Readiness& readiness_;
  const Clock& clock_;
  const Liveness* const liveness_;
};

}  // namespace gateway

#endif  // GATEWAY_API_CONTROLLERS_HEALTH_CONTROLLER_H_
