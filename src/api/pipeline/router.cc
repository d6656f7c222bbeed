#include "api/pipeline/router.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace gateway {
namespace {

// Takes the next segment, with the slash before it, off `*path`, which begins with a slash.
std::string_view TakeSegment(std::string_view* path) {
  path->remove_prefix(1);
  const std::string_view segment = path->substr(0, path->find('/'));
  path->remove_prefix(segment.size());
  return segment;
}

[[noreturn]] void Refuse(std::string_view path, const char* why) {
  throw std::invalid_argument("route " + std::string(path) + ": " + why);
}

}  // namespace

Router::Template Router::Parse(std::string_view path) {
  if (!path.starts_with('/')) Refuse(path, "a template begins with a slash");
  Template segments;
  for (std::string_view rest = path; !rest.empty();) {
    std::string_view text = TakeSegment(&rest);
    const bool parameter = text.size() > 2 && text.starts_with('{') && text.ends_with('}');
    if (parameter) text = text.substr(1, text.size() - 2);
    if (text.find_first_of("{}") != std::string_view::npos) {
      Refuse(path, "a parameter is a whole segment, {name}");
    }
    const bool twice = std::any_of(segments.begin(), segments.end(), [text](const Segment& other) {
      return other.parameter && other.text == text;
    });
    if (parameter && twice) Refuse(path, "a parameter's name comes twice");
    segments.push_back({std::string(text), parameter});
  }
  return segments;
}

int Router::Compare(const Template& a, const Template& b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].parameter != b[i].parameter) return a[i].parameter ? 1 : -1;
    if (a[i].parameter) continue;
    if (const int order = a[i].text.compare(b[i].text); order != 0) return order;
  }
  return 0;
}

void Router::Add(Route route) {
  Template added = Parse(route.path);
  auto at = order_.end();
  for (auto other = order_.begin(); other != order_.end(); ++other) {
    const int order = Compare(added, templates_[*other]);
    if (order == 0 && routes_[*other].method == route.method) {
      Refuse(route.path, ("is in conflict with " + routes_[*other].path).c_str());
    }
    if (order < 0 && at == order_.end()) at = other;
  }
  order_.insert(at, routes_.size());
  if (std::none_of(added.begin(), added.end(), [](const Segment& one) { return one.parameter; })) {
    literals_.push_back(routes_.size());
  }
  routes_.push_back(std::move(route));
  templates_.push_back(std::move(added));
}

bool Router::Fits(const Template& segments, std::string_view path,
                  std::vector<std::string_view>* values) {
  values->clear();
  for (const Segment& segment : segments) {
    if (!path.starts_with('/')) return false;
    const std::string_view text = TakeSegment(&path);
    if (segment.parameter ? text.empty() : text != segment.text) return false;
    if (segment.parameter) values->push_back(text);
  }
  return path.empty();
}

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
  for (const std::size_t index : literals_) {
    const Route& route = routes_[index];
    if (route.method != wanted || route.path != path) continue;
    match.path_exists = true;
    match.route = &route;
    return match;
  }
  const auto segments = static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
  std::vector<std::string_view> values;
  for (const std::size_t index : order_) {
    if (templates_[index].size() != segments || !Fits(templates_[index], path, &values)) continue;
    const Route& route = routes_[index];
    match.path_exists = true;
    if (route.method == wanted) {
      match.route = &route;
      auto value = values.begin();
      for (const Segment& segment : templates_[index]) {
        if (segment.parameter) match.parameters.Add(segment.text, *value++);
      }
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
