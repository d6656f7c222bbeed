// Connections whose answer made a pause: when they read on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "support/cpp/scripted_connection.h"

namespace gateway::http {
namespace {

using std::chrono::milliseconds;
using testing::ScriptedConnection;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kPostHead = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n";

Response PausingAnswer() {
  Response response;
  response.status = 429;
  response.pause = milliseconds(20);
  return response;
}

class PausedConnection : public ::testing::Test {
 protected:
  // Every request is refused by its head.
  void RefuseHeads() {
    connection.handler.on_head = [](const RequestHead&) {
      return HeadVerdict{PausingAnswer(), nullptr};
    };
  }
  std::size_t Answers() const {
    std::size_t count = 0;
    for (std::size_t at = 0;
         (at = connection.output().find("HTTP/1.1 429", at)) != std::string::npos; ++at) {
      ++count;
    }
    return count;
  }
  void Arrive(std::string_view bytes) {
    connection.Arrive(bytes);
    connection.RunUntilQuiet();
  }

  ScriptedConnection connection{ConnectionLimits()};
};

TEST_F(PausedConnection, APipelinedRequestWaitsForTheEndOfThePause) {
  RefuseHeads();
  Arrive(std::string(kGet) + std::string(kGet));
  EXPECT_EQ(Answers(), 1U);
  connection.Advance(milliseconds(19));
  EXPECT_EQ(Answers(), 1U);
  connection.Advance(milliseconds(1));
  EXPECT_EQ(Answers(), 2U) << "without further input";
}

TEST_F(PausedConnection, NothingIsReadInThePause) {
  RefuseHeads();
  Arrive(kGet);
  Arrive(kGet);
  EXPECT_EQ(connection.unread(), kGet.size());
  EXPECT_EQ(Answers(), 1U);
  connection.Advance(milliseconds(20));
  EXPECT_EQ(connection.unread(), 0U);
  EXPECT_EQ(Answers(), 2U);
}

TEST_F(PausedConnection, TheBodyOfARefusedRequestIsReadAtOnce) {
  RefuseHeads();
  Arrive(kPostHead);
  EXPECT_EQ(Answers(), 1U);
  Arrive("12345");
  EXPECT_EQ(connection.unread(), 0U);
  Arrive(kGet);
  EXPECT_EQ(Answers(), 1U);
  connection.Advance(milliseconds(20));
  EXPECT_EQ(Answers(), 2U);
}

TEST_F(PausedConnection, AnAnswerOfTheHandlerPausesToo) {
  connection.handler.on_request = [](const Request&, Responder responder) {
    responder.Send(&PausingAnswer);
  };
  Arrive(std::string(kGet) + std::string(kGet));
  EXPECT_EQ(Answers(), 1U);
  connection.Advance(milliseconds(20));
  EXPECT_EQ(Answers(), 2U);
}

TEST_F(PausedConnection, AClientThatHasLeftIsNoticedAfterThePause) {
  RefuseHeads();
  Arrive(kGet);
  connection.HalfClose();
  connection.RunUntilQuiet();
  EXPECT_FALSE(connection.closed());
  connection.Advance(milliseconds(20));
  EXPECT_TRUE(connection.closed());
}

TEST_F(PausedConnection, ItStaysOpenUntilTheIdleTimeout) {
  RefuseHeads();
  Arrive(kGet);
  connection.Advance(ConnectionLimits().idle_timeout - milliseconds(1));
  EXPECT_FALSE(connection.closed());
  connection.Advance(milliseconds(1));
  EXPECT_TRUE(connection.closed());
}

TEST_F(PausedConnection, TheDrainEndsThePause) {
  RefuseHeads();
  Arrive(std::string(kGet) + std::string(kGet));
  EXPECT_EQ(Answers(), 1U);
  connection.Drain();
  EXPECT_EQ(Answers(), 2U) << "what has arrived is answered";
}

TEST_F(PausedConnection, ASlowReaderPausesOnceItHasTheAnswer) {
  RefuseHeads();
  connection.SetRoom(10);
  Arrive(std::string(kGet) + std::string(kGet));
  connection.SetRoom(testing::ScriptedOutput::kUnlimited);
  connection.RunUntilQuiet();
  EXPECT_EQ(Answers(), 1U);
  connection.Advance(milliseconds(20));
  EXPECT_EQ(Answers(), 2U);
}

}  // namespace
}  // namespace gateway::http
