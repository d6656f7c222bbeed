#include "tracing/otlp/otlp_exporter.h"

namespace gateway::otlp {

using opentelemetry::sdk::common::ExportResult;

ExportStop::~ExportStop() {
  if (watch_.joinable()) watch_.join();
}

void ExportStop::Begin() {
  watch_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kGrace, [this] { return done_; })) return;
    over_.store(true);
    if (abandon_) abandon_();
  });
}

void ExportStop::Done() {
  const std::lock_guard lock(mutex_);
  done_ = true;
  changed_.notify_all();
}

OtlpExporter::OtlpExporter(std::unique_ptr<SpanExporter> exporter, std::shared_ptr<ExportStop> stop,
                           Logger& logger)
    : exporter_(std::move(exporter)), stop_(std::move(stop)), logger_(logger) {
  // It ends the request that is under way.
  stop_->OnGraceOver([this] { exporter_->Shutdown(std::chrono::microseconds(0)); });
}

std::unique_ptr<OtlpExporter::Recordable> OtlpExporter::MakeRecordable() noexcept {
  return exporter_->MakeRecordable();
}

ExportResult OtlpExporter::Export(
    const opentelemetry::nostd::span<std::unique_ptr<Recordable>>& spans) noexcept {
  const auto count = static_cast<std::int64_t>(spans.size());
  const ExportResult result = stop_->over() ? ExportResult::kFailure : exporter_->Export(spans);
  if (result != ExportResult::kSuccess) lost_ += count;
  return result;
}

bool OtlpExporter::ForceFlush(std::chrono::microseconds timeout) noexcept {
  return exporter_->ForceFlush(timeout);
}

bool OtlpExporter::Shutdown(std::chrono::microseconds timeout) noexcept {
  stop_->Done();
  if (lost_ > 0) {
    logger_.Log(LogLevel::kWarning, "spans-lost", "Spans could not be exported.",
                {{"count", lost_}});
  }
  return exporter_->Shutdown(timeout);
}

}  // namespace gateway::otlp
