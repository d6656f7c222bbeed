#include "infra/kafka/client/error_codes.h"

#include <gmock/gmock.h>

#include <set>

#include "service/types/error.h"
#include "support/cpp/record_testing.h"

namespace gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::OnOrders;

TEST(ErrorCodes, EveryCodeOfLibrdkafkaBecomesAnErrorWithASentence) {
  const rd_kafka_err_desc* descriptions = nullptr;
  std::size_t count = 0;
  rd_kafka_get_err_descs(&descriptions, &count);
  int seen = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (descriptions[i].name == nullptr) continue;
    ++seen;
    const Error error =
        DeliveryError(descriptions[i].code, RD_KAFKA_MSG_STATUS_NOT_PERSISTED, OnOrders(), {});
    EXPECT_EQ(error.persistence, Persistence::kNotPersisted) << descriptions[i].name;
    EXPECT_THAT(error.detail, HasSubstr("orders")) << descriptions[i].name;
    EXPECT_THAT(error.detail, Not(HasSubstr("rdkafka"))) << descriptions[i].name;
    // A code for "may be stored" would contradict the status.
    EXPECT_NE(error.code, ErrorCode::kOutcomeUnknown) << descriptions[i].name;
  }
  EXPECT_GT(seen, 100);
}

TEST(ErrorCodes, APossiblyStoredRecordNeverHasACause) {
  const rd_kafka_err_desc* descriptions = nullptr;
  std::size_t count = 0;
  rd_kafka_get_err_descs(&descriptions, &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (descriptions[i].name == nullptr) continue;
    const Error error =
        DeliveryError(descriptions[i].code, RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED, OnOrders(), {});
    EXPECT_EQ(error.persistence, Persistence::kPossiblyPersisted);
    EXPECT_TRUE(error.code == ErrorCode::kOutcomeUnknown ||
                error.code == ErrorCode::kDeliveryTimeout)
        << descriptions[i].name;
    EXPECT_THAT(error.detail, HasSubstr("duplicate"));
  }
}

TEST(ErrorCodes, ClientErrorsKeepTheirMeaning) {
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC), ErrorCode::kTopicNotFound);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART), ErrorCode::kTopicNotFound);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION), ErrorCode::kPartitionNotFound);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE), ErrorCode::kRecordTooLarge);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP), ErrorCode::kRecordRejected);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_INVALID_RECORD), ErrorCode::kRecordRejected);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED), ErrorCode::kTopicNotAuthorized);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED), ErrorCode::kKafkaAccess);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR__QUEUE_FULL), ErrorCode::kOverloaded);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR__FATAL), ErrorCode::kProducerFailed);
}

TEST(ErrorCodes, ATimeoutWithNoBrokerUpIsBrokersUnavailable) {
  EXPECT_EQ(DeliveryError(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_MSG_STATUS_NOT_PERSISTED,
                          OnOrders(), {})
                .code,
            ErrorCode::kDeliveryTimeout);
  EXPECT_EQ(DeliveryError(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_MSG_STATUS_NOT_PERSISTED,
                          OnOrders(), {.no_broker_up = true})
                .code,
            ErrorCode::kBrokersUnavailable);
}

TEST(ErrorCodes, ATimeoutAfterRefusedCredentialsSaysSo) {
  EXPECT_EQ(DeliveryError(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_MSG_STATUS_NOT_PERSISTED,
                          OnOrders(), {.no_broker_up = true, .access_refused = true})
                .code,
            ErrorCode::kKafkaAccess);
}

}  // namespace
}  // namespace gateway
