// Maps paths to handlers. One table, built at the start; the template of a route
// ("/problems/{name}") is also its label in metrics and logs, so that a client's path never becomes
// a label. Immutable after that; any thread.
#ifndef GATEWAY_API_PIPELINE_ROUTER_H_
#define GATEWAY_API_PIPELINE_ROUTER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/format/path_parameters.h"
#include "api/http/message.h"
#include "api/problem/problem_json.h"

namespace gateway {

class Exchange;
class WireFormat;

// A controller's method. May answer at once or later, from any thread, through the exchange.
using RouteHandler = std::function<void(http::Request, const std::shared_ptr<Exchange>&)>;

struct Route {
  http::Method method = http::Method::kGet;
  // A template of segments, each a literal or a {parameter}. A parameter stands for one segment
  // that is not empty.
  std::string path;
  RouteHandler handler;
  std::vector<const WireFormat*> formats;  // of its body; empty: it takes no body
  bool sends_records = false;  // counts towards the budgets; refused at the end of a drain
  // Polled by machines: not traced, and logged only on failure or with Logging:Access=all.
  bool probe = false;
  const ErrorFormat* errors = &ProblemJson();  // how its problems are written
  bool any_media_type = false;                 // one of `formats` reads bodies of any media type
  // The caller needs a grant for each topic. If false, any authenticated caller may use it.
  bool by_topic = false;
};

class Router final {
 public:
  // Throws std::invalid_argument if the template is not well-formed, or if another route of the
  // method has the same template except for the names of its parameters, because a path could mean
  // either. The pointers of Match are valid once all routes are added.
  void Add(Route route);

  struct Match {
    const Route* route = nullptr;  // null: see path_exists
    bool path_exists = false;
    std::string allow;  // the methods of the path, if it does not support this one
    PathParameters parameters;
    // The path has an extra final slash; the other members describe the path without it.
    bool extra_slash = false;
  };
  // HEAD finds the route of GET. If several templates fit a path, the first segment in which they
  // differ decides: a literal wins over a parameter.
  Match Find(http::Method method, std::string_view path) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Segment {
    std::string text;  // the literal, or the parameter's name
    bool parameter = false;
  };
  using Template = std::vector<Segment>;

  static Template Parse(std::string_view path);
  static bool Fits(const Template& segments, std::string_view path,
                   std::vector<std::string_view>* values);
  // < 0: `a` comes before `b`; 0: they fit the same paths.
  static int Compare(const Template& a, const Template& b);
  Match FindExactly(http::Method method, std::string_view path) const;

  std::vector<Route> routes_;
  std::vector<Template> templates_;  // of each route
  std::vector<std::size_t> order_;   // indexes of both: the order in which templates are tried
  // Those without parameters: a path that equals one needs no template.
  std::vector<std::size_t> literals_;
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_ROUTER_H_
