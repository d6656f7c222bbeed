// The controller of sends behind the pipeline, with a producer that does only what the test says.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_PRODUCE_CONTROLLER_FIXTURE_H_
#define GATEWAY_TESTS_SUPPORT_CPP_PRODUCE_CONTROLLER_FIXTURE_H_

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "api/controllers/produce_controller.h"
#include "api/native/native_formats.h"
#include "support/cpp/pipeline_fixture.h"

namespace gateway::testing {

class ProduceControllerTest : public PipelineTest {
 protected:
  explicit ProduceControllerTest(PropagatedFields fields = {})
      : controller(service, clock, metrics, logger, std::chrono::milliseconds(1'000), NoTracer(),
                   std::move(fields)) {
    controller.AddRoutes(NativeRoutes(), &router);
  }

  static std::string Send(std::string_view body, std::string_view fields = "",
                          std::string_view path = "/api/kafka/send") {
    return "POST " + std::string(path) +
           " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n" + std::string(fields) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  }
  static std::string Batch(std::string_view body) {
    return Send(body, "", "/api/kafka/send/batch");
  }

  static std::string Lines(std::string_view body, std::string_view fields = "") {
    return "POST /api/kafka/send/batch HTTP/1.1\r\nHost: h\r\n"
           "Content-Type: application/x-ndjson\r\n" +
           std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
  }

  static std::string Raw(std::string_view query, std::string_view body,
                         std::string_view fields = "Content-Type: text/plain\r\n",
                         std::string_view topic = "orders") {
    return "POST /api/kafka/topics/" + std::string(topic) + std::string(query) +
           " HTTP/1.1\r\nHost: gateway:8080\r\n" + std::string(fields) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  }
  static constexpr std::string_view kNdjsonField = "Content-Type: application/x-ndjson\r\n";

  FakeProducer producer;
  RecordLimits record_limits{.max_batch_records = 3, .max_record_bytes = 100, .max_headers = 4};
  ProduceService service{producer, clock, metrics, TopicPolicy({"*"}, {"secret"}), record_limits};
  ProduceController controller;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_PRODUCE_CONTROLLER_FIXTURE_H_
