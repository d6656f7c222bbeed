// GET /health, /health/live, /health/ready and /api/kafka/health, in the format of ASP.NET Core's
// health checks. Owned by Gateway; any thread.
#ifndef GATEWAY_API_CONTROLLERS_HEALTH_CONTROLLER_H_
#define GATEWAY_API_CONTROLLERS_HEALTH_CONTROLLER_H_

#include <memory>
#include <string>

#include "api/pipeline/exchange.h"
#include "api/pipeline/router.h"
#include "service/auth/policy/access_control.h"
#include "service/health/liveness.h"
#include "service/health/readiness.h"

namespace gateway {

class HealthController final {
 public:
  // Without `liveness`, /health/live only proves that the gateway answers.
  HealthController(const Readiness& readiness, const Clock& clock,
                   const Liveness* liveness = nullptr, const AccessControl* access = nullptr)
      : readiness_(readiness), clock_(clock), liveness_(liveness), access_(access) {}

  // /api/kafka/health, which is part of the API.
  void AddApiRoutes(Router* router);
  // The other paths, which are for operators.
  void AddManagementRoutes(Router* router);

 private:
  // The parts of one answer.
  struct Parts {
    bool threads = false;  // the essential threads are responsive
    bool ready = false;    // Kafka, the access file, and whether the gateway is stopping
  };
  void Add(const char* path, Parts parts, Router* router);
  bool AppendAccessEntries(std::string* entries) const;
  void Answer(Parts parts, const std::shared_ptr<Exchange>& exchange) const;

  const Readiness& readiness_;
  const Clock& clock_;
  const Liveness* const liveness_;
  const AccessControl* const access_;  // null: there is no access file
};

}  // namespace gateway

#endif  // GATEWAY_API_CONTROLLERS_HEALTH_CONTROLLER_H_
