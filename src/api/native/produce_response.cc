#include "api/native/produce_response.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "api/json/json_writer.h"
#include "api/problem/problem_json.h"
#include "service/types/rfc3339.h"

namespace gateway {
namespace {

void AppendOffset(std::string_view name, std::optional<Offset> offset, std::string* out) {
  out->append(",\"").append(name).append("\":");
  if (offset) {
    AppendJsonInteger(*offset, out);
  } else {
    out->append("null");
  }
}

// `"topic":"orders","partition":2,"offset":1234,"timestamp":"..."`
void AppendStored(std::string_view topic, const RecordMetadata& metadata, std::string* out) {
  out->append("\"topic\":");
  AppendJsonString(topic, out);
  out->append(",\"partition\":");
  AppendJsonInteger(metadata.partition, out);
  AppendOffset("offset", metadata.offset, out);
  out->append(",\"timestamp\":\"");
  AppendRfc3339(metadata.timestamp, out);
  out->push_back('"');
}

// The sum of all outcomes of a batch.
struct Summary {
  std::size_t succeeded = 0;
  std::size_t failed = 0;
  int first_status = 0;  // of the failures
  bool same_status = true;
  bool any_possibly_persisted = false;
  bool any_retriable = false;
  RetryAfter retry_after;  // the latest
};

RetryAfter Later(RetryAfter a, RetryAfter b) {
  return {std::max(a.seconds, b.seconds), a.when_drained || b.when_drained};
}

Summary Summarize(const ProduceOperation& batch) {
  Summary summary;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const DeliveryReport& outcome = batch.outcome(i);
    if (outcome.ok()) {
      ++summary.succeeded;
      continue;
    }
    const ProblemInfo& info = InfoOf(outcome.error());
    if (++summary.failed == 1) summary.first_status = info.status;
    summary.same_status = summary.same_status && info.status == summary.first_status;
    summary.any_possibly_persisted =
        summary.any_possibly_persisted || outcome.error().persistence != Persistence::kNotPersisted;
    summary.any_retriable = summary.any_retriable || info.retriable;
    summary.retry_after = Later(summary.retry_after, RetryAfterOf(info.type));
  }
  return summary;
}

// 503 only if certainly no record is stored: a balancer may then send the batch again.
int StatusOf(const Summary& summary) {
  if (summary.failed == 0) return 200;
  if (summary.succeeded != 0) return 207;
  if (summary.same_status) return summary.first_status;
  if (summary.any_possibly_persisted) return 504;
  if (summary.any_retriable) return 503;
  return summary.first_status;
}

// Finds the failed records with a later stored record of the same topic and key: consumers see a
// gap in the order of that key.
std::vector<bool> FindOrderGaps(const ProduceOperation& batch) {
  using Keyed = std::tuple<std::string_view, std::string_view, std::size_t>;
  std::vector<bool> gaps(batch.size(), false);
  std::vector<Keyed> failed;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Record& record = batch.record(i);
    if (record.key && !batch.outcome(i).ok()) failed.emplace_back(record.topic, *record.key, i);
  }
  // Sorted rather than hashed: a client could choose keys that collide.
  std::sort(failed.begin(), failed.end());
  for (std::size_t i = 0; i < batch.size() && !failed.empty(); ++i) {
    const Record& record = batch.record(i);
    if (!record.key || !batch.outcome(i).ok()) continue;
    // The earlier records of the key are just below (topic, key, i). If one of them is marked,
    // all below it are marked, too, so each is visited once.
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

void AppendCount(std::size_t count, std::string* out) {
  AppendJsonInteger(static_cast<std::int64_t>(count), out);
}

// Without the closing brace: more may follow.
void AppendSummary(const Summary& summary, std::string* out) {
  out->append("{\"status\":\"").append(StatusName(summary)).append("\",\"total\":");
  AppendCount(summary.succeeded + summary.failed, out);
  out->append(",\"succeeded\":");
  AppendCount(summary.succeeded, out);
  out->append(",\"failed\":");
  AppendCount(summary.failed, out);
}

// The stored records of one partition.
struct Stored {
  std::optional<Offset> first;  // of the offsets that are known
  std::optional<Offset> last;
  std::size_t count = 0;
};

void AppendPartitions(const ProduceOperation& batch, std::string* out) {
  std::map<std::pair<std::string_view, Partition>, Stored> partitions;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const DeliveryReport& outcome = batch.outcome(i);
    if (!outcome.ok()) continue;
    Stored& stored = partitions[{batch.record(i).topic, outcome.value().partition}];
    ++stored.count;
    const std::optional<Offset> offset = outcome.value().offset;
    if (!offset) continue;
    stored.first = std::min(stored.first.value_or(*offset), *offset);
    stored.last = std::max(stored.last.value_or(*offset), *offset);
  }
  out->append(",\"partitions\":[");
  bool first = true;
  for (const auto& [partition, stored] : partitions) {
    out->append(std::exchange(first, false) ? "{\"topic\":" : ",{\"topic\":");
    AppendJsonString(partition.first, out);
    out->append(",\"partition\":");
    AppendJsonInteger(partition.second, out);
    AppendOffset("firstOffset", stored.first, out);
    AppendOffset("lastOffset", stored.last, out);
    out->append(",\"count\":");
    AppendCount(stored.count, out);
    out->push_back('}');
  }
  out->push_back(']');
}

void AppendResults(const ProduceOperation& batch, const BatchForm& form,
                   const std::vector<bool>& gaps, std::string* out) {
  bool first = true;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const DeliveryReport& outcome = batch.outcome(i);
    if (form.minimal && outcome.ok()) continue;
    if (!std::exchange(first, false) && !form.ndjson) out->push_back(',');
    out->append("{\"index\":");
    AppendCount(i, out);
    if (const std::size_t line = form.places == nullptr ? 0 : form.places->LineOf(i)) {
      out->append(",\"line\":");
      AppendCount(line, out);
    }
    out->push_back(',');
    if (outcome.ok()) {
      out->append("\"status\":\"Success\",");
      AppendStored(batch.record(i).topic, outcome.value(), out);
    } else {
      AppendFailed(batch.record(i).topic, outcome.error(), !gaps.empty() && gaps[i], out);
    }
    out->append(form.ndjson ? "}\n" : "}");
  }
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

BatchResponse FormatBatchResponse(const ProduceOperation& batch, const BatchForm& form) {
  const Summary summary = Summarize(batch);
  std::vector<bool> gaps;
  if (summary.failed != 0 && summary.succeeded != 0) gaps = FindOrderGaps(batch);
  BatchResponse response;
  response.status = StatusOf(summary);
  if (response.status == 503) {
    // Also if no single failure would have been a 503.
    response.retry_after = Later(summary.retry_after, {1});
  }

  constexpr std::size_t kStoredBytes = 160;  // approximate size of one result
  constexpr std::size_t kFailedBytes = 480;
  std::string& out = response.body;
  const std::size_t stored_results = form.minimal ? 0 : summary.succeeded;
  out.reserve(256 + stored_results * kStoredBytes + summary.failed * kFailedBytes);
  if (form.ndjson) AppendResults(batch, form, gaps, &out);
  AppendSummary(summary, &out);
  if (form.minimal) AppendPartitions(batch, &out);
  if (form.ndjson) {
    out.append("}\n");
  } else {
    out.append(",\"results\":[");
    AppendResults(batch, form, gaps, &out);
    out.append("]}");
  }
  return response;
}

std::string FormatAccepted(std::size_t total) {
  std::string out = "{\"status\":\"Accepted\",\"total\":";
  AppendCount(total, &out);
  out.push_back('}');
  return out;
}

}  // namespace gateway
