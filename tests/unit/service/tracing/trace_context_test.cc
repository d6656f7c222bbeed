#include "service/tracing/trace_context.h"

#include <gtest/gtest.h>

#include <string>

namespace gateway {
namespace {

const std::string kValid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string Replaced(std::size_t at, std::string_view with) {
  return std::string(kValid).replace(at, with.size(), with);
}

TEST(TraceContext, ReadsItsFields) {
  const auto context = TraceContext::Parse(kValid);
  ASSERT_TRUE(context.has_value());
  EXPECT_EQ(context->traceparent(), kValid);
  EXPECT_EQ(context->trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(context->span_id(), "00f067aa0ba902b7");
  EXPECT_EQ(context->flags(), "01");
}

TEST(TraceContext, RefusesWhatTheStandardCallsInvalid) {
  const std::string zeros(32, '0');
  for (const std::string& wrong :
       {std::string(), std::string("00-1"), kValid.substr(1), kValid.substr(0, 54), kValid + "-00",
        kValid + " ", Replaced(0, "ff"), Replaced(0, "0G"), Replaced(3, zeros),
        Replaced(36, zeros.substr(16)), Replaced(3, "4B"), Replaced(36, "0 "), Replaced(53, "0x"),
        Replaced(2, "_"), Replaced(35, "0"), Replaced(52, "0")}) {
    EXPECT_FALSE(TraceContext::Parse(wrong).has_value()) << wrong;
  }
}

TEST(TraceContext, ReadsTheFirstFourFieldsOfLaterVersions) {
  const auto same = TraceContext::Parse(Replaced(0, "01"));
  ASSERT_TRUE(same.has_value());
  EXPECT_EQ(same->traceparent(), kValid);
  const auto more = TraceContext::Parse(Replaced(0, "cc") + "-what-may-come");
  ASSERT_TRUE(more.has_value());
  EXPECT_EQ(more->traceparent(), kValid);
  EXPECT_FALSE(TraceContext::Parse(Replaced(0, "cc") + ".what").has_value());
  const std::string flags = std::string(kValid).replace(0, 2, "cc").replace(53, 2, "fe");
  EXPECT_EQ(TraceContext::Parse(flags)->flags(), "00") << "flags that are not defined yet";
}

TEST(TraceContext, KeepsTheFlagsOfItsOwnVersion) {
  EXPECT_EQ(TraceContext::Parse(Replaced(53, "03"))->flags(), "03");
  EXPECT_EQ(TraceContext::Parse(Replaced(53, "00"))->flags(), "00");
}

}  // namespace
}  // namespace gateway
