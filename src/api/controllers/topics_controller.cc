#include "api/controllers/topics_controller.h"

#include <algorithm>
#include <memory_resource>
#include <string>
#include <utility>

#include "api/media/json_response.h"
#include "api/native/query.h"
#include "api/native/topic_list.h"
#include "api/native/validation_errors.h"
#include "service/produce/record_validation.h"

namespace gateway {
namespace {

// The topic that the path names.
Result<std::string, Problem> TopicOf(const PathParameters& path, std::string_view query) {
  ValidationErrors errors;
  std::pmr::monotonic_buffer_resource arena;
  ReadQuery(query, {}, &arena, &errors, [](std::size_t, std::string_view) {});
  const auto topic = path.Find("topic");
  if (!topic) {
    errors.AddParameter("topic", {kMalformedEscape});
  } else if (!IsLegalTopicName(*topic)) {
    errors.AddParameter("topic", {kTopicNameRule});
  }
  if (!errors.empty()) return Problem::FromError(errors.Take().Build());
  return std::string(*topic);
}

http::Response TopicResponse(const std::vector<TopicInfo>& topics, const std::string& name,
                             const Exchange& exchange) {
  const auto found = std::lower_bound(
      topics.begin(), topics.end(), name,
      [](const TopicInfo& topic, const std::string& other) { return topic.name < other; });
  if (found != topics.end() && found->name == name) return JsonResponse(200, FormatTopic(*found));
  return exchange.MakeProblem(
      Problem(ProblemType::kTopicNotFound,
              "There is no topic \"" + name + "\", or the gateway is not authorized to see it."));
}

}  // namespace

void TopicsController::AddRoutes(Router* router) {
  const auto add = [router](const char* path, RouteHandler handler) {
    Route route;
    route.method = http::Method::kGet;
    route.path = path;
    route.handler = std::move(handler);
    route.by_topic = true;
    router->Add(std::move(route));
  };
  add("/api/kafka/topics", [this](const http::Request& request, const ExchangePtr& exchange) {
    List(request, exchange);
  });
  add("/api/kafka/topics/{topic}",
      [this](const http::Request& request, const ExchangePtr& exchange) {
        Show(request, exchange);
      });
}

void TopicsController::List(const http::Request& request, const ExchangePtr& exchange) const {
  auto page = ParseTopicPage(request.head.query);
  if (!page.ok()) return exchange->ReplyProblem(page.error());
  catalog_.List(
      [this, exchange, page = std::move(page).value()](Result<TopicCatalog::Topics> topics) {
        if (!topics.ok()) return exchange->ReplyProblem(Problem::FromError(topics.error()));
        exchange->ReplyLater([this, exchange, page, all = topics.value()] {
          const Caller* const caller = exchange->context().caller.get();
          const auto allowed = [this, caller](std::string_view name) {
            return (caller == nullptr || caller->rights.Sees(name)) && policy_.Allows(name);
          };
          return JsonResponse(200, FormatTopicPage(*all, page, allowed));
        });
      });
}

void TopicsController::Show(const http::Request& request, const ExchangePtr& exchange) const {
  auto name = TopicOf(exchange->context().parameters, request.head.query);
  if (!name.ok()) return exchange->ReplyProblem(name.error());
  // Before anything about the topic is disclosed.
  if (!policy_.Allows(name.value())) {
    return exchange->ReplyProblem(
        Problem(ProblemType::kTopicForbidden,
                "This gateway may not write to \"" + name.value() +
                    "\", nor disclose anything about it (Topics:Allow, Topics:Deny)."));
  }
  catalog_.List([exchange, name = std::move(name).value()](Result<TopicCatalog::Topics> topics) {
    if (!topics.ok()) return exchange->ReplyProblem(Problem::FromError(topics.error()));
    exchange->ReplyLater(
        [exchange, name, all = topics.value()] { return TopicResponse(*all, name, *exchange); });
  });
}

}  // namespace gateway
