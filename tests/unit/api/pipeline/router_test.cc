#include "api/pipeline/router.h"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

namespace gateway {
namespace {

using http::Method;

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    Add(Method::kGet, "/");
    Add(Method::kGet, "/both");
    Add(Method::kPost, "/both");
    Add(Method::kPost, "/post");
    Add(Method::kGet, "/items/");
    Add(Method::kGet, "/items/{name}");
  }
  void Add(Method method, std::string path) {
    Route route;
    route.method = method;
    route.path = std::move(path);
    router_.Add(std::move(route));
  }
  Router router_;
};

TEST_F(RouterTest, FindsARouteByMethodAndPath) {
  EXPECT_EQ(router_.Find(Method::kGet, "/both").route, &router_.routes()[1]);
  EXPECT_EQ(router_.Find(Method::kPost, "/both").route, &router_.routes()[2]);
  EXPECT_EQ(router_.Find(Method::kGet, "/").route, &router_.routes()[0]);
}

TEST_F(RouterTest, HeadFindsTheRouteOfGetOnly) {
  EXPECT_EQ(router_.Find(Method::kHead, "/both").route, &router_.routes()[1]);
  EXPECT_EQ(router_.Find(Method::kHead, "/post").route, nullptr);
}

TEST_F(RouterTest, AnUnknownPathDoesNotExist) {
  for (const char* path : {"", "/no", "/no/", "/BOTH", "//both", "/both?x", "*", "/bothx"}) {
    const Router::Match match = router_.Find(Method::kGet, path);
    EXPECT_EQ(match.route, nullptr) << path;
    EXPECT_FALSE(match.path_exists) << path;
  }
}

TEST_F(RouterTest, AnotherMethodGetsTheListOfThoseThereAre) {
  const Router::Match both = router_.Find(Method::kDelete, "/both");
  EXPECT_EQ(both.route, nullptr);
  EXPECT_TRUE(both.path_exists);
  EXPECT_EQ(both.allow, "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(router_.Find(Method::kGet, "/post").allow, "POST, OPTIONS");
  EXPECT_EQ(router_.Find(Method::kPost, "/items/x").allow, "GET, HEAD, OPTIONS");
}

TEST_F(RouterTest, AParameterIsOneSegmentDecoded) {
  const Router::Match match = router_.Find(Method::kGet, "/items/a%20b+c");
  EXPECT_EQ(match.route, &router_.routes()[5]);
  EXPECT_EQ(match.parameters.Find("name"), "a b+c");
  EXPECT_EQ(match.parameters.Find("other"), std::nullopt);
  EXPECT_EQ(router_.Find(Method::kGet, "/items/a%2Fb").parameters.Find("name"), "a/b");
  EXPECT_EQ(router_.Find(Method::kGet, "/items/a%2").parameters.Find("name"), std::nullopt);
  EXPECT_EQ(router_.Find(Method::kGet, "/items/").route, &router_.routes()[4]);
  EXPECT_FALSE(router_.Find(Method::kGet, "/items/a/b").path_exists);
  EXPECT_FALSE(router_.Find(Method::kGet, "/items").path_exists);
}

TEST_F(RouterTest, ParametersMayBeAnywhere) {
  Add(Method::kPost, "/clusters/{cluster}/topics/{topic}/records");
  Add(Method::kPost, "/{tenant}/send");
  const Router::Match match = router_.Find(Method::kPost, "/clusters/c%31/topics/t/records");
  EXPECT_EQ(match.route, &router_.routes()[6]);
  EXPECT_EQ(match.parameters.Find("cluster"), "c1");
  EXPECT_EQ(match.parameters.Find("topic"), "t");
  EXPECT_EQ(router_.Find(Method::kPost, "/acme/send").parameters.Find("tenant"), "acme");
  EXPECT_FALSE(router_.Find(Method::kPost, "/clusters//topics/t/records").path_exists);
  EXPECT_FALSE(router_.Find(Method::kPost, "//send").path_exists);
}

TEST_F(RouterTest, ALiteralWinsOverAParameterWhateverTheOrder) {
  Add(Method::kGet, "/v/{a}/c/{b}");
  Add(Method::kGet, "/v/x/{c}/d");
  Add(Method::kGet, "/v/x/c/{b}");
  Add(Method::kGet, "/v/{a}/c/d");
  EXPECT_EQ(router_.Find(Method::kGet, "/v/x/c/d").route, &router_.routes()[8]);
  EXPECT_EQ(router_.Find(Method::kGet, "/v/x/y/d").route, &router_.routes()[7]);
  EXPECT_EQ(router_.Find(Method::kGet, "/v/y/c/d").route, &router_.routes()[9]);
  EXPECT_EQ(router_.Find(Method::kGet, "/v/y/c/e").route, &router_.routes()[6]);
}

TEST_F(RouterTest, AMethodIsLookedForInEveryTemplateThatFits) {
  Add(Method::kPost, "/items/special");
  EXPECT_EQ(router_.Find(Method::kGet, "/items/special").route, &router_.routes()[5]);
  EXPECT_EQ(router_.Find(Method::kDelete, "/items/special").allow, "POST, GET, HEAD, OPTIONS");
}

TEST_F(RouterTest, RefusesTemplatesThatCannotBeToldApart) {
  Add(Method::kPost, "/items/{id}");
  EXPECT_THROW(Add(Method::kGet, "/items/{id}"), std::invalid_argument);
  EXPECT_THROW(Add(Method::kGet, "/both"), std::invalid_argument);
  EXPECT_EQ(router_.routes().size(), 7U) << "a refused route is not added";
}

TEST_F(RouterTest, RefusesTemplatesThatAreNotWellFormed) {
  for (const char* path : {"", "items", "/a{b}", "/{a}b", "/{}", "/{a}/{a}", "/{a", "/a}"}) {
    EXPECT_THROW(Add(Method::kGet, path), std::invalid_argument) << path;
  }
}

TEST_F(RouterTest, ASlashTooManyFindsThePathWithoutIt) {
  const Router::Match get = router_.Find(Method::kGet, "/both/");
  EXPECT_EQ(get.route, &router_.routes()[1]);
  EXPECT_TRUE(get.extra_slash);
  EXPECT_EQ(router_.Find(Method::kPost, "/post/").route, &router_.routes()[3]);
  EXPECT_EQ(router_.Find(Method::kDelete, "/post/").allow, "POST, OPTIONS");
  const Router::Match item = router_.Find(Method::kGet, "/items/x/");
  EXPECT_EQ(item.parameters.Find("name"), "x");
  EXPECT_TRUE(item.extra_slash);
}

TEST_F(RouterTest, ASlashThatBelongsThereIsNotTooMany) {
  for (const char* path : {"/", "/items/", "/both"}) {
    EXPECT_FALSE(router_.Find(Method::kGet, path).extra_slash) << path;
  }
}

TEST_F(RouterTest, OnlyOneSlashIsTooMany) {
  for (const char* path : {"//", "/both//", "/items//", "/items/x//"}) {
    EXPECT_FALSE(router_.Find(Method::kGet, path).path_exists) << path;
  }
}

}  // namespace
}  // namespace gateway
