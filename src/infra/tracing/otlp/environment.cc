#include "infra/tracing/otlp/environment.h"

#include <opentelemetry/sdk/trace/samplers/always_off_factory.h>
#include <opentelemetry/sdk/trace/samplers/always_on_factory.h>
#include <opentelemetry/sdk/trace/samplers/parent_factory.h>
#include <opentelemetry/sdk/trace/samplers/trace_id_ratio_factory.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace gateway::otlp {
namespace {

namespace sdk = opentelemetry::sdk::trace;

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): see the header
  return value == nullptr ? std::string() : std::string(value);
}

void Complain(Logger* logger, const char* name, std::string_view value, std::string_view instead) {
  logger->Log(LogLevel::kWarning, "tracing-variable",
              "An OpenTelemetry variable has an invalid value; its default is used.",
              {{"variable", name}, {"value", value}, {"default", instead}});
}

// A whole number of at least 1; `fallback` if the variable is unset or not such a number.
std::int64_t Number(Logger* logger, const char* name, std::int64_t fallback) {
  const std::string text = Variable(name);
  if (text.empty()) return fallback;
  char* end = nullptr;
  const std::int64_t number = std::strtoll(text.c_str(), &end, 10);
  if (*end == '\0' && number >= 1 && number <= 1'000'000'000) return number;
  Complain(logger, name, text, std::to_string(fallback));
  return fallback;
}

double Ratio(Logger* logger) {
  constexpr const char* kName = "OTEL_TRACES_SAMPLER_ARG";
  const std::string text = Variable(kName);
  if (text.empty()) return 1;
  char* end = nullptr;
  const double ratio = std::strtod(text.c_str(), &end);
  if (*end == '\0' && ratio >= 0 && ratio <= 1) return ratio;
  Complain(logger, kName, text, "1");
  return 1;
}

// Null if there is no sampler of that name.
std::unique_ptr<sdk::Sampler> SamplerOf(std::string_view name, Logger* logger) {
  constexpr std::string_view kParent = "parentbased_";
  if (name.starts_with(kParent)) {
    auto root = SamplerOf(name.substr(kParent.size()), logger);
    if (root == nullptr) return nullptr;
    return sdk::ParentBasedSamplerFactory::Create(std::move(root));
  }
  if (name == "always_on") return sdk::AlwaysOnSamplerFactory::Create();
  if (name == "always_off") return sdk::AlwaysOffSamplerFactory::Create();
  if (name == "traceidratio") return sdk::TraceIdRatioBasedSamplerFactory::Create(Ratio(logger));
  return nullptr;
}

}  // namespace

bool SwitchedOff() {
  std::string disabled = Variable("OTEL_SDK_DISABLED");
  for (char& c : disabled) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return disabled == "true" || Variable("OTEL_TRACES_EXPORTER") == "none";
}

bool NamesTheService() {
  return !Variable("OTEL_SERVICE_NAME").empty() ||
         Variable("OTEL_RESOURCE_ATTRIBUTES").find("service.name=") != std::string::npos;
}

std::unique_ptr<sdk::Sampler> MakeSampler(Logger* logger) {
  constexpr const char* kName = "OTEL_TRACES_SAMPLER";
  constexpr std::string_view kDefault = "parentbased_always_on";
  const std::string name = Variable(kName);
  if (!name.empty()) {
    if (auto sampler = SamplerOf(name, logger)) return sampler;
    Complain(logger, kName, name, kDefault);
  }
  return SamplerOf(kDefault, logger);
}

sdk::BatchSpanProcessorOptions BatchOptions(Logger* logger) {
  sdk::BatchSpanProcessorOptions options;
  options.max_queue_size =
      static_cast<std::size_t>(Number(logger, "OTEL_BSP_MAX_QUEUE_SIZE", 2'048));
  options.max_export_batch_size =
      static_cast<std::size_t>(Number(logger, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512));
  options.max_export_batch_size = std::min(options.max_export_batch_size, options.max_queue_size);
  options.schedule_delay_millis =
      std::chrono::milliseconds(Number(logger, "OTEL_BSP_SCHEDULE_DELAY", 5'000));
  return options;
}

}  // namespace gateway::otlp
