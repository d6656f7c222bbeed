#include "dto/produce_response.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "dto/rfc3339.h"
#include "json_writer.h"
#include "problem.h"

namespace gateway {
namespace {

// `"topic":"orders","partition":2,"offset":1234,"timestamp":"..."`
void AppendStored(std::string_view topic, const RecordMetadata& metadata, std::string* out) {
  out->append("\"topic\":");
  AppendJsonString(topic, out);
  out->append(",\"partition\":");
  AppendJsonInteger(metadata.partition, out);
  out->append(",\"offset\":");
  if (metadata.offset) {
    AppendJsonInteger(*metadata.offset, out);
  } else {
    out->append("null");
  }
  out->append(",\"timestamp\":\"");
  AppendRfc3339(metadata.timestamp, out);
  out->push_back('"');
}

const ProblemInfo& InfoOf(const DeliveryReport& failed) {
  return InfoOf(FromErrorCode(failed.error().code));
}

// What all outcomes of a batch say together.
struct Summary {
  std::size_t succeeded = 0;
  std::size_t failed = 0;
  int first_status = 0;  // of the failures
  bool same_status = true;
  bool any_possibly_persisted = false;
  bool any_retriable = false;
  int retry_after_seconds = 0;
};

Summary Summarize(const ProduceBatch& batch) {
  Summary summary;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const DeliveryReport& outcome = batch.outcome(i);
    if (outcome.ok()) {
      ++summary.succeeded;
      continue;
    }
    const ProblemInfo& info = InfoOf(outcome);
    if (++summary.failed == 1) summary.first_status = info.status;
    summary.same_status = summary.same_status && info.status == summary.first_status;
    summary.any_possibly_persisted = summary.any_possibly_persisted ||
                                     outcome.error().persistence == Persistence::kPossiblyPersisted;
    summary.any_retriable = summary.any_retriable || info.retriable;
    summary.retry_after_seconds = std::max(summary.retry_after_seconds, info.retry_after_seconds);
  }
  return summary;
}

int StatusOf(const Summary& summary) {
  if (summary.failed == 0) return 200;
  if (summary.succeeded != 0) return 207;
  if (summary.same_status) return summary.first_status;
  if (summary.any_possibly_persisted) return 504;
  if (summary.any_retriable) return 503;
  return summary.first_status;
}

// Which failed records have a later record of the same topic and key that was stored: for who reads
// the topic, the order of that key has a gap.
std::vector<bool> FindOrderGaps(const ProduceBatch& batch) {
  using Keyed = std::tuple<std::string_view, std::string_view, std::size_t>;
  std::vector<bool> gaps(batch.size(), false);
  std::vector<Keyed> failed;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Record& record = batch.record(i);
    if (record.key && !batch.outcome(i).ok()) failed.emplace_back(record.topic, *record.key, i);
  }
  // Sorted rather than hashed: the keys are the client's, and could be made to collide.
  std::sort(failed.begin(), failed.end());
  for (std::size_t i = 0; i < batch.size() && !failed.empty(); ++i) {
    const Record& record = batch.record(i);
    if (!record.key || !batch.outcome(i).ok()) continue;
    // Those that came before: the ones just below (topic, key, i). What is marked already has had
    // those below it marked too, so each is visited once.
    auto entry =
        std::lower_bound(failed.begin(), failed.end(), Keyed(record.topic, *record.key, i));
    while (entry != failed.begin()) {
      --entry;
      const auto& [topic, key, index] = *entry;
      if (topic != record.topic || key != *record.key || gaps[index]) break;
      gaps[index] = true;
    }
  }
  return gaps;
}

void AppendFailed(std::string_view topic, const Error& error, bool order_gap, std::string* out) {
  out->append("\"status\":\"Failed\",\"topic\":");
  AppendJsonString(topic, out);
  out->append(",\"error\":");
  AppendProblemJson(Problem::FromError(error), "", "", out);
  if (order_gap) out->append(",\"orderGap\":true");
}

std::string_view StatusName(const Summary& summary) {
  if (summary.failed == 0) return "Success";
  return summary.succeeded == 0 ? "Failed" : "PartialSuccess";
}

}  // namespace

std::string FormatSendResponse(std::string_view topic, const RecordMetadata& metadata) {
  std::string out;
  out.reserve(128 + topic.size());
  out.append("{\"status\":\"Success\",");
  AppendStored(topic, metadata, &out);
  out.push_back('}');
  return out;
}

BatchResponse FormatBatchResponse(const ProduceBatch& batch) {
  const Summary summary = Summarize(batch);
  const std::vector<bool> gaps = summary.failed != 0 && summary.succeeded != 0
                                     ? FindOrderGaps(batch)
                                     : std::vector<bool>(batch.size(), false);
  BatchResponse response;
  response.status = StatusOf(summary);
  if (response.status == 503) response.retry_after_seconds = summary.retry_after_seconds;

  constexpr std::size_t kStoredBytes = 160;  // about what one result takes
  constexpr std::size_t kFailedBytes = 480;
  std::string& out = response.body;
  out.reserve(128 + summary.succeeded * kStoredBytes + summary.failed * kFailedBytes);
  out.append("{\"status\":\"").append(StatusName(summary)).append("\",\"total\":");
  AppendJsonInteger(static_cast<std::int64_t>(batch.size()), &out);
  out.append(",\"succeeded\":");
  AppendJsonInteger(static_cast<std::int64_t>(summary.succeeded), &out);
  out.append(",\"failed\":");
  AppendJsonInteger(static_cast<std::int64_t>(summary.failed), &out);
  out.append(",\"results\":[");
  for (std::size_t i = 0; i < batch.size(); ++i) {
    out.append(i == 0 ? "{\"index\":" : ",{\"index\":");
    AppendJsonInteger(static_cast<std::int64_t>(i), &out);
    out.push_back(',');
    const DeliveryReport& outcome = batch.outcome(i);
    if (outcome.ok()) {
      out.append("\"status\":\"Success\",");
      AppendStored(batch.record(i).topic, outcome.value(), &out);
    } else {
      AppendFailed(batch.record(i).topic, outcome.error(), gaps[i], &out);
    }
    out.push_back('}');
  }
  out.append("]}");
  return response;
}

}  // namespace gateway
