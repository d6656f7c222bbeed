#include "api/problem/problem_json.h"

#include <cstdint>

#include "api/json/json_writer.h"

namespace gateway {
namespace {

void AppendErrorDetail(const ErrorDetail& error, std::string* out) {
  if (error.parameter.empty()) {
    out->append("{\"pointer\":");
    AppendJsonString(error.pointer, out);
  } else {
    out->append("{\"parameter\":");
    AppendJsonString(error.parameter, out);
  }
  if (error.line != 0) {
    out->append(",\"line\":");
    AppendJsonInteger(static_cast<std::int64_t>(error.line), out);
  }
  out->append(",\"detail\":");
  AppendJsonString(error.detail, out);
  out->push_back('}');
}

class ProblemJsonFormat final : public ErrorFormat {
 public:
  std::string_view content_type() const override { return "application/problem+json"; }
  void Append(const Problem& problem, std::string_view instance, std::string_view request_id,
              std::string* out) const override {
    AppendProblemJson(problem, instance, request_id, out);
  }
};

}  // namespace

const ErrorFormat& ProblemJson() {
  static const ProblemJsonFormat format;
  return format;
}

void AppendProblemJson(const Problem& problem, std::string_view instance,
                       std::string_view request_id, std::string* out) {
  const ProblemInfo& info = InfoOf(problem.type);
  out->append("{\"type\":\"/problems/").append(info.name).append("\",\"title\":");
  AppendJsonString(info.title, out);
  out->append(",\"status\":");
  AppendJsonInteger(info.status, out);
  out->append(",\"detail\":");
  AppendJsonString(problem.detail.empty() ? info.meaning : std::string_view(problem.detail), out);
  if (!instance.empty()) {
    out->append(",\"instance\":");
    AppendJsonString(instance, out);
  }
  out->append(",\"code\":\"")
      .append(info.code)
      .append("\",\"retriable\":")
      .append(info.retriable ? "true" : "false");
  out->append(",\"persistence\":\"").append(PersistenceName(problem.persistence)).push_back('"');
  if (!request_id.empty()) {
    out->append(",\"requestId\":");
    AppendJsonString(request_id, out);
  }
  if (!problem.errors.empty()) {
    out->append(",\"errors\":[");
    for (std::size_t i = 0; i < problem.errors.size(); ++i) {
      if (i != 0) out->push_back(',');
      AppendErrorDetail(problem.errors[i], out);
    }
    out->push_back(']');
    if (problem.truncated) out->append(",\"truncated\":true");
  }
  out->push_back('}');
}

}  // namespace gateway
