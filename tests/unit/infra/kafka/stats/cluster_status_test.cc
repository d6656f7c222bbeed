#include "infra/kafka/stats/cluster_status.h"

#include <gmock/gmock.h>

#include "infra/kafka/client/client_log.h"
#include "infra/kafka/stats/cluster_stats.h"
#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class KafkaStatusTest : public ::testing::Test {
 protected:
  static AccessFault WrongPassword(BrokerId broker) {
    return {KafkaAccess::kCredentialsRefused, "Wrong password.", "b:9093/1", broker, "refused"};
  }

  testing::FakeLogger logger_;
  testing::FakeMetrics metrics_;
  ClusterStatusTracker tracker_{false, logger_, metrics_};
};

TEST_F(KafkaStatusTest, IsNotReadyAtFirst) {
  EXPECT_FALSE(tracker_.Status().ready);
  EXPECT_TRUE(tracker_.Connectivity().no_broker_up);
}

TEST_F(KafkaStatusTest, IsReadyWithABrokerUpAndAProducerId) {
  tracker_.OnStats({3, 2, "Assigned"});
  EXPECT_TRUE(tracker_.Status().ready);
  EXPECT_EQ(tracker_.Status().description, "Brokers up: 2 of 3.");
  EXPECT_TRUE(metrics_.kafka_ready);
  EXPECT_EQ(logger_.lines.back().event, "kafka-ready");
}

TEST_F(KafkaStatusTest, IsReadyAsSoonAsABrokerAnswered) {
  tracker_.OnBrokerAnswered();
  EXPECT_TRUE(tracker_.Status().ready);
}

TEST_F(KafkaStatusTest, IsNotReadyWithoutAProducerId) {
  tracker_.OnStats({1, 1, "WaitPID"});
  EXPECT_FALSE(tracker_.Status().ready);
  EXPECT_THAT(tracker_.Status().description, HasSubstr("id"));
}

TEST_F(KafkaStatusTest, ARenewalOfTheProducerIdDoesNotFlicker) {
  tracker_.OnStats({1, 1, "Assigned"});
  tracker_.OnStats({1, 1, "DrainBump"});
  EXPECT_TRUE(tracker_.Status().ready);
  tracker_.OnStats({1, 1, "Assigned"});
  EXPECT_THAT(logger_.lines, SizeIs(1));
}

TEST_F(KafkaStatusTest, IsNotReadyOnceTheProducerIdIsMissingForASecond) {
  tracker_.OnStats({1, 1, "Assigned"});
  for (int i = 0; i < 4; ++i) {
    tracker_.OnStats({1, 1, "WaitPID"});
    EXPECT_TRUE(tracker_.Status().ready) << i;
  }
  tracker_.OnStats({1, 1, "WaitPID"});
  EXPECT_FALSE(tracker_.Status().ready);
}

TEST_F(KafkaStatusTest, IsNotReadyOnceNoBrokerIsUp) {
  tracker_.OnStats({1, 1, "Assigned"});
  tracker_.OnStats({1, 0, "Assigned"});
  EXPECT_FALSE(tracker_.Status().ready);
  EXPECT_FALSE(metrics_.kafka_ready);
  EXPECT_EQ(logger_.lines.back().event, "kafka-not-ready");
}

TEST_F(KafkaStatusTest, AnAccessFaultCountsOnlyWhileNoBrokerIsUp) {
  tracker_.OnAccessFault(WrongPassword(1));
  EXPECT_TRUE(tracker_.Connectivity().access_refused);
  EXPECT_EQ(tracker_.Status().access, KafkaAccess::kCredentialsRefused);
  EXPECT_EQ(tracker_.Status().description, "Wrong password.");
  EXPECT_EQ(tracker_.AccessSentence(), "Wrong password.");
  tracker_.OnStats({1, 1, "Assigned", {{1, true}}});
  EXPECT_FALSE(tracker_.Connectivity().access_refused);
  EXPECT_EQ(tracker_.AccessSentence(), "");
}

TEST_F(KafkaStatusTest, AnAccessFaultIsLoggedOnceWhenItBeginsAndOnceWhenItEnds) {
  tracker_.OnAccessFault(WrongPassword(1));
  tracker_.OnAccessFault(WrongPassword(1));
  ASSERT_THAT(logger_.lines, SizeIs(1));
  EXPECT_EQ(logger_.lines[0].event, "kafka-access");
  EXPECT_EQ(logger_.lines[0].message, "Wrong password.");
  tracker_.OnStats({1, 1, "Assigned", {{1, true}}});
  ASSERT_THAT(logger_.lines, SizeIs(3));
  EXPECT_EQ(logger_.lines[1].event, "kafka-access");
  EXPECT_EQ(logger_.lines[2].event, "kafka-ready");
}

TEST_F(KafkaStatusTest, TheFaultOfABrokerIsRememberedWhileOthersAreUp) {
  tracker_.OnAccessFault(WrongPassword(1));
  tracker_.OnStats({2, 1, "Assigned", {{1, false}, {2, true}}});
  EXPECT_FALSE(tracker_.Connectivity().access_refused);
  tracker_.OnStats({2, 0, "Assigned", {{1, false}, {2, false}}});
  EXPECT_TRUE(tracker_.Connectivity().access_refused) << "librdkafka does not report it again";
  tracker_.OnStats({2, 1, "Assigned", {{1, true}, {2, false}}});
  tracker_.OnStats({2, 0, "Assigned", {{1, false}, {2, false}}});
  EXPECT_FALSE(tracker_.Connectivity().access_refused) << "the broker was up meanwhile";
}

TEST_F(KafkaStatusTest, AProducerThatIsDeniedAnIdIsRefusedUntilItHasOneAlthoughBrokersAreUp) {
  tracker_.OnStats({1, 1, "WaitPID", {{1, true}}});
  tracker_.OnAccessFault({KafkaAccess::kClusterDenied, "No right.", "", {}, ""});
  tracker_.OnFatal();
  tracker_.OnStats({1, 1, "FatalError", {{1, true}}});
  tracker_.OnReplaced();
  tracker_.OnStats({1, 1, "WaitPID", {{1, true}}});
  EXPECT_TRUE(tracker_.Connectivity().access_refused);
  EXPECT_FALSE(tracker_.Status().ready);
  tracker_.OnStats({1, 1, "Assigned", {{1, true}}});
  EXPECT_FALSE(tracker_.Connectivity().access_refused);
  EXPECT_TRUE(tracker_.Status().ready);
}

TEST_F(KafkaStatusTest, AFatalErrorIsNotReadyUntilReplaced) {
  tracker_.OnStats({1, 1, "Assigned"});
  tracker_.OnFatal();
  EXPECT_FALSE(tracker_.Status().ready);
  tracker_.OnReplaced();
  EXPECT_FALSE(tracker_.Status().ready);
  tracker_.OnStats({1, 1, "Assigned"});
  EXPECT_TRUE(tracker_.Status().ready);
}

TEST_F(KafkaStatusTest, ARenewalDoesNotShowUnlessItTakesLong) {
  tracker_.OnStats({1, 1, "Assigned"});
  tracker_.OnRenewal();
  tracker_.OnStats({1, 1, "Assigned"});  // of the old instance, which completes what it has
  tracker_.OnReplaced();
  for (int i = 0; i < 19; ++i) {
    tracker_.OnStats({0, 0, "Init"});
    EXPECT_TRUE(tracker_.Status().ready) << i;
  }
  tracker_.OnStats({0, 0, "Init"});
  EXPECT_FALSE(tracker_.Status().ready);
  tracker_.OnStats({1, 1, "Assigned"});
  EXPECT_TRUE(tracker_.Status().ready);
}

TEST_F(KafkaStatusTest, ARenewalThatIsOverHidesNoOutage) {
  tracker_.OnStats({1, 1, "Assigned"});
  tracker_.OnRenewal();
  tracker_.OnReplaced();
  tracker_.OnStats({1, 1, "Assigned"});
  tracker_.OnStats({1, 0, "Assigned"});
  EXPECT_FALSE(tracker_.Status().ready);
}

TEST_F(KafkaStatusTest, ARenewalHidesNoFault) {
  tracker_.OnStats({1, 1, "Assigned"});
  tracker_.OnRenewal();
  tracker_.OnReplaced();
  tracker_.OnAccessFault(WrongPassword(1));
  EXPECT_FALSE(tracker_.Status().ready);
}

TEST_F(KafkaStatusTest, TheEndOfATokenIsNoOutageForTwoSeconds) {
  tracker_.TolerateReconnects();
  tracker_.OnStats({1, 1, "Assigned"});
  for (int i = 0; i < 7; ++i) {
    tracker_.OnStats({1, 0, "Assigned"});
    EXPECT_TRUE(tracker_.Status().ready) << i;
  }
  tracker_.OnStats({1, 0, "Assigned"});
  EXPECT_FALSE(tracker_.Status().ready);
  EXPECT_EQ(logger_.lines.back().event, "kafka-not-ready");
}

TEST(ClusterStats, CountsOnlyBrokersThatMetadataNamed) {
  const auto stats = ClusterStatsReader().Read(
      R"({"name":"x","brokers":{"a:1/bootstrap":{"nodeid":-1,"state":"UP"},
          "a:1/1":{"nodeid":1,"state":"UP"},"b:1/2":{"nodeid":2,"state":"DOWN"}},
          "topics":{"t":{"partitions":{}}},"eos":{"idemp_state":"Assigned"}})");
  ASSERT_TRUE(stats.has_value());
  EXPECT_EQ(stats->brokers_known, 2);
  EXPECT_EQ(stats->brokers_up, 1);
  EXPECT_EQ(stats->idempotence, "Assigned");
}

class ClientStatsTest : public ::testing::Test {
 protected:
  static ClusterStats StatsOf(const std::string& id, std::vector<ClusterStats::Broker> brokers) {
    return {0, 0, id, std::move(brokers)};
  }
  ClusterStats Merge(std::size_t used = 9) const {
    return stats_.Merge([used](std::size_t client) { return client < used; });
  }

  static constexpr std::chrono::microseconds kShort{30};
  static constexpr std::chrono::microseconds kLong{900};
  ClientStats stats_;
};

TEST_F(ClientStatsTest, ABrokerIsUpIfEveryReportingClientIsConnected) {
  stats_.Update(0, StatsOf("Assigned", {{1, true, kLong}, {2, false, kLong}, {3, true, kLong}}));
  stats_.Update(3, StatsOf("Assigned", {{1, false, kShort}, {2, true, kLong}, {3, true, kLong}}));
  const ClusterStats all = Merge();
  ASSERT_EQ(all.brokers.size(), 3U);
  EXPECT_FALSE(all.brokers[0].up);
  EXPECT_FALSE(all.brokers[1].up);
  EXPECT_TRUE(all.brokers[2].up);
  EXPECT_EQ(all.brokers_known, 3);
  EXPECT_EQ(all.brokers_up, 1);
  EXPECT_EQ(all.brokers[0].silent_for, kShort) << "one client received bytes from it";
}

TEST_F(ClientStatsTest, ABrokerThatAClientDoesNotKnowOfIsNotUp) {
  stats_.Update(0, StatsOf("Assigned", {{1, true, kLong}}));
  stats_.Update(1, StatsOf("Assigned", {{2, true, kLong}}));
  EXPECT_EQ(Merge().brokers_known, 2);
  EXPECT_EQ(Merge().brokers_up, 0);
}

TEST_F(ClientStatsTest, AnUnusedClientIsIgnored) {
  stats_.Update(0, StatsOf("Assigned", {{1, true, kLong}}));
  stats_.Update(1, StatsOf("WaitPID", {{1, false, kLong}}));
  EXPECT_EQ(Merge(1).brokers_up, 1);
  EXPECT_EQ(Merge(1).idempotence, "Assigned");
  EXPECT_EQ(Merge(2).brokers_up, 0);
}

TEST_F(ClientStatsTest, TheIdStateIsTheWorstOfAllClients) {
  stats_.Update(0, StatsOf("DrainBump", {}));
  stats_.Update(1, StatsOf("WaitPID", {}));
  stats_.Update(2, StatsOf("Assigned", {}));
  EXPECT_EQ(Merge().idempotence, "WaitPID");
  stats_.Update(1, StatsOf("Assigned", {}));
  EXPECT_EQ(Merge().idempotence, "DrainBump");
}

TEST_F(ClientStatsTest, AClientsSilenceOfABrokerIsUsedOnce) {
  stats_.Update(0, StatsOf("Assigned", {{1, true, kShort}}));
  EXPECT_EQ(Merge().brokers[0].silent_for, kShort);
  stats_.Update(1, StatsOf("Assigned", {{1, true, kLong}}));
  EXPECT_EQ(Merge().brokers[0].silent_for, kLong);
}

TEST_F(ClientStatsTest, ABrokenConnectionCountsUntilThatClientReportsAgain) {
  stats_.Update(0, StatsOf("Assigned", {{1, true, kLong}}));
  stats_.Update(1, StatsOf("Assigned", {{1, true, kLong}}));
  stats_.MarkDown(0, 1);
  stats_.MarkDown(7, 1);  // has reported nothing yet
  stats_.Update(1, StatsOf("Assigned", {{1, true, kLong}}));
  EXPECT_EQ(Merge().brokers_up, 0);
  stats_.Update(0, StatsOf("Assigned", {{1, true, kLong}}));
  EXPECT_EQ(Merge().brokers_up, 1);
}

TEST_F(ClientStatsTest, WithoutStatisticsNothingIsKnown) {
  stats_.Update(0, StatsOf("Assigned", {{1, true, kLong}}));
  stats_.Clear();
  EXPECT_EQ(Merge().brokers_known, 0);
}

TEST(ClusterStats, IgnoresTextThatIsNotStatistics) {
  EXPECT_FALSE(ClusterStatsReader().Read("").has_value());
  EXPECT_FALSE(ClusterStatsReader().Read("{").has_value());
  EXPECT_FALSE(ClusterStatsReader().Read("[]").has_value());
  EXPECT_FALSE(ClusterStatsReader().Read(R"({"eos":{}})").has_value());
  EXPECT_TRUE(ClusterStatsReader().Read(R"({"brokers":{"a":{"nodeid":"x"}},"eos":7})").has_value());
}

TEST(ClusterStats, AreReadWhateverTopicsAreCalledAndWhereverTheyStand) {
  const std::string brokers = R"("brokers":{"topics:1/1":{"nodeid":1,"state":"UP","toppars":{}}})";
  const std::string topics =
      R"("topics":{ "eos": { "topic":"eos" }, "topics": { "partitions":{} } })";
  const std::string eos = R"("eos":{ "idemp_state":"Assigned" })";
  for (const auto& text : {"{" + brokers + "," + topics + " , " + eos + ",\"tx\":0}",
                           "{" + eos + "," + brokers + "," + topics + "}",
                           "{" + topics + "," + eos + "," + brokers + "}"}) {
    const auto stats = ClusterStatsReader().Read(text);
    ASSERT_TRUE(stats.has_value()) << text;
    EXPECT_EQ(stats->brokers_up, 1) << text;
    EXPECT_EQ(stats->idempotence, "Assigned") << text;
  }
}

TEST(ClusterStats, TopicsAreCutOutOfTheTextBeforeItIsRead) {
  const StatsParts parts = WithoutTopics(R"({"a":1, "topics":{"t":{}} , "eos": {}, "tx":0})");
  EXPECT_EQ(parts.head, R"({"a":1, )");
  EXPECT_EQ(parts.tail, R"("eos": {}, "tx":0})");
}

}  // namespace
}  // namespace gateway
