// The stages that every request passes before its controller: one ordered list, each with the
// reason for its position (pipeline.cc). Controllers contain no cross-cutting rules. Owned by main;
// called by every I/O thread.
#ifndef GATEWAY_API_PIPELINE_PIPELINE_H_
#define GATEWAY_API_PIPELINE_PIPELINE_H_

#include <memory>
#include <optional>
#include <string_view>

#include "api/http/handler.h"
#include "api/pipeline/access_log.h"
#include "api/pipeline/cors.h"
#include "api/pipeline/request_context.h"
#include "api/pipeline/router.h"
#include "service/health/lifecycle.h"
#include "service/limits/admission.h"
#include "service/ports/clock.h"
#include "service/ports/logger.h"
#include "service/ports/metrics.h"
#include "service/ports/tracer.h"

namespace gateway {

class Pipeline final : public http::HttpHandler {
 public:
  Pipeline(const Router& router, const Cors& cors, const AccessLog& access_log,
           Admission& admission, const Lifecycle& lifecycle, const Clock& clock, Metrics& metrics,
           Logger& logger, Tracer* tracer = nullptr);

  http::HeadVerdict OnHead(const http::RequestHead& head, std::string_view peer) override;
  void OnRequest(http::Request request, std::shared_ptr<http::RequestState> state,
                 http::Responder responder) override;
  http::Response OnRefused(const http::FramingError& error, const http::RequestHead* head,
                           std::string_view peer,
                           std::shared_ptr<http::RequestState> state) override;

 private:
  using Verdict = std::optional<http::Response>;
  using HeadStage = Verdict (Pipeline::*)(RequestContext&, const http::RequestHead&) const;
  static const HeadStage kStages[];

  Verdict AnswerPreflight(RequestContext& context, const http::RequestHead& head) const;
  Verdict FindRoute(RequestContext& context, const http::RequestHead& head) const;
  Verdict RefuseAtTheEnd(RequestContext& context, const http::RequestHead& head) const;
  Verdict Admit(RequestContext& context, const http::RequestHead& head) const;
  Verdict CheckContentCoding(RequestContext& context, const http::RequestHead& head) const;
  Verdict CheckMediaType(RequestContext& context, const http::RequestHead& head) const;
  Verdict RefuseForeignPage(const RequestContext& context, const http::RequestHead& head) const;

  void StartSpan(RequestContext& context, const http::RequestHead& head) const;
  std::shared_ptr<RequestContext> MakeContext(const http::RequestHead* head,
                                              std::string_view peer) const;

  const Router& router_;
  const Cors& cors_;
  const AccessLog& access_log_;
  Admission& admission_;
  const Lifecycle& lifecycle_;
  const Clock& clock_;
  Metrics& metrics_;
  Logger& logger_;
  Tracer* const tracer_;  // null: no spans are recorded
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_PIPELINE_H_
