#include "infra/kafka/record_reporter.h"

#include <string_view>
#include <utility>

#include "infra/kafka/types/record_errors.h"

namespace gateway {
namespace {

std::string_view PersistedWord(const DeliveryReport& report) {
  if (report.ok()) return "yes";
  return report.error().persistence == Persistence::kNotPersisted ? "no" : "unknown";
}

}  // namespace

void RecordReporter::Report(PendingRecord* record, DeliveryReport report) {
  if (!report.ok() && report.error().code == ErrorCode::kKafkaAccess) {
    report = RefusedAccess(status_.AccessSentence(), record->record());
  }
  if (record->expired()) LogLate(*record, report);
  if (logger_.Enabled(LogLevel::kDebug)) LogOutcome(*record, report);
  if (report.ok()) {
    delivered_.fetch_add(1, std::memory_order_relaxed);
  } else if (report.error().persistence == Persistence::kNotPersisted) {
    not_persisted_.fetch_add(1, std::memory_order_relaxed);
  } else {
    possibly_persisted_.fetch_add(1, std::memory_order_relaxed);
  }
  record->Report(std::move(report));
}

RecordReporter::Totals RecordReporter::totals() const {
  return {delivered_.load(), not_persisted_.load(), possibly_persisted_.load()};
}

void RecordReporter::LogLate(const PendingRecord& record, const DeliveryReport& report) const {
  const RequestIds origin = record.origin();
  logger_.Log(LogLevel::kInformation, "record-late",
              report.ok() ? "A record was stored after its request had been answered."
                          : "A record failed after its request had been answered.",
              {{"request_id", origin.request_id},
               {"trace_id", TextOrNone(origin.trace_id)},
               {"messaging.destination.name", record.record().topic},
               {"persisted", PersistedWord(report)}});
}

// One line per record, to follow a single one; at Debug, because there are very many.
void RecordReporter::LogOutcome(const PendingRecord& pending, const DeliveryReport& report) const {
  const Record& record = pending.record();
  if (report.ok()) {
    const RecordMetadata& stored = report.value();
    logger_.Log(LogLevel::kDebug, "record-delivered", "A record was stored.",
                {{"messaging.destination.name", record.topic},
                 {"messaging.destination.partition.id", std::int64_t{stored.partition}},
                 {"messaging.kafka.offset", stored.offset.value_or(-1)}});
  } else {
    logger_.Log(
        LogLevel::kDebug, "record-failed", report.error().detail,
        {{"messaging.destination.name", record.topic}, {"persisted", PersistedWord(report)}});
  }
}

}  // namespace gateway
