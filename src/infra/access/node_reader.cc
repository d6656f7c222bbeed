#include "infra/access/node_reader.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

#include "infra/config/text.h"

namespace gateway {
namespace {

using Kind = config::JsonNode::Kind;

std::string Nearest(std::string_view name, std::initializer_list<std::string_view> known) {
  std::string_view nearest;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const std::string_view candidate : known) {
    const std::size_t distance = config::EditDistance(name, candidate);
    if (std::exchange(least, std::min(least, distance)) > distance) nearest = candidate;
  }
  return std::string(nearest);
}

}  // namespace

NodeReader::NodeReader(const Node& object, std::string path,
                       std::initializer_list<std::string_view> known, Report* report)
    : object_(object), path_(std::move(path)), report_(report) {
  if (object_.kind != Kind::kObject) {
    RejectAt(object_.line, path_, "must be a JSON object", "");
  }
  for (std::size_t i = 0; i < object_.keys.size(); ++i) {
    const std::string& key = object_.keys[i];
    const bool is_known = std::any_of(known.begin(), known.end(), [&key](std::string_view name) {
      return config::EqualsIgnoringCase(name, key);
    });
    if (is_known) continue;
    RejectAt(object_.items[i].line, PathOf(key), "unknown key", "", PathOf(Nearest(key, known)));
  }
}

std::string NodeReader::Text(std::string_view name, const Rule& rule,
                             std::string_view allowed) const {
  const Node* const node = Find(name);
  if (node == nullptr) return {};
  if (node->kind == Kind::kString && rule(node->text)) return node->text;
  RejectAt(node->line, PathOf(name),
           node->kind == Kind::kString ? "is not valid" : "must be a string", allowed);
  return {};
}

std::string NodeReader::RequiredText(std::string_view name, const Rule& rule,
                                     std::string_view allowed) const {
  return Require(name, allowed) == nullptr ? std::string() : Text(name, rule, allowed);
}

std::vector<std::string> NodeReader::Texts(std::string_view name, const Rule& rule,
                                           std::string_view allowed) const {
  std::vector<std::string> texts;
  const Node* const list = Find(name);
  if (list == nullptr) return texts;
  if (list->kind != Kind::kArray) {
    RejectAt(list->line, PathOf(name), "must be a list", allowed);
    return texts;
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const Node& item = list->items[i];
    if (item.kind == Kind::kString && rule(item.text)) {
      texts.push_back(item.text);
    } else {
      RejectAt(item.line, PathOf(name) + ":" + std::to_string(i),
               item.kind == Kind::kString ? "is not valid" : "must be a string", allowed);
    }
  }
  return texts;
}

std::vector<std::string> NodeReader::RequiredTexts(std::string_view name, const Rule& rule,
                                                   std::string_view allowed) const {
  const Node* const list = Require(name, allowed);
  if (list == nullptr) return {};
  if (list->kind == Kind::kArray && list->items.empty()) {
    RejectAt(list->line, PathOf(name), "must not be empty", allowed);
  }
  return Texts(name, rule, allowed);
}

bool NodeReader::Flag(std::string_view name) const {
  const Node* const node = Find(name);
  if (node == nullptr) return false;
  if (node->kind != Kind::kBoolean) {
    RejectAt(node->line, PathOf(name), "must be a boolean", "true, false");
  }
  return node->text == "true";
}

std::optional<std::int64_t> NodeReader::Count(std::string_view name, std::int64_t max) const {
  const Node* const node = Find(name);
  if (node == nullptr) return std::nullopt;
  const std::string& text = node->text;
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole =
      node->kind == Kind::kNumber && error == std::errc() && end == text.data() + text.size();
  if (whole && count >= 1 && count <= max) return count;
  RejectAt(node->line, PathOf(name),
           node->kind == Kind::kNumber ? "is not valid" : "must be a number",
           "a whole number from 1 to " + std::to_string(max));
  return std::nullopt;
}

void NodeReader::ForEach(std::string_view name,
                         const std::function<void(const Node&, const std::string&)>& read) const {
  const Node* const list = Find(name);
  if (list == nullptr) return;
  if (list->kind != Kind::kArray) {
    return RejectAt(list->line, PathOf(name), "must be a list", "a list of objects");
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    read(list->items[i], PathOf(name) + ":" + std::to_string(i));
  }
}

void NodeReader::Reject(std::string_view name, std::string what, std::string_view allowed) const {
  const Node* const node = Find(name);
  RejectAt(node == nullptr ? object_.line : node->line, PathOf(name), std::move(what), allowed);
}

const config::JsonNode* NodeReader::Find(std::string_view name) const {
  for (std::size_t i = 0; i < object_.keys.size(); ++i) {
    if (!config::EqualsIgnoringCase(object_.keys[i], name)) continue;
    return object_.items[i].kind == Kind::kNull ? nullptr : &object_.items[i];
  }
  return nullptr;
}

const config::JsonNode* NodeReader::Require(std::string_view name, std::string_view allowed) const {
  const Node* const node = Find(name);
  if (node == nullptr && object_.kind == Kind::kObject) {
    RejectAt(object_.line, PathOf(name), "is missing", allowed);
  }
  return node;
}

std::string NodeReader::PathOf(std::string_view name) const {
  if (name.empty()) return path_;
  return path_.empty() ? std::string(name) : path_ + ":" + std::string(name);
}

void NodeReader::RejectAt(std::size_t line, std::string path, std::string what,
                          std::string_view allowed, std::string nearest) const {
  report_->problems.push_back({report_->where + ", line " + std::to_string(line), std::move(path),
                               std::move(what), std::string(allowed), std::move(nearest)});
}

}  // namespace gateway
