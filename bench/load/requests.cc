#include "requests.h"

#include <algorithm>

#include "records.h"

namespace gateway::bench {
namespace {

struct Body {
  std::string path;
  std::string type;
  std::string text;
};

// {"key":…,"value":…} with more before it.
void AppendEnvelope(std::string& text, const TestRecord& record, const std::string& before) {
  text.append("{").append(before);
  if (!record.key.empty()) text.append("\"key\":\"").append(record.key).append("\",");
  text.append("\"value\":").append(record.value).append("}");
}

Body MakeBody(const RequestShape& shape, const std::string& topic, const TestRecord* records) {
  const std::string named = "\"topic\":\"" + topic + "\",";
  Body body{"/api/kafka/send/batch", "application/json", ""};
  if (shape.format == "single") {
    body.path = "/api/kafka/send";
    AppendEnvelope(body.text, records[0], named);
  } else if (shape.format == "batch" || shape.format == "v2") {
    const bool v2 = shape.format == "v2";
    if (v2) body = {"/topics/" + topic, "application/vnd.kafka.json.v2+json", ""};
    body.text = v2 ? "{\"records\":[" : "{" + named + "\"messages\":[";
    for (std::size_t i = 0; i < shape.records; ++i) {
      if (i > 0) body.text.push_back(',');
      AppendEnvelope(body.text, records[i], "");
    }
    body.text.append("]}");
  } else if (shape.format == "ndjson") {
    body.type = "application/x-ndjson";
    for (std::size_t i = 0; i < shape.records; ++i) {
      AppendEnvelope(body.text, records[i], named);
      body.text.push_back('\n');
    }
  } else if (shape.format == "lines" || shape.format == "raw") {
    body.path = "/api/kafka/topics/" + topic;
    if (!records[0].key.empty()) body.path.append("?key=").append(records[0].key);
    body.type = shape.format == "raw" ? "application/octet-stream" : "application/x-ndjson";
    for (std::size_t i = 0; i < shape.records; ++i) {
      body.text.append(records[i].value);
      if (shape.format == "lines") body.text.push_back('\n');
    }
  }
  return body;
}

}  // namespace

std::vector<std::string> MakeRequests(const RequestShape& shape) {
  const std::size_t records = std::max<std::size_t>(1, shape.records);
  const std::size_t count = std::max(SetSize(records, shape.bytes, shape.keys), shape.topics);
  const std::vector<TestRecord> all = MakeRecords(count * records, shape.bytes, shape.keys);
  std::vector<std::string> requests;
  requests.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string topic =
        shape.topics > 1 ? shape.topic + "-" + std::to_string(i % shape.topics) : shape.topic;
    const Body body = MakeBody(shape, topic, &all[i * records]);
    if (body.text.empty()) return {};
    requests.push_back("POST " + (shape.path.empty() ? body.path : shape.path) +
                       " HTTP/1.1\r\nHost: " + shape.host + "\r\nContent-Type: " + body.type +
                       "\r\n" + (shape.minimal ? "Prefer: return=minimal\r\n" : "") +
                       (shape.header.empty() ? "" : shape.header + "\r\n") + "Content-Length: " +
                       std::to_string(body.text.size()) + "\r\n\r\n" + body.text);
  }
  return requests;
}

}  // namespace gateway::bench
