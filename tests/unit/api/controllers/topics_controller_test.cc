#include "api/controllers/topics_controller.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/cpp/fake_hasher.h"
#include "support/cpp/pipeline_fixture.h"

namespace gateway {
namespace {

using testing::JsonOf;

std::vector<TopicInfo> Named(const std::vector<std::string>& names) {
  std::vector<TopicInfo> topics;
  for (const std::string& name : names) topics.push_back({name, {PartitionInfo()}});
  return topics;
}

class TopicsControllerTest : public testing::PipelineTest {
 protected:
  TopicsControllerTest() { controller.AddRoutes(&router); }

  static std::string Get(std::string_view target) {
    return "GET /api/kafka/topics" + std::string(target) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  std::vector<std::string> NamesOf(std::string_view target) {
    std::vector<std::string> names;
    const auto page = JsonOf(Ask(Get(target)));
    for (const auto& topic : page.at("topics")) names.push_back(topic["name"]);
    return names;
  }

  testing::FakeTopicCatalog catalog;
  TopicPolicy policy{{"*"}, {"secret*"}};
  TopicsController controller{catalog, policy};
};

using Names = std::vector<std::string>;

TEST_F(TopicsControllerTest, ListsWhatPolicyAllows) {
  catalog.Tell(Named({"__consumer_offsets", "a", "b", "secret-1"}));
  const auto response = Ask(Get(""));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body,
            R"({"topics":[{"name":"a","partitions":1},{"name":"b","partitions":1}]})");
}

TEST_F(TopicsControllerTest, ListsToACallerWhatItMayWriteOrRead) {
  catalog.Tell(Named({"a", "b", "c", "denied", "secret-1"}));
  const testing::FakeHasher hasher;
  const Grants grants({{{"anonymous"}, {"a", "d*", "secret-1"}, true, false, ""},
                       {{"anonymous"}, {"b"}, false, true, ""}},
                      {{{"*"}, {"denied"}, true, true, ""}});
  const AccessControl access{
      std::make_shared<const AccessPolicy>(std::vector<ApiKeyEntry>(), grants, hasher)};
  Authenticator authenticator{access, {}, clock, metrics};
  Pipeline secured{router, cors,    access_log, admission,  lifecycle,
                   clock,  metrics, logger,     NoTracer(), &authenticator};
  handler = &secured;
  EXPECT_EQ(NamesOf(""), (Names{"a", "b"}));
  EXPECT_EQ(Ask(Get("/b")).status, 200);
  for (const char* topic : {"/c", "/denied", "/none"}) {
    EXPECT_EQ(JsonOf(Ask(Get(topic)))["code"], "Forbidden") << topic;
  }
  EXPECT_EQ(JsonOf(Ask(Get("/secret-1")))["code"], "TopicForbidden");
}

TEST_F(TopicsControllerTest, GoesThroughThePages) {
  catalog.Tell(Named({"a", "b", "secret", "t", "u"}));
  EXPECT_EQ(NamesOf("?limit=2"), (Names{"a", "b"}));
  EXPECT_EQ(JsonOf(Ask(Get("?limit=2")))["next"], "b");
  EXPECT_EQ(NamesOf("?limit=2&after=b"), (Names{"t", "u"}));
  EXPECT_FALSE(JsonOf(Ask(Get("?limit=2&after=b"))).contains("next"));
  EXPECT_EQ(NamesOf("?after=c"), (Names{"t", "u"})) << "a name that is gone is a place too";
  EXPECT_EQ(NamesOf("?after=u"), Names());
}

TEST_F(TopicsControllerTest, SaysNothingOfAPageBehindWhatPolicyHides) {
  catalog.Tell(Named({"a", "secret-1", "secret-2"}));
  EXPECT_FALSE(JsonOf(Ask(Get("?limit=1"))).contains("next"));
}

TEST_F(TopicsControllerTest, RefusesOtherQueries) {
  for (const char* bad : {"?limit=0", "?limit=1001", "?limit=x", "?limit=", "?limit=1&limit=1",
                          "?limt=1", "?after", "/a?x=1"}) {
    const auto response = Ask(Get(bad));
    EXPECT_EQ(response.status, 400) << bad;
    EXPECT_TRUE(JsonOf(response)["errors"][0].contains("parameter")) << bad;
  }
}

TEST_F(TopicsControllerTest, ShowsThePartitionsOfATopic) {
  catalog.Tell({{"a", {{0, 1, {1, 2}, {1}}, {1, std::nullopt, {2}, {}}}}});
  EXPECT_EQ(Ask(Get("/%61")).body,
            R"({"name":"a","partitions":[)"
            R"({"partition":0,"leader":1,"replicas":[1,2],"inSyncReplicas":[1]},)"
            R"({"partition":1,"leader":null,"replicas":[2],"inSyncReplicas":[]}]})");
}

TEST_F(TopicsControllerTest, DisclosesNothingAboutAForbiddenTopic) {
  catalog.Tell(Named({"__internal", "secret"}));
  catalog.held = true;
  for (const char* topic : {"/secret", "/secret-none", "/__internal"}) {
    const auto response = Ask(Get(topic));
    EXPECT_EQ(response.status, 403) << topic;
    EXPECT_EQ(JsonOf(response)["code"], "TopicForbidden");
  }
  EXPECT_TRUE(catalog.waiting.empty()) << "decided without asking the catalog";
}

TEST_F(TopicsControllerTest, ATopicThatIsNotThereIs404AndAnIllegalName400) {
  EXPECT_EQ(JsonOf(Ask(Get("/none")))["code"], "TopicNotFound");
  EXPECT_EQ(Ask(Get("/a%20b")).status, 400);
  EXPECT_EQ(Ask(Get("/%2E%2E")).status, 400);
}

TEST_F(TopicsControllerTest, AnswersWhenTheClusterDoes) {
  catalog.held = true;
  Begin(Get(""));
  EXPECT_FALSE(Answer());
  ASSERT_EQ(catalog.waiting.size(), 1U);
  Error error;
  error.code = ErrorCode::kBrokersUnavailable;
  error.detail = "No broker.";
  catalog.waiting[0](error);
  const auto response = Answer();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 503);
}

}  // namespace
}  // namespace gateway
