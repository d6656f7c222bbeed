#include "infra/tokens/strict_json.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace gateway {
namespace {

// Stops the parser at JSON that is too deep or has a duplicate member.
class Checker final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Checker(std::size_t max_depth) : max_depth_(max_depth) {}

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*raw*/) override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return false; }  // not in JSON
  bool start_object(std::size_t /*size*/) override { return Open(); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t /*size*/) override { return Open(); }
  bool end_array() override { return Close(); }
  bool key(string_t& value) override { return names_.back().insert(std::move(value)).second; }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::json::exception& /*error*/) override {
    return false;
  }

 private:
  bool Open() {
    names_.emplace_back();
    return names_.size() <= max_depth_;
  }
  bool Close() {
    names_.pop_back();
    return true;
  }

  const std::size_t max_depth_;
  std::vector<std::set<std::string>> names_;  // of each open object or array, outermost first
};

}  // namespace

std::optional<nlohmann::json> ParseStrictJson(std::string_view text, std::size_t max_depth) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // the parser would end there
  if (text.starts_with("\xEF\xBB\xBF")) return std::nullopt;           // and would skip this
  Checker checker(max_depth);
  if (!nlohmann::json::sax_parse(text, &checker)) return std::nullopt;
  return nlohmann::json::parse(text, nullptr, false);
}

}  // namespace gateway
