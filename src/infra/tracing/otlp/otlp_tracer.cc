// The tracer on opentelemetry-cpp. Its batch processor gathers spans in a bounded queue (and drops
// those that do not fit) and exports them by OTLP over HTTP, on a thread of its own.
#include <opentelemetry/exporters/otlp/otlp_http_exporter_factory.h>
#include <opentelemetry/exporters/otlp/otlp_http_exporter_options.h>
#include <opentelemetry/sdk/resource/resource.h>
#include <opentelemetry/sdk/trace/batch_span_processor_factory.h>
#include <opentelemetry/sdk/trace/batch_span_processor_options.h>
#include <opentelemetry/sdk/trace/tracer_provider.h>
#include <opentelemetry/sdk/trace/tracer_provider_factory.h>
#include <opentelemetry/trace/span_startoptions.h>
#include <opentelemetry/trace/tracer.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "infra/logging/escaping.h"
#include "infra/tracing/otlp/environment.h"
#include "infra/tracing/otlp/sdk_log.h"
#include "infra/tracing/tracing_module.h"

namespace gateway::otlp {
namespace {

namespace api = opentelemetry::trace;
namespace sdk = opentelemetry::sdk;
using opentelemetry::nostd::string_view;

string_view ViewOf(std::string_view text) { return {text.data(), text.size()}; }

std::uint8_t Hex(char c) {
  return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);  // as TraceContext has it
}

template <std::size_t kBytes>
std::array<std::uint8_t, kBytes> BytesOf(std::string_view digits) {
  std::array<std::uint8_t, kBytes> bytes{};
  for (std::size_t i = 0; i < kBytes; ++i) {
    bytes[i] = static_cast<std::uint8_t>(Hex(digits[2 * i]) << 4U | Hex(digits[2 * i + 1]));
  }
  return bytes;
}

api::SpanContext RemoteOf(const TraceContext& context, std::string_view tracestate) {
  const auto trace_id = BytesOf<16>(context.trace_id());
  const auto span_id = BytesOf<8>(context.span_id());
  const auto flags = BytesOf<1>(context.flags());
  return api::SpanContext(api::TraceId(trace_id), api::SpanId(span_id), api::TraceFlags(flags[0]),
                          /*is_remote=*/true,
                          tracestate.empty() ? api::TraceState::GetDefault()
                                             : api::TraceState::FromHeader(ViewOf(tracestate)));
}

TraceContext ContextOf(const api::SpanContext& context) {
  std::array<char, TraceContext::kLength> text{};
  text[0] = text[1] = '0';
  text[2] = text[35] = text[52] = '-';
  context.trace_id().ToLowerBase16(opentelemetry::nostd::span<char, 32>{text.data() + 3, 32});
  context.span_id().ToLowerBase16(opentelemetry::nostd::span<char, 16>{text.data() + 36, 16});
  context.trace_flags().ToLowerBase16(opentelemetry::nostd::span<char, 2>{text.data() + 53, 2});
  return TraceContext::Parse({text.data(), text.size()}).value_or(TraceContext());
}

// The parts of a URL that may be logged: "https://user:secret@host/path?key=…" may contain secrets.
std::string WithoutCredentials(std::string url) {
  url.erase(std::min(url.find_first_of("?#"), url.size()));
  const std::size_t scheme = url.find("://");
  const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t at = url.rfind('@', url.find('/', host));
  if (at != std::string::npos && at >= host) url.erase(host, at + 1 - host);
  return url;
}

// protobuf's strings must be UTF-8: one that is not fails the whole export.
std::string Text(std::string_view value) {
  std::string text;
  text.reserve(value.size());
  AppendEscaped(value, Escaping::kPlain, &text);
  return text;
}

class OtlpSpan final : public Span {
 public:
  explicit OtlpSpan(opentelemetry::nostd::shared_ptr<api::Span> span)
      : span_(std::move(span)),
        context_(ContextOf(span_->GetContext())),
        tracestate_(span_->GetContext().trace_state()->ToHeader()) {}
  ~OtlpSpan() override { span_->End(); }

  const TraceContext& context() const override { return context_; }
  std::string_view tracestate() const override { return tracestate_; }
  void Set(std::string_view name, SpanValue value) override {
    if (const auto* const text = std::get_if<std::string_view>(&value)) {
      span_->SetAttribute(ViewOf(name), Text(*text));
    } else if (const auto* const number = std::get_if<std::int64_t>(&value)) {
      span_->SetAttribute(ViewOf(name), *number);
    } else {
      span_->SetAttribute(ViewOf(name), std::get<bool>(value));
    }
  }
  void Fail(std::string_view error_type) override {
    span_->SetAttribute("error.type", ViewOf(error_type));
    span_->SetStatus(api::StatusCode::kError);
  }
  const api::Span& span() const { return *span_; }

 private:
  const opentelemetry::nostd::shared_ptr<api::Span> span_;
  const TraceContext context_;
  const std::string tracestate_;
};

class OtlpTracer final : public Tracer {
 public:
  OtlpTracer(std::unique_ptr<sdk::trace::TracerProvider> provider, const TracingOptions& options)
      : provider_(std::move(provider)),
        tracer_(provider_->GetTracer("kafka-gateway", options.version)),
        logger_(*options.logger) {}

  // Recorded spans are exported, but an unresponsive collector delays the end of the process by at
  // most the grace. A running export cannot be cancelled before its own timeout: it is then
  // abandoned.
  ~OtlpTracer() override {
    std::promise<void> done;
    const std::future<void> exported = done.get_future();
    std::thread([provider = provider_, done = std::move(done)]() mutable {
      provider->Shutdown();
      done.set_value();
    }).detach();
    if (exported.wait_for(kGrace) != std::future_status::ready) {
      logger_.Log(LogLevel::kWarning, "spans-lost",
                  "The collector does not answer; the last spans were not exported.");
    }
    StopLogging();
  }

  std::unique_ptr<Span> StartServer(std::string_view name, const TraceContext* parent,
                                    std::string_view tracestate) override {
    api::StartSpanOptions options;
    options.kind = api::SpanKind::kServer;
    if (parent != nullptr) options.parent = RemoteOf(*parent, tracestate);
    auto span = tracer_->StartSpan(Text(name), options);
    if (!span->IsRecording()) return nullptr;
    return std::make_unique<OtlpSpan>(std::move(span));
  }

  std::unique_ptr<Span> StartProducer(std::string_view name, const Span& parent) override {
    api::StartSpanOptions options;
    options.kind = api::SpanKind::kProducer;
    options.parent = static_cast<const OtlpSpan&>(parent).span().GetContext();
    return std::make_unique<OtlpSpan>(tracer_->StartSpan(Text(name), options));
  }

 private:
  static constexpr std::chrono::seconds kGrace{2};

  const std::shared_ptr<sdk::trace::TracerProvider> provider_;
  const opentelemetry::nostd::shared_ptr<api::Tracer> tracer_;
  Logger& logger_;
};

std::unique_ptr<Tracer> Make(const TracingOptions& options) {
  if (SwitchedOff()) return nullptr;
  LogThrough(*options.logger, *options.clock);
  const opentelemetry::exporter::otlp::OtlpHttpExporterOptions http;  // reads its variables
  sdk::resource::ResourceAttributes attributes;
  attributes.SetAttribute("service.version", ViewOf(options.version));
  if (!NamesTheService()) attributes.SetAttribute("service.name", "kafka-gateway");
  auto provider = sdk::trace::TracerProviderFactory::Create(
      sdk::trace::BatchSpanProcessorFactory::Create(
          opentelemetry::exporter::otlp::OtlpHttpExporterFactory::Create(http),
          BatchOptions(options.logger)),
      sdk::resource::Resource::Create(attributes), MakeSampler(options.logger));
  options.logger->Log(LogLevel::kInformation, "tracing",
                      "Spans are recorded and exported by OTLP over HTTP.",
                      {{"url", std::string_view(WithoutCredentials(http.url))}});
  return std::make_unique<OtlpTracer>(std::move(provider), options);
}

}  // namespace
}  // namespace gateway::otlp

// The name is kTracingEntry's.
extern "C" __attribute__((visibility("default")))
const gateway::TracingEntry kafka_gateway_tracing =  // NOLINT(readability-identifier-naming)
    {GATEWAY_VERSION, &gateway::otlp::Make};
