#include "infra/kafka/types/record_errors.h"

#include <gmock/gmock.h>

#include <optional>

#include "support/cpp/record_testing.h"

namespace gateway {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::OnOrders;

std::string DetailOf(ErrorCode code, Persistence persistence = Persistence::kNotPersisted) {
  return MakeError(code, persistence, OnOrders()).detail;
}

TEST(RecordErrors, EverySentenceNamesTheTopicAndNotTheLibrary) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    EXPECT_THAT(DetailOf(static_cast<ErrorCode>(i)),
                AllOf(HasSubstr("topic \"orders\""), EndsWith("."), Not(HasSubstr("rdkafka"))))
        << i;
  }
}

TEST(RecordErrors, NamesThePartitionThatTheClientAskedFor) {
  EXPECT_THAT(
      MakeError(ErrorCode::kPartitionNotFound, Persistence::kNotPersisted, OnOrders(9)).detail,
      HasSubstr("partition 9 of topic \"orders\""));
}

TEST(RecordErrors, SaysWhatARetryMayDo) {
  EXPECT_THAT(DetailOf(ErrorCode::kBrokersUnavailable), HasSubstr("a retry cannot duplicate it"));
  EXPECT_THAT(DetailOf(ErrorCode::kOutcomeUnknown, Persistence::kPossiblyPersisted),
              HasSubstr("retry only if a duplicate is harmless"));
}

TEST(RecordErrors, ATimeoutTakesTheCauseThatTheClusterShows) {
  for (const ErrorCode timeout : {ErrorCode::kDeliveryTimeout, ErrorCode::kBrokersUnavailable}) {
    EXPECT_EQ(CauseOf(timeout, {}), timeout);
    EXPECT_EQ(CauseOf(timeout, {.no_broker_up = true}), ErrorCode::kBrokersUnavailable);
    EXPECT_EQ(CauseOf(timeout, {.no_broker_up = true, .access_refused = true}),
              ErrorCode::kKafkaAccess);
  }
}

TEST(RecordErrors, AnErrorWithACauseKeepsIt) {
  EXPECT_EQ(CauseOf(ErrorCode::kRecordTooLarge, {.no_broker_up = true}),
            ErrorCode::kRecordTooLarge);
}

}  // namespace
}  // namespace gateway
