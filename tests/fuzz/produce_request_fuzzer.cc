// Fuzzes the parsing of request bodies. The fuzzer checks:
//   - text that the parsers accept is JSON for nlohmann's parser, too (which rejects numbers that a
//     double cannot hold and half surrogate pairs, and takes a NUL, which we refuse, for the end);
//   - text that nlohmann accepts is no JSON error here, except what we refuse on purpose (a byte
//     order mark, a NUL behind the text, nesting);
//   - accepted raw bytes are those of the body, or its lines in order, without anything else but
//     line ends; the first line of the input then has topic and query;
//   - every byte of an accepted record lies in the body or in the arena, and the request may move;
//   - a refusal has a detail; pointers are valid UTF-8 and begin with '/' unless empty.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "api/format/path_parameters.h"
#include "api/json/utf8.h"
#include "api/native/json_request_parser.h"
#include "api/native/raw_request_parser.h"
#include "api/tracing/propagated_headers.h"
#include "support/cpp/fuzzing.h"

namespace gateway {
namespace {

using testing::Require;

constexpr std::size_t kMaxRecords = 50;

// nlohmann's events, for its verdict on the grammar alone: allows numbers that no double holds.
class Grammar final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(nlohmann::json::binary_t&) override { return true; }
  bool start_object(std::size_t) override { return Enter(); }
  bool key(std::string&) override { return true; }
  bool end_object() override { return Leave(); }
  bool start_array(std::size_t) override { return Enter(); }
  bool end_array() override { return Leave(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
    // out_of_range means a valid number that does not fit; then the rest of the text is unknown.
    too_large_number = e.id == 406;
    return false;
  }

  bool too_large_number = false;
  std::size_t deepest = 0;

 private:
  bool Enter() {
    deepest = ++depth_ > deepest ? depth_ : deepest;
    return true;
  }
  bool Leave() {
    --depth_;
    return true;
  }
  std::size_t depth_ = 0;
};

// `text` with a letter for each escape that is half a surrogate pair: nlohmann's parser rejects
// them, but the gateway forwards them in text that it does not decode.
std::string WithoutHalfPairs(std::string text) {
  const auto code_at = [&text](std::size_t i) {
    unsigned code = 0;
    if (i + 6 > text.size() || text[i] != '\\' || text[i + 1] != 'u') return 0U;
    const char* const end = text.data() + i + 6;
    return std::from_chars(text.data() + i + 2, end, code, 16).ptr == end ? code : 0U;
  };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned code = code_at(i);
    if (code >= 0xD800 && code < 0xDC00 && code_at(i + 6) >= 0xDC00 && code_at(i + 6) < 0xE000) {
      i += 12;
      continue;
    }
    if (code >= 0xD800 && code < 0xE000) text.replace(i + 2, 4, "0041");
    i += text[i] == '\\' ? 2 : 1;
  }
  return text;
}

// Reads each byte, so that AddressSanitizer reports bytes outside of our buffers.
std::size_t Touch(std::string_view bytes) {
  Require(bytes.data() != nullptr);
  volatile unsigned char sink = 0;
  for (const char c : bytes)
    sink = static_cast<unsigned char>(sink ^ static_cast<unsigned char>(c));
  return bytes.size();
}

void CheckRecord(const Record& record, std::size_t body_bytes) {
  std::size_t bytes = Touch(record.topic);
  if (record.key) bytes += Touch(*record.key);
  if (record.value) bytes += Touch(*record.value);
  Require(bytes <= 2 * body_bytes);  // a default topic may be shared
  for (const Header& header : record.headers) {
    Touch(header.name);
    if (header.value) Touch(*header.value);
  }
}

void CheckRefusal(const Problem& problem) {
  Require(!problem.detail.empty());
  Require(FindInvalidUtf8(problem.detail) == std::string::npos);
  Require(problem.errors.size() <= kMaxErrorDetails);
  Require((problem.type == ProblemType::kInvalidJson) == problem.errors.empty());
  for (const ErrorDetail& error : problem.errors) {
    Require(error.pointer.empty() || error.pointer[0] == '/');
    Require(error.pointer.empty() || error.parameter.empty());
    Require(FindInvalidUtf8(error.pointer) == std::string::npos);
    Require(!error.detail.empty() && FindInvalidUtf8(error.detail) == std::string::npos);
  }
}

// True: the request is refused because of errors in its records. The records that could be read are
// checked, too.
bool Refused(const NativeRequest& request) {
  if (request.errors.empty()) return false;
  for (std::size_t i = 0; i < request.batch.records.size(); ++i) {
    const Record& record = request.batch.records[i];
    static_cast<void>(record.PayloadBytes());
    static_cast<void>(request.places.Locate(i, record, "/topic"));
  }
  CheckRefusal(Problem::FromError(RequestErrors(request.errors).Build()));
  return true;
}

void Check(Result<NativeRequest, Problem> result, std::string_view text, bool is_json,
           bool may_be_json) {
  if (!result.ok()) {
    CheckRefusal(result.error());
    return Require(!is_json);
  }
  if (Refused(result.value())) return;
  Require(may_be_json);
  Require(text.find('\0') == std::string_view::npos);
  NativeRequest moved = std::move(result).value();
  result = Problem();
  Require(!moved.batch.records.empty() && moved.batch.records.size() <= kMaxRecords);
  for (std::size_t i = 0; i < moved.batch.records.size(); ++i) {
    CheckRecord(moved.batch.records[i], text.size());
    static_cast<void>(moved.places.PointerOf(i));
  }
}

// The elements of a split array, joined with commas, are an array again.
void CheckArray(const std::string& text, bool is_json, bool may_be_json) {
  http::RequestHead head;
  head.query = "split=array";
  head.fields = {{"content-type", "application/json"}};
  auto result = ParseRawRequest("t", head, text, kMaxRecords);
  if (!result.ok() || !result.value().errors.empty()) {
    return Check(std::move(result), text, is_json, may_be_json);
  }
  Require(may_be_json);
  NativeRequest moved = std::move(result).value();
  std::size_t at = text.find('[') + 1;
  for (const Record& record : moved.batch.records) {
    CheckRecord(record, text.size());
    at = text.find_first_not_of(" \t\r\n", at);
    Require(text.compare(at, record.value->size(), *record.value) == 0);
    at = text.find_first_not_of(" \t\r\n", at + record.value->size());
    Require(text[at] == ',' || text[at] == ']');
    ++at;
  }
  Require(text.find_first_not_of(" \t\r\n", at) == std::string::npos);
}

void CheckRaw(const std::string& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  // The target is ASCII here.
  std::string target = text.substr(0, end);
  for (char& c : target) c = static_cast<char>(static_cast<unsigned char>(c) & 0x7FU);
  const std::size_t question = std::min(target.find('?'), target.size());
  PathParameters path;
  path.Add("topic", std::string_view(target).substr(0, question));
  const auto topic = path.Find("topic");
  http::RequestHead head;
  head.query = std::string_view(target).substr(std::min(question + 1, target.size()));
  head.fields = {{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
                 {"Kafka-Header-A", "b"},
                 {"content-type", "text/plain"}};
  const PropagatedFields every_field(std::vector<std::string>{"*"});
  const std::string body = text.substr(std::min(end + 1, text.size()));
  head.content_length = body.size();
  auto one = ParseRawRequest(topic, head, body, kMaxRecords);
  Require(one.ok());
  if (!Refused(one.value())) {
    NativeRequest moved = std::move(one).value();
    PropagateHeaders(head, every_field, &moved.batch);
    Require(moved.batch.records.size() == 1);
    const Record& record = moved.batch.records[0];
    CheckRecord(record, text.size());
    Require(record.value.value_or("") == body);
    Require(record.value || body.empty());
  }

  auto many = ParseRawLinesRequest(topic, head, body, kMaxRecords);
  Require(many.ok());
  if (Refused(many.value())) return;
  NativeRequest moved = std::move(many).value();
  PropagateHeaders(head, every_field, &moved.batch);
  Require(!moved.batch.records.empty() && moved.batch.records.size() <= kMaxRecords);
  std::size_t line = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < moved.batch.records.size(); ++i) {
    CheckRecord(moved.batch.records[i], text.size());
    for (; line + 1 < moved.places.lines->LineOf(i); ++line) at = body.find('\n', at) + 1;
    const std::string_view value = *moved.batch.records[i].value;
    Require(!value.empty() && value.find('\n') == std::string_view::npos);
    Require(body.compare(at, value.size(), value) == 0);
  }
}

}  // namespace
}  // namespace gateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using gateway::kMaxValueDepth;
  const std::string text(data, data + size);
  gateway::Grammar grammar;
  const bool accepted = nlohmann::json::sax_parse(gateway::WithoutHalfPairs(text), &grammar);
  const bool on_purpose = text.substr(0, 3) == "\xEF\xBB\xBF" ||
                          text.find('\0') != std::string::npos || grammar.deepest > kMaxValueDepth;
  const bool is_json = accepted && !on_purpose;
  const bool may_be_json = accepted || grammar.too_large_number;
  gateway::Check(gateway::ParseSendRequest(text), text, is_json, may_be_json);
  gateway::Check(gateway::ParseBatchRequest(text, gateway::kMaxRecords), text, is_json,
                 may_be_json);
  gateway::Check(gateway::ParseLinesRequest(text, gateway::kMaxRecords), text, false, true);
  gateway::CheckArray(text, is_json, may_be_json);
  gateway::CheckRaw(text);
  return 0;
}
