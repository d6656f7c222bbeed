#include "api/tracing/propagated_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "name=value" of the fields that are propagated.
std::vector<std::string> Carried(const std::vector<std::string>& globs,
                                 const std::vector<http::HeaderField>& fields) {
  http::RequestHead head;
  head.fields = fields;
  RequestRecords batch;
  std::vector<std::string> texts;
  for (const Header& header : PropagatedFields(globs).Of(head, &batch)) {
    texts.push_back(std::string(header.name) + "=" + std::string(*header.value));
  }
  return texts;
}

TEST(PropagatedFields, NoneByDefault) {
  http::RequestHead head;
  head.fields = {{"x-github-event", "push"}};
  RequestRecords batch;
  EXPECT_THAT(PropagatedFields().Of(head, &batch), IsEmpty());
}

TEST(PropagatedFields, MatchWhateverTheCaseAndAreNamedInLowerCase) {
  EXPECT_THAT(Carried({"X-GitHub-*", "stripe-signature"}, {{"x-github-EVENT", "Push"},
                                                           {"STRIPE-Signature", "t=1,v1=Ab"},
                                                           {"Stripe-Signature-2", "x"}}),
              ElementsAre("x-github-event=Push", "stripe-signature=t=1,v1=Ab"));
}

TEST(PropagatedFields, KeepEachOfRepeatedOnesInOrder) {
  EXPECT_THAT(Carried({"a", "b", "*"}, {{"b", "1"}, {"a", "2"}, {"b", "3"}}),
              ElementsAre("b=1", "a=2", "b=3"));
}

TEST(PropagatedFields, KeepTheBytesOfAValue) {
  EXPECT_THAT(Carried({"a"}, {{"a", "\xff\xfe\" "}, {"a", ""}}),
              ElementsAre("a=\xff\xfe\" ", "a="));
}

TEST(PropagatedFields, NeverACredentialAFieldOfTheHopOrOneOfTheRequest) {
  std::vector<http::HeaderField> fields;
  for (const char* const name :
       {"Authorization", "Cookie", "Set-Cookie", "X-API-Key", "Proxy-Authorization",
        "Proxy-Connection", "Connection", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade", "Host", "Expect", "Content-Length", "Content-Encoding", "Content-Type"}) {
    fields.push_back({name, "v"});
    EXPECT_FALSE(WhyNeverCarried(name).empty()) << name;
  }
  EXPECT_THAT(Carried({"*", "authorization", "proxy-*"}, fields), IsEmpty());
}

TEST(PropagatedFields, NeverAFieldThatConnectionNames) {
  EXPECT_THAT(Carried({"*"}, {{"Connection", "close, X-Hop"},
                              {"x-hop", "1"},
                              {"X-Second", "2"},
                              {"X-End", "3"},
                              {"connection", "x-second"}}),
              ElementsAre("x-end=3"));
}

TEST(PropagatedFields, LeaveOutWhatHasARuleOfItsOwn) {
  EXPECT_THAT(Carried({"*"}, {{"traceparent", "1"},
                              {"tracestate", "2"},
                              {"Idempotency-Key", "3"},
                              {"Kafka-Header-A", "4"}}),
              IsEmpty());
  EXPECT_EQ(WhyNeverCarried("idempotency-key"), "");
}

}  // namespace
}  // namespace gateway
