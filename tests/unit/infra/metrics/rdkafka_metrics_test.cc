#include "infra/metrics/rdkafka_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <string>

namespace gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

auto HasLine(const std::string& line) { return HasSubstr("\n" + line + "\n"); }

// As librdkafka 2.0.2 writes them, less what is not exported.
std::string Window(int count, int average, int p99) {
  return R"({"min":1,"max":9,"avg":)" + std::to_string(average) +
         R"(,"sum":1,"stddev":0,"p50":200,"p75":250,"p90":300,"p95":400,"p99":)" +
         std::to_string(p99) + R"(,"p99_99":9,"outofrange":0,"hdrsize":11,"cnt":)" +
         std::to_string(count) + "}";
}

std::string Broker(int id, const std::string& state, int retries) {
  return R"("b:9092/)" + std::to_string(id) + R"(":{"name":"b:9092/)" + std::to_string(id) +
         R"(","nodeid":)" + std::to_string(id) + R"(,"nodename":"b:9092","source":"learned",)" +
         R"("state":")" + state + R"(","stateage":2500000,"outbuf_cnt":3,"waitresp_cnt":2,)" +
         R"("tx":10,"txbytes":1000,"txerrs":1,"txretries":)" + std::to_string(retries) +
         R"(,"req_timeouts":4,"rx":9,"rxbytes":900,"rxerrs":5,"connects":6,"disconnects":7,)" +
         R"("int_latency":)" + Window(5, 1500, 9000) + R"(,"outbuf_latency":)" + Window(0, 0, 0) +
         R"(,"rtt":)" + Window(5, 300, 2000) + R"(,"throttle":)" + Window(5, 50, 80) +
         R"(,"req":{"Produce":10},"toppars":{}})";
}

std::string Statistics(const std::string& brokers, const std::string& topics = "",
                       int messages = 100) {
  return R"({"name":"rdkafka#producer-1","type":"producer","ts":1,"time":1,"age":1,"replyq":8,)"
         R"("msg_cnt":11,"msg_size":1100,"msg_max":500000,"msg_size_max":268435456,)"
         R"("metadata_cache_cnt":2,"brokers":{)" +
         brokers + R"(},"topics":{)" + topics + R"(},"eos":{"idemp_state":"Assigned",)" +
         R"("idemp_stateage":1,"producer_id":1,"epoch_cnt":3},"tx":20,"tx_bytes":2000,"rx":19,)" +
         R"("rx_bytes":1900,"txmsgs":)" + std::to_string(messages) +
         R"(,"txmsg_bytes":5000,"rxmsgs":0,"rxmsg_bytes":0})";
}

std::string Topic(const std::string& name) {
  return '"' + name + R"(":{"topic":")" + name + R"(","age":1,"metadata_age":1500,"batchsize":)" +
         Window(4, 900, 1000) + R"(,"batchcnt":)" + Window(4, 12, 20) +
         R"(,"partitions":{"0":{"partition":0,"msgq_cnt":77}}})";
}

std::string Scrape(const RdkafkaMetrics& metrics) {
  return "\n" + prometheus::TextSerializer().Serialize(metrics.Collect());
}

TEST(RdkafkaMetrics, ExportsZerosBeforeAnyStatistics) {
  const std::string text = Scrape(RdkafkaMetrics(10));
  EXPECT_THAT(text, HasLine("rdkafka_tx_messages_total 0"));
  EXPECT_THAT(text, HasLine("rdkafka_queue_messages 0"));
  EXPECT_THAT(text, HasLine("rdkafka_idempotence_ready 0"));
  EXPECT_THAT(text, HasLine("rdkafka_idempotence_epochs_total 0"));
}

TEST(RdkafkaMetrics, ExportsTheClientsQueuesAndTraffic) {
  RdkafkaMetrics metrics(10);
  metrics.OnStatistics(0, Statistics(Broker(1, "UP", 0)));
  const std::string text = Scrape(metrics);
  EXPECT_THAT(text, HasLine("rdkafka_queue_messages 11"));
  EXPECT_THAT(text, HasLine("rdkafka_queue_messages_limit 500000"));
  EXPECT_THAT(text, HasLine("rdkafka_queue_bytes 1100"));
  EXPECT_THAT(text, HasLine("rdkafka_queue_bytes_limit 268435456"));
  EXPECT_THAT(text, HasLine("rdkafka_reply_queue_operations 8"));
  EXPECT_THAT(text, HasLine("rdkafka_metadata_cache_topics 2"));
  EXPECT_THAT(text, HasLine("rdkafka_tx_requests_total 20"));
  EXPECT_THAT(text, HasLine("rdkafka_rx_bytes_total 1900"));
  EXPECT_THAT(text, HasLine("rdkafka_tx_messages_total 100"));
  EXPECT_THAT(text, HasLine("rdkafka_idempotence_ready 1"));
  EXPECT_THAT(text, HasLine("rdkafka_idempotence_epochs_total 3"));
}

TEST(RdkafkaMetrics, ExportsBrokersInSecondsByTheirId) {
  RdkafkaMetrics metrics(10);
  metrics.OnStatistics(0, Statistics(Broker(1, "UP", 8) + "," + Broker(2, "CONNECT", 0)));
  const std::string text = Scrape(metrics);
  EXPECT_THAT(text, HasLine("rdkafka_broker_up{broker=\"1\"} 1"));
  EXPECT_THAT(text, HasLine("rdkafka_broker_up{broker=\"2\"} 0"));
  EXPECT_THAT(text, HasLine("rdkafka_broker_info{broker=\"1\",address=\"b:9092\"} 1"));
  EXPECT_THAT(text, HasLine("rdkafka_broker_state_age_seconds{broker=\"1\"} 2.5"));
  EXPECT_THAT(text, HasLine("rdkafka_broker_outbuf_requests{broker=\"1\"} 3"));
  EXPECT_THAT(text, HasLine("rdkafka_broker_waiting_responses{broker=\"1\"} 2"));
  EXPECT_THAT(text, HasLine("rdkafka_broker_tx_errors_total{broker=\"1\"} 1"));
  EXPECT_THAT(text, HasLine("rdkafka_broker_tx_retries_total{broker=\"1\"} 8"));
  EXPECT_THAT(text, HasLine("rdkafka_broker_request_timeouts_total{broker=\"1\"} 4"));
  EXPECT_THAT(text, HasLine("rdkafka_broker_rtt_seconds{broker=\"1\",stat=\"avg\"} 0.0003"));
  EXPECT_THAT(text, HasLine("rdkafka_broker_rtt_seconds{broker=\"1\",stat=\"p99\"} 0.002"));
  EXPECT_THAT(text, HasLine("rdkafka_broker_throttle_seconds{broker=\"1\",stat=\"avg\"} 0.05"));
  EXPECT_THAT(text,
              HasLine("rdkafka_broker_internal_latency_seconds{broker=\"2\",stat=\"avg\"} 0.0015"));
}

TEST(RdkafkaMetrics, ADistributionInWhichNothingWasMeasuredIsNotExported) {
  RdkafkaMetrics metrics(10);
  metrics.OnStatistics(0, Statistics(Broker(1, "UP", 0)));
  EXPECT_THAT(Scrape(metrics), Not(HasSubstr("rdkafka_broker_outbuf_latency_seconds{")));
}

TEST(RdkafkaMetrics, BootstrapAddressesAndPartitionsMakeNoSeries) {
  RdkafkaMetrics metrics(10);
  metrics.OnStatistics(0,
                       Statistics(Broker(-1, "UP", 0) + "," + Broker(1, "UP", 0), Topic("orders")));
  const std::string text = Scrape(metrics);
  EXPECT_THAT(text, Not(HasSubstr("broker=\"-1\"")));
  EXPECT_THAT(text, Not(HasSubstr("partition")));
  EXPECT_THAT(text, Not(HasSubstr(" 77\n")));
}

TEST(RdkafkaMetrics, ExportsTheBatchesOfAsManyTopicsAsItMay) {
  RdkafkaMetrics metrics(2);
  metrics.OnStatistics(
      0, Statistics(Broker(1, "UP", 0), Topic("a") + "," + Topic("b") + "," + Topic("c")));
  const std::string text = Scrape(metrics);
  EXPECT_THAT(text, HasLine("rdkafka_topic_batch_bytes{topic=\"a\",stat=\"avg\"} 900"));
  EXPECT_THAT(text, HasLine("rdkafka_topic_batch_messages{topic=\"b\",stat=\"p95\"} 400"));
  EXPECT_THAT(text, HasLine("rdkafka_topic_metadata_age_seconds{topic=\"b\"} 1.5"));
  EXPECT_THAT(text, Not(HasSubstr("topic=\"c\"")));
}

TEST(RdkafkaMetrics, CountersContinueWhenTheInstanceIsReplaced) {
  RdkafkaMetrics metrics(10);
  metrics.OnStatistics(0, Statistics(Broker(1, "UP", 8)));
  metrics.OnReplaced();
  std::string text = Scrape(metrics);
  EXPECT_THAT(text, HasLine("rdkafka_tx_messages_total 100")) << "before the new one's first";
  EXPECT_THAT(text, HasLine("rdkafka_broker_tx_retries_total{broker=\"1\"} 8"));
  EXPECT_THAT(text, HasLine("rdkafka_queue_messages 0"));

  metrics.OnStatistics(0, Statistics(Broker(1, "UP", 2) + "," + Broker(3, "UP", 1), "", 5));
  text = Scrape(metrics);
  EXPECT_THAT(text, HasLine("rdkafka_tx_messages_total 105"));
  EXPECT_THAT(text, HasLine("rdkafka_broker_tx_retries_total{broker=\"1\"} 10"));
  EXPECT_THAT(text, HasLine("rdkafka_broker_tx_retries_total{broker=\"3\"} 1"));
  EXPECT_THAT(text, HasLine("rdkafka_idempotence_epochs_total 6"));
  EXPECT_THAT(text, HasLine("rdkafka_queue_messages 11")) << "a gauge is the new one's alone";

  metrics.OnReplaced();
  metrics.OnReplaced();  // one that never reported anything
  EXPECT_THAT(Scrape(metrics), HasLine("rdkafka_tx_messages_total 105"));
}

TEST(RdkafkaMetrics, CountersGoOnWhenAClientIsClosed) {
  RdkafkaMetrics metrics(10);
  metrics.OnStatistics(0, Statistics(Broker(1, "UP", 8), "", 100));
  metrics.OnStatistics(1, Statistics(Broker(1, "UP", 2), "", 7));
  metrics.OnClientClosed(1);
  std::string text = Scrape(metrics);
  EXPECT_THAT(text, HasLine("rdkafka_tx_messages_total 107"));
  EXPECT_THAT(text, HasLine("rdkafka_broker_tx_retries_total{broker=\"1\"} 10"));
  EXPECT_THAT(text, HasLine("rdkafka_queue_messages 11")) << "a gauge is that of the others alone";

  metrics.OnStatistics(1, Statistics(Broker(1, "UP", 1), "", 5));
  text = Scrape(metrics);
  EXPECT_THAT(text, HasLine("rdkafka_tx_messages_total 112"));
  metrics.OnClientClosed(2);  // that never reported anything
  EXPECT_THAT(Scrape(metrics), HasLine("rdkafka_tx_messages_total 112"));
}

TEST(RdkafkaMetrics, IgnoresTextThatIsNotStatistics) {
  RdkafkaMetrics metrics(10);
  for (const char* text :
       {"", "{", "[]", "7", R"({"brokers":7,"topics":[]})", R"({"brokers":{"a":{"nodeid":"x"}}})",
        R"({"brokers":{"a":{"nodeid":1,"rtt":7,"txbytes":"x"}},"eos":7,"msg_cnt":{}})"}) {
    metrics.OnStatistics(0, text);
    EXPECT_THAT(Scrape(metrics), HasLine("rdkafka_queue_messages 0")) << text;
  }
}

TEST(RdkafkaMetrics, TopicsOfATextOfMegabytesAreLeftOut) {
  std::string topics = Topic("a");
  while (topics.size() <= RdkafkaMetrics::kMaxText) topics += "," + Topic("b");
  RdkafkaMetrics metrics(10);
  metrics.OnStatistics(0, Statistics(Broker(1, "UP", 8), topics));
  const std::string text = Scrape(metrics);
  EXPECT_THAT(text, Not(HasSubstr("topic=\"a\"")));
  EXPECT_THAT(text, HasLine("rdkafka_broker_up{broker=\"1\"} 1"));
  EXPECT_THAT(text, HasLine("rdkafka_tx_messages_total 100"));
  EXPECT_THAT(text, HasLine("rdkafka_idempotence_epochs_total 3"));
}

TEST(RdkafkaMetrics, ForSeveralClientsCountsAreAddedAndTheLargestAgesAndTimesKept) {
  RdkafkaMetrics metrics(10);
  metrics.OnStatistics(0, Statistics(Broker(1, "UP", 8), Topic("orders")));
  metrics.OnStatistics(2, Statistics(Broker(1, "DOWN", 1) + "," + Broker(2, "UP", 4),
                                     Topic("orders") + "," + Topic("others"), 7));
  const std::string text = Scrape(metrics);
  EXPECT_THAT(text, HasLine("rdkafka_tx_messages_total 107"));
  EXPECT_THAT(text, HasLine("rdkafka_idempotence_epochs_total 6"));
  EXPECT_THAT(text, HasLine("rdkafka_idempotence_ready 1"));
  EXPECT_THAT(text, HasLine(R"(rdkafka_broker_tx_retries_total{broker="1"} 9)"));
  EXPECT_THAT(text, HasLine(R"(rdkafka_broker_tx_retries_total{broker="2"} 4)"));
  EXPECT_THAT(text, HasLine(R"(rdkafka_broker_up{broker="1"} 0)"));
  EXPECT_THAT(text, HasLine(R"(rdkafka_broker_state_age_seconds{broker="1"} 2.5)"));
  EXPECT_THAT(text, HasLine(R"(rdkafka_broker_rtt_seconds{broker="1",stat="p99"} 0.002)"));
  EXPECT_THAT(text, HasLine(R"(rdkafka_topic_metadata_age_seconds{topic="orders"} 1.5)"));
  EXPECT_THAT(text, HasLine(R"(rdkafka_topic_metadata_age_seconds{topic="others"} 1.5)"));
  metrics.OnReplaced();
  EXPECT_THAT(Scrape(metrics), HasLine("rdkafka_tx_messages_total 107"));
}

}  // namespace
}  // namespace gateway
