#include "infra/config/sources/json_entries.h"

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "infra/config/sources/json_syntax.h"
#include "infra/config/sources/read_file.h"
#include "infra/config/text.h"

namespace gateway::config {
namespace {

constexpr std::size_t kMaxFileBytes = 1'048'576;
constexpr std::size_t kMaxDepth = 32;  // far more than any key needs

// Flattens objects into entries as the parser walks them; keeps arrays as values. Never builds a
// tree, so that depth costs nothing and a repeated key is detected.
class Flattener final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Flattener(std::string_view text, Origin origin, JsonEntries* out)
      : text_(text), origin_(std::move(origin)), out_(out) {}

  bool null() override { return Leaf({RawValue::Kind::kNull, "null", {}}); }
  bool boolean(bool value) override {
    return Leaf({RawValue::Kind::kBoolean, value ? "true" : "false", {}});
  }
  bool number_integer(number_integer_t value) override {
    return Leaf({RawValue::Kind::kNumber, std::to_string(value), {}});
  }
  bool number_unsigned(number_unsigned_t value) override {
    return Leaf({RawValue::Kind::kNumber, std::to_string(value), {}});
  }
  bool number_float(number_float_t /*value*/, const string_t& raw) override {
    return Leaf({RawValue::Kind::kNumber, raw, {}});
  }
  bool string(string_t& value) override { return Leaf({RawValue::Kind::kString, value, {}}); }
  bool binary(binary_t& /*value*/) override { return false; }  // not in JSON

  bool start_object(std::size_t /*size*/) override {
    if (InArray()) arrays_.back().items.push_back({RawValue::Kind::kObject, "", {}});
    return Open(false);
  }
  bool key(string_t& value) override {
    Frame& frame = frames_.back();
    frame.key = value;
    if (value.find(':') != std::string::npos) ReportColon();
    const auto added = frame.keys.emplace(ToLower(value), value);
    if (!added.second && arrays_.empty()) ReportDuplicate(added.first->second, value);
    return true;
  }
  bool end_object() override {
    const bool empty = frames_.back().keys.empty();
    frames_.pop_back();
    if (empty && arrays_.empty() && !frames_.empty()) Emit({RawValue::Kind::kObject, "", {}});
    return true;
  }
  bool start_array(std::size_t /*size*/) override {
    arrays_.push_back({RawValue::Kind::kArray, "", {}});
    return Open(true);
  }
  bool end_array() override {
    frames_.pop_back();
    RawValue array = std::move(arrays_.back());
    arrays_.pop_back();
    return Leaf(std::move(array));
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    ReportSyntax(position, HintOf(error));
    return false;
  }

  // At a byte of the text, counted from 1; `hint` may be empty.
  void ReportSyntax(std::size_t position, std::string_view hint) {
    Report("", DescribeSyntaxError(text_, position, hint));
    out_->readable = false;
  }

 private:
  struct Frame {
    bool is_array = false;
    std::string key;                          // of the member being read
    std::map<std::string, std::string> keys;  // lower case -> as first written
  };

  bool InArray() const { return !frames_.empty() && frames_.back().is_array; }

  bool Open(bool is_array) {
    frames_.push_back({is_array, "", {}});
    if (frames_.size() <= kMaxDepth) return true;
    Report(Join(Path(), ":"), "is nested too deep");
    out_->readable = false;
    return false;
  }

  bool Leaf(RawValue value) {
    if (InArray()) {
      arrays_.back().items.push_back(std::move(value));
    } else if (frames_.empty()) {
      Report("", "must be a JSON object");
      out_->readable = false;
    } else if (arrays_.empty()) {  // else a member of an object in an array: already rejected
      Emit(std::move(value));
    }
    return true;
  }

  void Emit(RawValue value) {
    std::vector<std::string> path = Path();
    if (path.size() == 1 && path.front() == "$schema") return;
    out_->entries.push_back({std::move(path), std::move(value), origin_});
  }

  std::vector<std::string> Path() const {
    std::vector<std::string> path;
    for (const Frame& frame : frames_) {
      if (!frame.is_array) path.push_back(frame.key);
    }
    return path;
  }

  void ReportDuplicate(const std::string& first, const std::string& again) {
    Report(Join(Path(), ":"),
           first == again ? "appears twice" : "appears twice, the first time as " + Quoted(first));
  }

  // It would be a second way to write a key, and would hide a repeated key.
  void ReportColon() {
    out_->problems.push_back({origin_.where, Join(Path(), ":"),
                              "a name in a file must not contain ':'",
                              "an object for the section that contains the key", ""});
  }

  void Report(std::string key, std::string what) {
    out_->problems.push_back({origin_.where, std::move(key), std::move(what), "", ""});
  }

  std::string_view text_;
  Origin origin_;
  JsonEntries* out_;
  std::vector<Frame> frames_;
  std::vector<RawValue> arrays_;  // the open arrays
};

}  // namespace

JsonEntries ParseJsonEntries(std::string_view text, const Origin& origin) {
  text = WithoutByteOrderMark(text);
  JsonEntries result;
  Flattener flattener(text, origin, &result);
  // The parser takes a zero byte as the end of the text.
  const std::size_t zero = text.find('\0');
  if (zero != std::string_view::npos) {
    flattener.ReportSyntax(zero + 1, "a zero byte");
  } else {
    nlohmann::json::sax_parse(text.begin(), text.end(), &flattener);
  }
  if (!result.readable) result.entries.clear();
  return result;
}

JsonEntries ReadJsonEntries(const std::filesystem::path& file, SourceKind kind) {
  const Origin origin{kind, "file " + file.string()};
  const FileText content = ReadFile(file, kMaxFileBytes);
  if (content.fault.empty()) return ParseJsonEntries(content.text, origin);
  JsonEntries result;
  result.readable = false;
  result.problems.push_back({origin.where, "", content.fault, "", ""});
  return result;
}

}  // namespace gateway::config
