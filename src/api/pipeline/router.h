// Maps paths to controllers. One table, built once; the template of a route ("/problems/{name}") is
// also its label in metrics and logs, so that a client's path never becomes a label. Immutable
// after construction; any thread.
#ifndef GATEWAY_API_PIPELINE_ROUTER_H_
#define GATEWAY_API_PIPELINE_ROUTER_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace gateway {

class RequestContext;

// A controller's method. May answer at once or later, from any thread, through the context.
using RouteHandler = std::function<void(http::Request, const std::shared_ptr<RequestContext>&)>;

struct Route {
  http::Method method = http::Method::kGet;
  std::string path;  // literal segments and {parameters}
  RouteHandler handler;
  // The media types of the body; kNdjson stands for all of its names; or kAnyMediaType. Empty: no
  // body.
  std::vector<std::string_view> consumes;
  bool sends_records = false;  // counts towards the budgets; refused at the end of a drain
  // Polled by machines: not traced, and logged only on failure or with Logging:Access=all.
  bool probe = false;
};

class Router final {
 public:
  void Add(Route route);

  struct Match {
    const Route* route = nullptr;  // null: see path_exists
    bool path_exists = false;
    std::string allow;           // the methods of the path, if it does not support this one
    std::string_view parameter;  // the raw value of the one {parameter}, if the route has one
    // The path has an extra final slash; the other members describe the path without it.
    bool extra_slash = false;
  };
  // HEAD finds the route of GET.
  Match Find(http::Method method, std::string_view path) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  Match FindExactly(http::Method method, std::string_view path) const;

  std::vector<Route> routes_;
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_ROUTER_H_
