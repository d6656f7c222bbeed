// The stages that every request passes before its controller: one ordered list, each with the
// reason for its position (pipeline.cc). Controllers contain no cross-cutting rules. Owned by Api;
// called by every I/O thread.
#ifndef GATEWAY_API_PIPELINE_PIPELINE_H_
#define GATEWAY_API_PIPELINE_PIPELINE_H_

#include <memory>
#include <optional>
#include <string_view>

#include "api/http/handler.h"
#include "api/pipeline/access_log.h"
#include "api/pipeline/authenticator.h"
#include "api/pipeline/cors.h"
#include "api/pipeline/exchange.h"
#include "api/pipeline/router.h"
#include "api/pipeline/trusted_proxies.h"
#include "service/health/lifecycle.h"
#include "service/limits/admission.h"
#include "service/ports/clock.h"
#include "service/ports/http_metrics.h"
#include "service/ports/logger.h"
#include "service/ports/tracer.h"

namespace gateway {

class Pipeline final : public http::HttpHandler {
 public:
  Pipeline(const Router& router, const Cors& cors, const AccessLog& access_log,
           Admission& admission, const Lifecycle& lifecycle, const Clock& clock,
           HttpMetrics& metrics, Logger& logger, Tracer& tracer = NoTracer(),
           Authenticator* authenticator = nullptr,    // null: no caller is authenticated
           const TrustedProxies* proxies = nullptr);  // null: none

  http::HeadVerdict OnHead(const http::RequestHead& head, const http::Peer& peer) override;
  void OnRequest(http::Request request, std::shared_ptr<http::RequestState> state,
                 http::Responder responder) override;
  http::Response OnRefused(const http::RequestError& error, const http::RequestHead* head,
                           const http::Peer& peer,
                           std::shared_ptr<http::RequestState> state) override;

 private:
  using Verdict = std::optional<http::Response>;
  using HeadStage = Verdict (Pipeline::*)(Exchange&, const http::RequestHead&) const;
  static const HeadStage kStages[];

  http::HeadVerdict RunStages(const std::shared_ptr<Exchange>& exchange,
                              const http::RequestHead& head, const HeadStage* stage) const;
  http::HeadVerdict AwaitAuthentication(const std::shared_ptr<Exchange>& exchange,
                                        const HeadStage* next) const;
  Verdict Conclude(Exchange& exchange, Authenticator::Outcome outcome) const;

  Verdict AnswerPreflight(Exchange& exchange, const http::RequestHead& head) const;
  Verdict FindRoute(Exchange& exchange, const http::RequestHead& head) const;
  Verdict Authenticate(Exchange& exchange, const http::RequestHead& head) const;
  Verdict LimitRate(Exchange& exchange, const http::RequestHead& head) const;
  Verdict Authorize(Exchange& exchange, const http::RequestHead& head) const;
  Verdict RefuseAtTheEnd(Exchange& exchange, const http::RequestHead& head) const;
  Verdict Admit(Exchange& exchange, const http::RequestHead& head) const;
  Verdict CheckContentCoding(Exchange& exchange, const http::RequestHead& head) const;
  Verdict SelectWireFormat(Exchange& exchange, const http::RequestHead& head) const;
  Verdict RefuseForeignPage(const Exchange& exchange, const http::RequestHead& head) const;

  void StartSpan(Exchange& exchange, const http::RequestHead& head) const;
  std::shared_ptr<Exchange> MakeExchange(const http::RequestHead* head,
                                         const http::Peer& peer) const;

  const Router& router_;
  const Cors& cors_;
  const AccessLog& access_log_;
  Admission& admission_;
  const Lifecycle& lifecycle_;
  const Clock& clock_;
  HttpMetrics& metrics_;
  Logger& logger_;
  Tracer& tracer_;
  Authenticator* const authenticator_;
  const TrustedProxies* const proxies_;
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_PIPELINE_H_
