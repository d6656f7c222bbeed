// Measures the cost of counting: of a request with one record, alone and while other threads count,
// too; and of one statistics text of librdkafka, which comes four times per second.
#include <prometheus/metric_family.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "infra/kafka/stats/cluster_stats.h"
#include "infra/metrics/prometheus_metrics.h"
#include "infra/metrics/rdkafka_metrics.h"

namespace {

using gateway::LatencyStage;
using gateway::PrometheusMetrics;
using std::chrono::microseconds;

// Nanoseconds per call, the best of several rounds.
template <typename Call>
double Best(int calls, Call&& call) {
  double best = 1e18;
  for (int round = 0; round < 9; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) call(i);
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / calls);
  }
  return best;
}

void Stages(gateway::ProduceMetrics& metrics, int i) {
  metrics.OnStage(LatencyStage::kParse, microseconds(5 + i % 7));
  metrics.OnStage(LatencyStage::kHeld, microseconds(100 + i % 700));
  metrics.OnStage(LatencyStage::kBroker, microseconds(300 + i % 900));
  metrics.OnStage(LatencyStage::kTotal, microseconds(500 + i % 1500));
}

void Request(PrometheusMetrics& metrics, int i) {
  gateway::ProduceMetrics& produce = metrics.produce();
  metrics.http().OnRequestStarted();
  produce.OnBatch(1);
  produce.OnRecordsSent(1, 200);
  produce.OnRecordReported("orders", gateway::RecordResult::kDelivered, 200,
                           microseconds(400 + i % 1500));
  Stages(produce, i);
  metrics.http().OnRequestFinished("POST", "/api/kafka/send", 200, microseconds(500 + i % 1500),
                                   250, 120);
}

std::string Statistics(int topics, int partitions) {
  std::string text = R"({"name":"p","msg_cnt":1,"brokers":{"b:9092/1":{"nodeid":1,"state":"UP",)"
                     R"("rxidle":100,"rtt":{"avg":1,"cnt":2}}},"topics":{)";
  for (int t = 0; t < topics; ++t) {
    text += (t == 0 ? "\"topic-" : ",\"topic-") + std::to_string(t) +
            R"(":{"age":1,"batchsize":{"avg":1,"cnt":2},"partitions":{)";
    for (int p = 0; p < partitions; ++p) {
      text += (p == 0 ? "\"" : ",\"") + std::to_string(p) +
              R"(":{"partition":0,"broker":1,"leader":1,"desired":false,"unknown":false,)"
              R"("msgq_cnt":0,"msgq_bytes":0,"xmit_msgq_cnt":0,"xmit_msgq_bytes":0,"fetchq_cnt":0,)"
              R"("fetchq_size":0,"fetch_state":"none","query_offset":-1001,"next_offset":0,)"
              R"("app_offset":-1001,"stored_offset":-1001,"commited_offset":-1001,)"
              R"("committed_offset":-1001,"eof_offset":-1001,"lo_offset":-1001,"hi_offset":-1001,)"
              R"("ls_offset":-1001,"consumer_lag":-1,"consumer_lag_stored":-1,"txmsgs":100,)"
              R"("txbytes":1000,"rxmsgs":0,"rxbytes":0,"msgs":100,"rx_ver_drops":0,)"
              R"("msgs_inflight":0,"next_ack_seq":0,"next_err_seq":0,"acked_msgid":100})";
    }
    text += "}}";
  }
  return text + R"(},"eos":{"idemp_state":"Assigned","epoch_cnt":1},"tx":1,"txmsgs":100})";
}

}  // namespace

int main() {
  PrometheusMetrics metrics({});
  std::printf("stages of a request    %5.0f ns\n",
              Best(1'000'000, [&](int i) { Stages(metrics.produce(), i); }));
  std::printf("everything of it       %5.0f ns\n",
              Best(1'000'000, [&](int i) { Request(metrics, i); }));
  const unsigned cores = std::max(2U, std::thread::hardware_concurrency());
  std::vector<double> each(cores);
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < cores; ++t) {
    threads.emplace_back([&metrics, &mine = each[t]] {
      mine = Best(1'000'000, [&](int i) { Request(metrics, i); });
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("the same, %2u threads   %5.0f ns\n", cores,
              *std::max_element(each.begin(), each.end()));

  for (const auto& [topics, partitions] : {std::pair(1, 6), std::pair(100, 12)}) {
    const std::string text = Statistics(topics, partitions);
    gateway::ClusterStatsReader reader;
    gateway::RdkafkaMetrics rdkafka(100);
    const int calls = text.size() < 100'000 ? 2'000 : 20;
    const double read = Best(calls, [&](int) { static_cast<void>(reader.Read(text)); });
    const double kept = Best(calls, [&](int) { rdkafka.OnStatistics(0, text); });
    const double scraped = Best(calls, [&](int) { static_cast<void>(rdkafka.Collect()); });
    std::printf("statistics, %7zu bytes: read %6.1f us, kept %5.1f us, scraped %7.1f us\n",
                text.size(), read / 1e3, kept / 1e3, scraped / 1e3);
  }
  return 0;
}
