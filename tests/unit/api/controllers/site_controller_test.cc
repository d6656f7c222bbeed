#include "api/controllers/site_controller.h"

#include <gtest/gtest.h>

#include <string>

#include "support/cpp/pipeline_fixture.h"

namespace gateway {
namespace {

using testing::HeaderOf;
using testing::JsonOf;

class SiteControllerTest : public testing::PipelineTest {
 protected:
  void Use(SiteOptions options) {
    site = std::make_unique<SiteController>(std::move(options));
    site->AddRoutes(&router);
  }
  void UseAll() {
    Use({"1.2.3",
         false,
         false,
         "{\"openapi\":\"3.1.0\"}",
         {{"index.html", "<html>"}, {"swagger-ui.css", "css"}, {"swagger-ui-bundle.js", "js"}}});
  }
  http::Response Get(const std::string& path, const std::string& fields = "") {
    return Ask("GET " + path + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
  }
  std::unique_ptr<SiteController> site;
};

TEST_F(SiteControllerTest, ServesFilesWithTypeAndPolicy) {
  UseAll();
  const auto page = Get("/swagger/");
  EXPECT_EQ(page.Body(), "<html>");
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_NE(HeaderOf(page, "Content-Security-Policy").find("default-src 'none'"),
            std::string::npos);
  EXPECT_EQ(HeaderOf(page, "Cache-Control"), "no-cache");
  EXPECT_EQ(HeaderOf(page, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(Get("/swagger/index.html").Body(), "<html>");
  EXPECT_EQ(Get("/swagger/swagger-ui.css").content_type, "text/css; charset=utf-8");
  const auto script = Get("/swagger/swagger-ui-bundle.js");
  EXPECT_EQ(script.content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(HeaderOf(script, "Cache-Control"), "public, max-age=3600");
  const auto document = Get("/openapi.json");
  EXPECT_EQ(document.content_type, "application/json");
  EXPECT_EQ(JsonOf(document)["openapi"], "3.1.0");
}

TEST_F(SiteControllerTest, AnswersWith304WhenTheClientHasTheSame) {
  UseAll();
  const std::string etag = HeaderOf(Get("/openapi.json"), "ETag");
  ASSERT_GT(etag.size(), 2U);
  EXPECT_EQ(etag.front(), '"');
  EXPECT_EQ(etag.back(), '"');
  const auto same = Get("/openapi.json", "If-None-Match: " + etag + "\r\n");
  EXPECT_EQ(same.status, 304);
  EXPECT_TRUE(same.Body().empty());
  EXPECT_EQ(HeaderOf(same, "ETag"), etag);
  EXPECT_EQ(Get("/openapi.json", "If-None-Match: \"other\"\r\n").status, 200);
  EXPECT_NE(HeaderOf(Get("/swagger/"), "ETag"), etag);
}

TEST_F(SiteControllerTest, ServesOnlyWhatItWasGiven) {
  UseAll();
  for (const char* path : {"/swagger/none", "/swagger/..", "/swagger/%2e%2e%2fetc%2fpasswd"}) {
    EXPECT_EQ(Get(path).status, 404) << path;
  }
}

TEST_F(SiteControllerTest, RedirectsToTheDirectory) {
  UseAll();
  for (const char* path : {"/swagger", "/problems"}) {
    const auto response = Get(path);
    EXPECT_EQ(response.status, 308);
    EXPECT_EQ(HeaderOf(response, "Location"), std::string(path + 1) + "/") << "is not relative";
  }
}

TEST_F(SiteControllerTest, WithoutFilesItSaysWhatIsMissing) {
  Use({"1.2.3", false, false, "", {}});
  EXPECT_EQ(Get("/openapi.json").status, 404);
  const auto response = Get("/swagger/");
  EXPECT_EQ(response.status, 404);
  EXPECT_NE(JsonOf(response)["detail"].get<std::string>().find("not installed"), std::string::npos);
}

TEST_F(SiteControllerTest, TheLandingPageNamesTheVersionAndAllowsNoScript) {
  UseAll();
  const auto response = Get("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find("1.2.3"), std::string::npos);
  EXPECT_EQ(HeaderOf(response, "Content-Security-Policy").find("script-src"), std::string::npos);
}

TEST_F(SiteControllerTest, EveryProblemHasAPageAtItsType) {
  UseAll();
  for (const ProblemInfo& info : AllProblems()) {
    const auto response = Get("/problems/" + std::string(info.name));
    EXPECT_EQ(response.status, 200) << info.name;
    EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  }
  EXPECT_EQ(Get("/problems/").status, 200);
  EXPECT_EQ(Get("/problems/none").status, 404);
}

}  // namespace
}  // namespace gateway
