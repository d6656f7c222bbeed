#include "api/http/h1/response_writer.h"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

namespace gateway::http {
namespace {

std::string Head(const Response& response, int minor_version = 1, bool keep_alive = true) {
  ResponseWriter writer;
  std::string out;
  writer.AppendHead(response, minor_version, keep_alive, &out);
  return out;
}

bool Has(const std::string& head, const std::string& line) {
  return head.find("\r\n" + line + "\r\n") != std::string::npos;
}

TEST(ResponseWriter, WritesStatusDateTypeLengthAndFields) {
  Response response;
  response.content_type = "text/plain";
  response.headers.emplace_back("X-A", "b");
  response.body = "hello";
  const std::string head = Head(response);
  EXPECT_EQ(head.find("HTTP/1.1 200 OK\r\nDate: "), 0U);
  EXPECT_TRUE(Has(head, "Content-Type: text/plain"));
  EXPECT_TRUE(Has(head, "Content-Length: 5"));
  EXPECT_TRUE(Has(head, "X-A: b"));
  EXPECT_EQ(head.substr(head.size() - 4), "\r\n\r\n");
  EXPECT_EQ(head.find("Connection"), std::string::npos);
}

TEST(ResponseWriter, TheDateIsAnImfFixdateOfNow) {
  const std::time_t before = std::time(nullptr);
  const std::string head = Head(Response());
  const std::size_t at = head.find("Date: ") + 6;
  const std::string date = head.substr(at, head.find("\r\n", at) - at);
  ASSERT_EQ(date.size(), 29U) << date;
  tm parsed{};
  const char* end = strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parsed);
  ASSERT_TRUE(end != nullptr && *end == '\0') << date;
  const std::time_t said = timegm(&parsed);
  EXPECT_GE(said, before - 1);
  EXPECT_LE(said, std::time(nullptr) + 1);
  char again[30];
  ASSERT_EQ(std::strftime(again, sizeof again, "%a, %d %b %Y %H:%M:%S GMT", &parsed), 29U);
  EXPECT_EQ(date, again);
}

TEST(ResponseWriter, StatusesWithoutBodyHaveNoLength) {
  for (const int status : {204, 304}) {
    Response response;
    response.status = status;
    EXPECT_EQ(Head(response).find("Content-Length"), std::string::npos) << status;
    EXPECT_FALSE(MayHaveBody(status));
  }
  Response empty;
  EXPECT_TRUE(Has(Head(empty), "Content-Length: 0"));
}

TEST(ResponseWriter, NoValueEndsItsLineEarly) {
  Response response;
  response.headers.emplace_back("X-A", std::string("a\r\nSet-Cookie: b\0c", 18));
  const std::string head = Head(response);
  EXPECT_TRUE(Has(head, "X-A: a  Set-Cookie: b c")) << head;
}

TEST(ResponseWriter, SaysCloseToEveryoneAndKeepAliveOnlyToHttp10) {
  EXPECT_TRUE(Has(Head(Response(), 1, false), "Connection: close"));
  EXPECT_TRUE(Has(Head(Response(), 0, false), "Connection: close"));
  EXPECT_TRUE(Has(Head(Response(), 0, true), "Connection: keep-alive"));
}

TEST(ResponseWriter, ASharedBodyCountsInsteadOfTheOther) {
  Response response;
  response.body = "x";
  response.shared_body = std::make_shared<const std::string>("0123456789");
  EXPECT_TRUE(Has(Head(response), "Content-Length: 10"));
  EXPECT_EQ(response.Body(), "0123456789");
}

TEST(ReasonPhrase, EveryStatusOfTheInterfaceHasOne) {
  for (const int status : {100, 200, 202, 204, 207, 304, 308, 400, 401, 403, 404, 405, 408,
                           413, 414, 415, 417, 429, 431, 500, 501, 502, 503, 504, 505}) {
    EXPECT_FALSE(ReasonPhrase(status).empty()) << status;
  }
  EXPECT_EQ(ReasonPhrase(299), "");
}

}  // namespace
}  // namespace gateway::http
