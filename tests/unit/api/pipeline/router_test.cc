#include "api/pipeline/router.h"

#include <gtest/gtest.h>

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

TEST_F(RouterTest, AParameterIsOneLastSegmentAsItCame) {
  const Router::Match match = router_.Find(Method::kGet, "/items/a%20b");
  EXPECT_EQ(match.route, &router_.routes()[5]);
  EXPECT_EQ(match.parameter, "a%20b");
  EXPECT_EQ(router_.Find(Method::kGet, "/items/").route, &router_.routes()[4]);
  EXPECT_FALSE(router_.Find(Method::kGet, "/items/a/b").path_exists);
  EXPECT_FALSE(router_.Find(Method::kGet, "/items").path_exists);
}

TEST_F(RouterTest, ASlashTooManyFindsThePathWithoutIt) {
  const Router::Match get = router_.Find(Method::kGet, "/both/");
  EXPECT_EQ(get.route, &router_.routes()[1]);
  EXPECT_TRUE(get.extra_slash);
  EXPECT_EQ(router_.Find(Method::kPost, "/post/").route, &router_.routes()[3]);
  EXPECT_EQ(router_.Find(Method::kDelete, "/post/").allow, "POST, OPTIONS");
  const Router::Match item = router_.Find(Method::kGet, "/items/x/");
  EXPECT_EQ(item.parameter, "x");
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
