#include "api/controllers/metrics_controller.h"

#include "api/pipeline/exchange.h"

namespace gateway {

void MetricsController::AddRoutes(Router* router) {
  router->Add({http::Method::kGet,
               "/metrics",
               [this](const http::Request&, const std::shared_ptr<Exchange>& exchange) {
                 http::Response response;
                 response.content_type = "text/plain; version=0.0.4; charset=utf-8";
                 response.body = exporter_.Scrape();
                 exchange->Reply(std::move(response));
               },
               {},
               false,
               true});
}

}  // namespace gateway
