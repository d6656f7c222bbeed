#include "api/controllers/topics_controller.h"

#include <algorithm>
#include <memory_resource>
#include <string>
#include <utility>

#include "api/media/negotiation.h"
#include "api/native/query.h"
#include "api/native/topic_list.h"
#include "api/native/validation_errors.h"
#include "service/produce/record_validation.h"

namespace gateway {
namespace {

http::Response JsonResponse(std::string body) {
  http::Response response;
  response.content_type = kJson;
  response.body = std::move(body);
  return response;
}

// The topic that the path names.
Result<std::string, Problem> TopicOf(std::string_view segment, std::string_view query) {
  ValidationErrors errors;
  std::pmr::monotonic_buffer_resource arena;
  ReadQuery(query, {}, &arena, &errors, [](std::size_t, std::string_view) {});
  const auto decoded = DecodeSegment("topic", segment, &arena, &errors);
  if (decoded && !IsLegalTopicName(*decoded)) {
    errors.AddParameter("topic",
                        {"A topic name must be 1 to 249 characters of A-Z, a-z, 0-9, '.', '_' "
                         "and '-', and neither \".\" nor \"..\"."});
  }
  if (!errors.empty()) return Problem::FromError(errors.Take().Build());
  return std::string(*decoded);
}

http::Response TopicResponse(const std::vector<TopicInfo>& topics, const std::string& name,
                             const RequestContext& context) {
  const auto found = std::lower_bound(
      topics.begin(), topics.end(), name,
      [](const TopicInfo& topic, const std::string& other) { return topic.name < other; });
  if (found != topics.end() && found->name == name) return JsonResponse(FormatTopic(*found));
  return context.MakeProblem(
      Problem(ProblemType::kTopicNotFound,
              "There is no topic \"" + name + "\", or the gateway is not authorized to see it."));
}

}  // namespace

void TopicsController::AddRoutes(Router* router) {
  router->Add(
      {http::Method::kGet,
       "/api/kafka/topics",
       [this](const http::Request& request, const Context& context) { List(request, context); },
       {},
       false});
  router->Add(
      {http::Method::kGet,
       "/api/kafka/topics/{topic}",
       [this](const http::Request& request, const Context& context) { Show(request, context); },
       {},
       false});
}

void TopicsController::List(const http::Request& request, const Context& context) const {
  auto page = ParseTopicPage(request.head.query);
  if (!page.ok()) return context->ReplyProblem(page.error());
  catalog_.List(
      [this, context, page = std::move(page).value()](Result<TopicCatalog::Topics> topics) {
        if (!topics.ok()) return context->ReplyProblem(Problem::FromError(topics.error()));
        context->ReplyLater([this, page, all = topics.value()] {
          const auto allowed = [this](std::string_view name) { return policy_.Allows(name); };
          return JsonResponse(FormatTopicPage(*all, page, allowed));
        });
      });
}

void TopicsController::Show(const http::Request& request, const Context& context) const {
  auto name = TopicOf(context->parameter, request.head.query);
  if (!name.ok()) return context->ReplyProblem(name.error());
  // Before anything about the topic is disclosed.
  if (!policy_.Allows(name.value())) {
    return context->ReplyProblem(
        Problem(ProblemType::kTopicForbidden,
                "This gateway may not write to \"" + name.value() +
                    "\", nor disclose anything about it (Topics:Allow, Topics:Deny)."));
  }
  catalog_.List([context, name = std::move(name).value()](Result<TopicCatalog::Topics> topics) {
    if (!topics.ok()) return context->ReplyProblem(Problem::FromError(topics.error()));
    context->ReplyLater(
        [context, name, all = topics.value()] { return TopicResponse(*all, name, *context); });
  });
}

}  // namespace gateway
