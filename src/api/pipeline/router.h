// Which controller answers which path. One table, built once; the template of a route
// ("/problems/{name}") is also its label in metrics and logs, so that no path of a client ever
// becomes a label. Immutable after construction; any thread.
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
  // The media types that the body may have, where kNdjson stands for each of its names, or
  // kAnyMediaType; empty: there is no body.
  std::vector<std::string_view> consumes;
  bool sends_records = false;  // counted against the budgets; refused at the end of a drain
  // Asked by machines every few seconds: not traced, and logged only when it fails or all is.
  bool probe = false;
};

class Router final {
 public:
  void Add(Route route);

  struct Match {
    const Route* route = nullptr;  // null: see path_exists
    bool path_exists = false;
    std::string allow;           // the methods of that path, if none of its routes has the method
    std::string_view parameter;  // the raw value of the one {parameter}, if the route has one
    // No path ends with that slash; the rest is about the path without it.
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
