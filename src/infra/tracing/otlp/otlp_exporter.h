// The exporter of opentelemetry-cpp, kept from holding up the end of the process: once ExportStop
// has begun there are two seconds for what is left, and a collector that does not answer is left
// alone. Made once, owned by the batch processor, called on its thread.
#ifndef GATEWAY_INFRA_TRACING_OTLP_OTLP_EXPORTER_H_
#define GATEWAY_INFRA_TRACING_OTLP_OTLP_EXPORTER_H_

#include <opentelemetry/sdk/trace/exporter.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "ports.h"

namespace gateway::otlp {

class ExportStop final {
 public:
  static constexpr std::chrono::seconds kGrace{2};

  ExportStop() = default;
  ExportStop(const ExportStop&) = delete;
  ExportStop& operator=(const ExportStop&) = delete;
  ~ExportStop();

  // The process ends: `abandon` is called when the grace is over, unless Done comes first.
  void Begin();
  void Done();
  void OnGraceOver(std::function<void()> abandon) { abandon_ = std::move(abandon); }
  bool over() const { return over_.load(); }

 private:
  std::atomic<bool> over_{false};
  std::function<void()> abandon_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread watch_;
};

class OtlpExporter final : public opentelemetry::sdk::trace::SpanExporter {
 public:
  using Recordable = opentelemetry::sdk::trace::Recordable;

  OtlpExporter(std::unique_ptr<SpanExporter> exporter, std::shared_ptr<ExportStop> stop,
               Logger& logger);

  std::unique_ptr<Recordable> MakeRecordable() noexcept override;
  opentelemetry::sdk::common::ExportResult Export(
      const opentelemetry::nostd::span<std::unique_ptr<Recordable>>& spans) noexcept override;
  bool ForceFlush(std::chrono::microseconds timeout) noexcept override;
  bool Shutdown(std::chrono::microseconds timeout) noexcept override;

 private:
  const std::unique_ptr<SpanExporter> exporter_;
  const std::shared_ptr<ExportStop> stop_;
  Logger& logger_;
  std::int64_t lost_ = 0;  // spans that could not be exported, since the start
};

}  // namespace gateway::otlp

#endif  // GATEWAY_INFRA_TRACING_OTLP_OTLP_EXPORTER_H_
