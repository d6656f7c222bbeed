#include "api/pipeline/router.h"

#include <optional>
#include <utility>

namespace gateway {
namespace {

// The value of the parameter ("" without one) if `path` matches `pattern`. A parameter is the last
// segment.
std::optional<std::string_view> MatchPath(std::string_view pattern, std::string_view path) {
  const std::size_t brace = pattern.find('{');
  if (brace == std::string_view::npos) {
    if (pattern != path) return std::nullopt;
    return std::string_view();
  }
  if (!path.starts_with(pattern.substr(0, brace))) return std::nullopt;
  const std::string_view value = path.substr(brace);
  if (value.empty() || value.find('/') != std::string_view::npos) return std::nullopt;
  return value;
}

}  // namespace

void Router::Add(Route route) { routes_.push_back(std::move(route)); }

Router::Match Router::Find(http::Method method, std::string_view path) const {
  Match match = FindExactly(method, path);
  if (match.path_exists || !path.ends_with('/')) return match;
  path.remove_suffix(1);
  if (path.ends_with('/')) return match;
  match = FindExactly(method, path);
  match.extra_slash = match.path_exists;
  return match;
}

Router::Match Router::FindExactly(http::Method method, std::string_view path) const {
  Match match;
  const http::Method wanted = method == http::Method::kHead ? http::Method::kGet : method;
  for (const Route& route : routes_) {
    const std::optional<std::string_view> parameter = MatchPath(route.path, path);
    if (!parameter) continue;
    match.path_exists = true;
    if (route.method == wanted) {
      match.route = &route;
      match.parameter = *parameter;
      return match;
    }
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += http::MethodName(route.method);
    if (route.method == http::Method::kGet) match.allow += ", HEAD";
  }
  if (match.path_exists) match.allow += ", OPTIONS";
  return match;
}

}  // namespace gateway
