#include "infra/kafka/oauth/token_provider.h"

#include <gmock/gmock.h>

#include <future>
#include <string>
#include <vector>

#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

// {"exp":1700000600}: ten minutes after the fake clock's time.
constexpr char kJwt[] = "e30.eyJleHAiOjE3MDAwMDA2MDB9.x";
constexpr std::int64_t kExpires = 1'700'000'600'000;

class TokenProviderTest : public ::testing::Test {
 protected:
  TokenProviderTest() {
    settings_.token_endpoint = "https://id.example/token";
    settings_.client_id = "gate way";
    settings_.client_secret = "s:cret";
    settings_.scope = "kafka write";
  }

  TokenProvider Make() {
    return {settings_,
            [this](const std::string& form, const HttpFields& fields) {
              forms_.push_back(form);
              fields_ = fields;
              return outcome_;
            },
            logger_, clock_};
  }
  void AnswerWith(int status, const std::string& body) { outcome_ = HttpReply{status, {}, body}; }

  Settings::Kafka::OAuth settings_;
  HttpClient::Outcome outcome_ =
      HttpReply{200, {}, std::string(R"({"access_token":")") + kJwt + R"("})"};
  std::vector<std::string> forms_;
  HttpFields fields_;
  testing::FakeLogger logger_;
  testing::FakeClock clock_;
};

TEST_F(TokenProviderTest, AsksByClientCredentialsAndTakesTheExpiryOfTheToken) {
  TokenProvider provider = Make();
  const auto token = provider.Token();
  ASSERT_TRUE(token.ok()) << token.error();
  EXPECT_EQ(token.value().value, kJwt);
  EXPECT_EQ(token.value().expires_ms, kExpires);
  EXPECT_EQ(forms_.back(), "grant_type=client_credentials&scope=kafka%20write");
  // gate%20way:s%3Acret
  EXPECT_THAT(fields_, Contains(Pair("Authorization", "Basic Z2F0ZSUyMHdheTpzJTNBY3JldA==")));
}

TEST_F(TokenProviderTest, ClientsShareATokenUntilThreeQuartersOfItsLifeAreOver) {
  TokenProvider provider = Make();
  ASSERT_TRUE(provider.Token().ok());
  clock_.Advance(std::chrono::seconds(449));
  ASSERT_TRUE(provider.Token().ok());
  EXPECT_THAT(forms_, SizeIs(1));
  clock_.Advance(std::chrono::seconds(2));
  ASSERT_TRUE(provider.Token().ok());
  EXPECT_THAT(forms_, SizeIs(2));
}

TEST_F(TokenProviderTest, ATokenThatIsNoJwtLivesAsLongAsTheAnswerSays) {
  AnswerWith(200, R"({"access_token":"opaque","expires_in":60})");
  TokenProvider provider = Make();
  EXPECT_EQ(provider.Token().value().expires_ms, 1'700'000'060'000);
}

TEST_F(TokenProviderTest, ATokenLivesNoLongerThanTheAnswerSays) {
  // By a clock that is ten minutes behind, the token of 60 s would live for 660 s.
  AnswerWith(200, std::string(R"({"access_token":")") + kJwt + R"(","expires_in":60})");
  TokenProvider provider = Make();
  EXPECT_EQ(provider.Token().value().expires_ms, 1'700'000'060'000);
  clock_.Advance(std::chrono::seconds(46));
  ASSERT_TRUE(provider.Token().ok());
  EXPECT_THAT(forms_, SizeIs(2));
}

TEST_F(TokenProviderTest, ATokenLivesNoLongerThanItSaysItself) {
  for (const char* const life : {"601", "9223372036854775807", "18446744073709551615"}) {
    AnswerWith(200, std::string(R"({"access_token":")") + kJwt + R"(","expires_in":)" + life + "}");
    TokenProvider provider = Make();
    const auto token = provider.Token();
    ASSERT_TRUE(token.ok()) << life;
    EXPECT_EQ(token.value().expires_ms, kExpires) << life;
  }
}

TEST_F(TokenProviderTest, AFailureIsSharedForASecondAndLoggedOnce) {
  AnswerWith(503, "");
  TokenProvider provider = Make();
  EXPECT_FALSE(provider.Token().ok());
  EXPECT_FALSE(provider.Token().ok());
  EXPECT_THAT(forms_, SizeIs(1));
  EXPECT_THAT(logger_.lines, SizeIs(1));
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_FALSE(provider.Token().ok());
  EXPECT_THAT(forms_, SizeIs(2));
}

TEST_F(TokenProviderTest, EachFailureSaysWhatToCorrectAndNoSecret) {
  const auto sentence = [this] {
    TokenProvider provider = Make();
    const auto token = provider.Token();
    EXPECT_FALSE(token.ok());
    std::string text = token.ok() ? "" : token.error();
    EXPECT_THAT(text, Not(HasSubstr("s:cret")));
    return text;
  };
  AnswerWith(401, R"({"error":"invalid_client"})");
  EXPECT_EQ(sentence(),
            "the token endpoint answers 401 (invalid_client). Check Kafka:OAuth:ClientId and "
            "Kafka:OAuth:ClientSecret.");
  AnswerWith(400, R"({"error":"<script>"})");
  EXPECT_THAT(sentence(), HasSubstr("answers 400. Check"));
  AnswerWith(500, "");
  EXPECT_THAT(sentence(), HasSubstr("answers 500. Check the server"));
  for (const char* const body : {"<html>", "[]", "{}", R"({"access_token":7})"}) {
    AnswerWith(200, body);
    EXPECT_THAT(sentence(), HasSubstr("answers without a token")) << body;
  }
  AnswerWith(200, R"({"access_token":"e30.eyJleHAiOjE2MDAwMDAwMDB9.x"})");
  EXPECT_THAT(sentence(), HasSubstr("expired"));
  AnswerWith(200, R"({"access_token":"opaque"})");
  EXPECT_THAT(sentence(), HasSubstr("do not say when they expire"));
  AnswerWith(200, R"({"access_token":"opaque","expires_in":-9223372036854775808})");
  EXPECT_THAT(sentence(), HasSubstr("expired"));
  outcome_ = std::string("connection refused");
  EXPECT_THAT(sentence(), HasSubstr("does not answer"));
}

TEST_F(TokenProviderTest, ANewSecretIsUsedAtOnceAfterAFailure) {
  AnswerWith(401, R"({"error":"invalid_client"})");
  TokenProvider provider = Make();
  EXPECT_FALSE(provider.Token().ok());
  AnswerWith(200, std::string(R"({"access_token":")") + kJwt + R"("})");
  provider.SetClientSecret("new");
  EXPECT_TRUE(provider.Token().ok());
  // gate%20way:new
  EXPECT_THAT(fields_, Contains(Pair("Authorization", "Basic Z2F0ZSUyMHdheTpuZXc=")));
}

TEST_F(TokenProviderTest, ThreadsThatAskTogetherWaitForOneAnswer) {
  std::promise<void> asked;
  std::promise<void> answer;
  TokenProvider provider(
      settings_,
      [&](const std::string& form, const HttpFields& /*fields*/) {
        forms_.push_back(form);
        asked.set_value();
        answer.get_future().wait();
        return outcome_;
      },
      logger_, clock_);
  auto first = std::async(std::launch::async, [&] { return provider.Token().ok(); });
  asked.get_future().wait();
  auto second = std::async(std::launch::async, [&] { return provider.Token().ok(); });
  answer.set_value();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  EXPECT_THAT(forms_, SizeIs(1));
}

TEST(ExpiryOf, IsTheClaimOfAJwtWhateverElseItHolds) {
  EXPECT_EQ(ExpiryOf(kJwt), kExpires);
  for (const char* const token : {"", "a", "a.b", "a.b.c", "..", "e30.e30.x", "e30.!!!!.x",
                                  "e30.eyJleHAiOiJ4In0.x", "e30.eyJleHAiOi0xfQ.x", "e30.W10.x"}) {
    EXPECT_EQ(ExpiryOf(token), std::nullopt) << token;
  }
}

}  // namespace
}  // namespace gateway
