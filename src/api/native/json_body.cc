#include "api/native/json_body.h"

#include <string>
#include <utility>

#include "api/json/utf8.h"
#include "api/native/body_start.h"

namespace gateway {
namespace {

Problem InvalidJson(std::string detail) {
  return Problem(ProblemType::kInvalidJson, std::move(detail));
}

}  // namespace

std::optional<Problem> CheckJsonEncoding(std::string_view body) {
  if (body.empty()) return InvalidJson("The body is empty; send JSON.");
  if (const auto foreign = DescribeForeignStart(body)) return InvalidJson(std::string(*foreign));
  const std::size_t offset = FindInvalidUtf8(body);
  if (offset == std::string_view::npos) return std::nullopt;
  return InvalidJson("The body is not valid UTF-8 at byte " + std::to_string(offset) + ".");
}

Problem JsonProblem(std::string_view body, const JsonReader& reader, std::size_t text_at,
                    std::size_t line) {
  const std::size_t offset = text_at + reader.fault_offset();
  const std::string at = " at byte " + std::to_string(offset);
  const std::string text = line == 0 ? "The body" : "Line " + std::to_string(line) + " of the body";
  const std::string why = ": " + std::string(reader.fault()) + ".";
  if (reader.ended_early()) return InvalidJson(text + " ends too early," + at + why);
  if (body[offset] != '\0') return InvalidJson(text + " is not valid JSON" + at + why);
  return InvalidJson(text + " has a NUL byte" + at + "; JSON has none (in a string: \\u0000).");
}

}  // namespace gateway
