#include "infra/config/sources/json_tree.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "infra/config/sources/json_syntax.h"
#include "infra/config/sources/read_file.h"
#include "infra/config/text.h"

namespace gateway::config {
namespace {

constexpr std::size_t kMaxFileBytes = 1'048'576;
constexpr std::size_t kMaxDepth = 32;

using Kind = JsonNode::Kind;

// How far the parser has read.
struct Progress {
  std::size_t line = 1;
  char last = '\0';
};

// Counts lines as the parser reads, because it tells its handler no positions.
class CountingIterator final {
 public:
  // NOLINTBEGIN(readability-identifier-naming): as std::iterator_traits wants them
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;
  // NOLINTEND(readability-identifier-naming)

  CountingIterator(const char* at, Progress* progress) : at_(at), progress_(progress) {}
  char operator*() const { return *at_; }
  CountingIterator& operator++() {
    progress_->last = *at_++;
    if (progress_->last == '\n') ++progress_->line;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  Progress* progress_;
};

class TreeBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(std::string_view text, std::string where, const Progress& progress, JsonTree* tree)
      : text_(text), where_(std::move(where)), progress_(progress), tree_(tree) {}

  bool null() override { return Leaf(Kind::kNull, "null"); }
  bool boolean(bool value) override { return Leaf(Kind::kBoolean, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override {
    return Leaf(Kind::kNumber, std::to_string(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return Leaf(Kind::kNumber, std::to_string(value));
  }
  bool number_float(number_float_t /*value*/, const string_t& raw) override {
    return Leaf(Kind::kNumber, raw);
  }
  bool string(string_t& value) override { return Leaf(Kind::kString, std::move(value)); }
  bool binary(binary_t& /*value*/) override { return false; }  // not in JSON

  bool start_object(std::size_t /*size*/) override { return Open(Kind::kObject); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t /*size*/) override { return Open(Kind::kArray); }
  bool end_array() override { return Close(); }
  bool key(string_t& value) override {
    std::vector<std::string>& keys = open_.back().keys;
    const bool again = std::any_of(keys.begin(), keys.end(), [&](const std::string& other) {
      return EqualsIgnoringCase(other, value);
    });
    if (again) Report(progress_.line, Quoted(value) + " appears twice in one object");
    keys.push_back(std::move(value));
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    ReportSyntax(position, HintOf(error));
    return false;
  }
  void ReportSyntax(std::size_t position, std::string_view hint) {
    tree_->problems.push_back({where_, "", DescribeSyntaxError(text_, position, hint), "", ""});
  }

 private:
  bool Leaf(Kind kind, std::string text) {
    // The end of a number shows only at the next character.
    const bool beyond = kind == Kind::kNumber && progress_.last == '\n';
    Add({kind, progress_.line - (beyond ? 1 : 0), std::move(text), {}, {}});
    return true;
  }
  bool Open(Kind kind) {
    open_.push_back({kind, progress_.line, {}, {}, {}});
    if (open_.size() <= kMaxDepth) return true;
    Report(progress_.line, "is nested too deep");
    return false;
  }
  bool Close() {
    JsonNode node = std::move(open_.back());
    open_.pop_back();
    Add(std::move(node));
    return true;
  }
  void Add(JsonNode node) {
    if (open_.empty()) {
      tree_->root = std::move(node);
    } else {
      open_.back().items.push_back(std::move(node));
    }
  }
  void Report(std::size_t line, std::string what) {
    tree_->problems.push_back(
        {where_ + ", line " + std::to_string(line), "", std::move(what), "", ""});
  }

  std::string_view text_;
  const std::string where_;
  const Progress& progress_;
  JsonTree* tree_;
  std::vector<JsonNode> open_;  // arrays and objects, the outer ones first
};

}  // namespace

JsonTree ParseJsonTree(std::string_view text, const std::string& where) {
  text = WithoutByteOrderMark(text);
  JsonTree tree;
  Progress progress;
  TreeBuilder builder(text, where, progress, &tree);
  // The parser takes a zero byte as the end of the text.
  const std::size_t zero = text.find('\0');
  if (zero != std::string_view::npos) {
    builder.ReportSyntax(zero + 1, "a zero byte");
    return tree;
  }
  const char* const begin = text.data();
  if (!nlohmann::json::sax_parse(CountingIterator(begin, &progress),
                                 CountingIterator(begin + text.size(), &progress), &builder)) {
    tree.root.reset();
  }
  return tree;
}

JsonTree ReadJsonTree(const std::filesystem::path& file) {
  const std::string where = "file " + file.string();
  const FileText content = ReadFile(file, kMaxFileBytes);
  if (content.fault.empty()) return ParseJsonTree(content.text, where);
  JsonTree tree;
  tree.problems.push_back({where, "", content.fault, "", ""});
  return tree;
}

}  // namespace gateway::config
