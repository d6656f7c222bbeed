#include "infra/kafka/metadata/metadata_client.h"

#include <gmock/gmock.h>

#include <memory>
#include <vector>

#include "infra/kafka/client/client_config.h"
#include "infra/kafka/client/embedded_broker.h"
#include "infra/os/system_clock.h"
#include "support/cpp/fakes.h"
#include "support/cpp/kafka_test_support.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AskInSlicesTest : public ::testing::Test {
 protected:
  // A broker that answers only the request of this number, counted from 1; 0: none.
  std::unique_ptr<int> AskBrokerThatAnswers(int number) {
    return AskInSlices(clock_, milliseconds(2'500), milliseconds(1'000), cancelled_,
                       [&](milliseconds slice) -> std::unique_ptr<int> {
                         slices_.push_back(slice.count());
                         clock_.Advance(slice);
                         if (static_cast<int>(slices_.size()) == cancel_in_) cancelled_ = true;
                         if (static_cast<int>(slices_.size()) != number) return nullptr;
                         return std::make_unique<int>(7);
                       });
  }

  testing::FakeClock clock_;
  std::atomic<bool> cancelled_{false};
  int cancel_in_ = 0;
  std::vector<milliseconds::rep> slices_;
};

TEST_F(AskInSlicesTest, AsksAgainUntilTheTimeIsUp) {
  EXPECT_EQ(AskBrokerThatAnswers(0), nullptr);
  EXPECT_THAT(slices_, ElementsAre(1'000, 1'000, 500));
}

TEST_F(AskInSlicesTest, ReturnsTheFirstAnswer) {
  const auto answer = AskBrokerThatAnswers(2);
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(*answer, 7);
  EXPECT_THAT(slices_, ElementsAre(1'000, 1'000));
}

TEST_F(AskInSlicesTest, EndsWithTheSliceInWhichItIsCancelled) {
  cancel_in_ = 1;
  EXPECT_EQ(AskBrokerThatAnswers(3), nullptr);
  EXPECT_THAT(slices_, ElementsAre(1'000));
}

TEST_F(AskInSlicesTest, AsksNothingOnceItIsCancelled) {
  cancelled_ = true;
  EXPECT_EQ(AskBrokerThatAnswers(1), nullptr);
  EXPECT_THAT(slices_, IsEmpty());
}

class MetadataClientTest : public ::testing::Test {
 protected:
  MetadataClient::MakeConf MakeConf() {
    return [this] {
      ++made_;
      Settings::Kafka kafka;
      kafka.bootstrap_servers = broker_->bootstrap_servers();
      return MakeKafkaConf({kafka, 1'000'000, true}, KafkaClientKind::kLookup);
    };
  }

  SystemClock clock_;
  testing::FakeLogger logger_;
  std::unique_ptr<EmbeddedBroker> broker_ = EmbeddedBroker::Start(logger_).value();
  int made_ = 0;
  MetadataClient client_{MakeConf(), clock_};
};

TEST_F(MetadataClientTest, IsMadeAtFirstUseAndKept) {
  EXPECT_EQ(made_, 0);
  EXPECT_NE(client_.AskForAll(milliseconds(30'000)), nullptr);
  EXPECT_NE(client_.AskForAll(milliseconds(30'000)), nullptr);
  EXPECT_EQ(made_, 1);
}

TEST_F(MetadataClientTest, IsMadeAgainAfterItWasDiscarded) {
  ASSERT_NE(client_.Handle(), nullptr);
  client_.Discard();
  EXPECT_NE(client_.Handle(), nullptr);
  EXPECT_EQ(made_, 2);
}

TEST_F(MetadataClientTest, KeepsItsConnectionsWithANewPasswordIfItGetsAnswers) {
  ASSERT_NE(client_.AskForAll(milliseconds(30'000)), nullptr);
  client_.SetCredentials({"alice", "new"});
  EXPECT_FALSE(client_.TakeOutdated());
  EXPECT_EQ(testing::PropertyOf(client_.Handle(), "sasl.password"), "new");
  EXPECT_EQ(made_, 1);
}

TEST_F(MetadataClientTest, IsDiscardedWithANewPasswordIfItGetsNoAnswers) {
  ASSERT_NE(client_.Handle(), nullptr);
  client_.SetCredentials({"alice", "new"});
  EXPECT_TRUE(client_.TakeOutdated());
  EXPECT_FALSE(client_.TakeOutdated());
}

TEST_F(MetadataClientTest, IsDiscardedWithNewCertificatesInAnyCase) {
  ASSERT_NE(client_.AskForAll(milliseconds(30'000)), nullptr);
  client_.SetCredentials({"alice", "new"});
  client_.Renew();
  EXPECT_TRUE(client_.TakeOutdated());
  EXPECT_FALSE(client_.TakeOutdated());
}

TEST_F(MetadataClientTest, AsksNobodyOnceItIsCancelled) {
  client_.Cancel();
  EXPECT_EQ(client_.AskForAll(milliseconds(30'000)), nullptr);
}

}  // namespace
}  // namespace gateway
