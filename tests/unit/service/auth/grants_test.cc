#include "service/auth/grants.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace gateway {
namespace {

using Names = std::vector<std::string>;

constexpr TopicOperation kWrite = TopicOperation::kWrite;
constexpr TopicOperation kRead = TopicOperation::kRead;

AccessRule Rule(Names principals, Names topics, std::string where = {}) {
  return {std::move(principals), std::move(topics), true, true, std::move(where)};
}
AccessRule WriteRule(Names principals, Names topics) {
  return {std::move(principals), std::move(topics), true, false, ""};
}

Principal Named(std::string name, Names groups = {}) {
  return {std::move(name), std::move(groups)};
}

TEST(Grants, TopicsWithoutAGrantAreNotAllowed) {
  EXPECT_FALSE(Grants().RightsOf(Named("ann")).Allows(kWrite, "orders"));
  const Grants grants({Rule({"ann"}, {"orders"})}, {});
  const TopicRights rights = grants.RightsOf(Named("ann"));
  EXPECT_TRUE(rights.Allows(kWrite, "orders"));
  EXPECT_FALSE(rights.Allows(kWrite, "orders2"));
  EXPECT_FALSE(rights.Allows(kWrite, "Orders")) << "topics and names are case-sensitive";
  EXPECT_FALSE(grants.RightsOf(Named("bob")).Allows(kWrite, "orders"));
  EXPECT_FALSE(grants.RightsOf(Named("Ann")).any());
}

TEST(Grants, AGrantIsForItsOperationsOnly) {
  const TopicRights rights = Grants({WriteRule({"ann"}, {"orders"})}, {}).RightsOf(Named("ann"));
  EXPECT_TRUE(rights.Allows(kWrite, "orders"));
  EXPECT_FALSE(rights.Allows(kRead, "orders"));
  EXPECT_TRUE(rights.Sees("orders"));
  EXPECT_FALSE(rights.Sees("payments"));
}

TEST(Grants, AStarCrossesDotsInPrincipalsAndTopics) {
  const Grants grants({Rule({"svc-*"}, {"payments.*"})}, {});
  EXPECT_TRUE(grants.RightsOf(Named("svc-a.b")).Allows(kWrite, "payments.eu.card"));
  EXPECT_FALSE(grants.RightsOf(Named("svc-a")).Allows(kWrite, "payments"));
  EXPECT_FALSE(grants.RightsOf(Named("a-svc-")).any());
}

TEST(Grants, ADenialWinsOverEveryGrantAndForItsOperationsOnly) {
  const Grants grants({Rule({"ann"}, {"*"}, "g")}, {WriteRule({"a*"}, {"audit.*"})});
  const TopicRights rights = grants.RightsOf(Named("ann"));
  EXPECT_FALSE(rights.Allows(kWrite, "audit.log"));
  EXPECT_TRUE(rights.Allows(kRead, "audit.log"));
  EXPECT_TRUE(rights.Allows(kWrite, "orders"));
}

TEST(Grants, AGroupIsNamedByItsPrefixAndIsNoPrincipal) {
  const Grants grants({Rule({"group:ops*"}, {"orders"})}, {});
  EXPECT_TRUE(grants.RightsOf(Named("ann", {"dev", "ops-eu"})).Allows(kWrite, "orders"));
  EXPECT_FALSE(grants.RightsOf(Named("ann", {"dev"})).any());
  EXPECT_FALSE(grants.RightsOf(Named("ops-eu")).any());
  EXPECT_FALSE(grants.RightsOf(Named("group:ops")).any()) << "a token may claim any name";
  EXPECT_FALSE(Grants({Rule({"ops"}, {"orders"})}, {}).RightsOf(Named("ann", {"ops"})).any());
}

TEST(Grants, OnlyItsLiteralNameGrantsToTheAnonymousPrincipal) {
  EXPECT_FALSE(Grants({Rule({"*"}, {"*"})}, {}).RightsOf({}).any()) << "nobody unknown gets in";
  EXPECT_FALSE(Grants({Rule({"anon*"}, {"*"})}, {}).RightsOf({}).any());
  EXPECT_TRUE(Grants({Rule({"anonymous"}, {"*"})}, {}).RightsOf({}).Allows(kWrite, "orders"));
}

TEST(Grants, ADenialOfEveryoneReachesTheAnonymousPrincipal) {
  const Grants grants({Rule({"anonymous"}, {"*"})}, {Rule({"*"}, {"audit"})});
  EXPECT_FALSE(grants.RightsOf({}).Allows(kWrite, "audit"));
  EXPECT_TRUE(grants.RightsOf({}).Allows(kWrite, "orders"));
}

TEST(Grants, ADecisionNamesTheRuleThatMadeIt) {
  const Grants grants({Rule({"ann"}, {"a"}, "first"), Rule({"ann"}, {"*"}, "second")},
                      {Rule({"ann"}, {"secret"}, "denial")});
  const TopicRights rights = grants.RightsOf(Named("ann"));
  EXPECT_EQ(rights.Decide(kWrite, "a").rule->where, "first");
  EXPECT_EQ(rights.Decide(kWrite, "b").rule->where, "second");
  EXPECT_EQ(rights.Decide(kWrite, "secret").rule->where, "denial");
  EXPECT_EQ(TopicRights().Decide(kWrite, "a").rule, nullptr);
}

TEST(Grants, RightsOutliveTheGrantsThatGaveThem) {
  TopicRights rights;
  {
    const Grants grants({Rule({"ann"}, {"orders"})}, {});
    rights = grants.RightsOf(Named("ann"));
  }
  EXPECT_TRUE(rights.Allows(kWrite, "orders"));
}

TEST(PrincipalNames, ThoseThatMeanSomethingElseAreNotLegal) {
  EXPECT_TRUE(IsLegalPrincipalName("CN=shop,O=Example"));
  EXPECT_TRUE(IsLegalPrincipalName(std::string(256, 'a')));
  for (const std::string& name :
       {std::string(), std::string("anonymous"), std::string("group:a"), std::string(" a"),
        std::string("a "), std::string("a\nb"), std::string("a\0b", 3), std::string(257, 'a')}) {
    EXPECT_FALSE(IsLegalPrincipalName(name)) << name;
  }
}

}  // namespace
}  // namespace gateway
