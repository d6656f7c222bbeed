#include "infra/config/sources/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::string> ProblemsOf(const std::vector<std::string>& arguments) {
  std::vector<std::string> lines;
  for (const ConfigProblem& problem : ParseCommandLine(arguments).problems) {
    lines.push_back(ToLine(problem));
  }
  return lines;
}

TEST(CommandLine, WithoutArgumentsItRuns) {
  const CommandLine line = ParseCommandLine({});
  EXPECT_EQ(line.action, Action::kRun);
  EXPECT_THAT(line.problems, IsEmpty());
}

TEST(CommandLine, EachActionHasItsFlag) {
  EXPECT_EQ(ParseCommandLine({"--check-config"}).action, Action::kCheckConfig);
  EXPECT_EQ(ParseCommandLine({"--print-config"}).action, Action::kPrintConfig);
  EXPECT_EQ(ParseCommandLine({"--print-schema"}).action, Action::kPrintSchema);
  EXPECT_EQ(ParseCommandLine({"--version"}).action, Action::kVersion);
  EXPECT_EQ(ParseCommandLine({"-h"}).action, Action::kHelp);
  EXPECT_EQ(ParseCommandLine({"--help", "--check-config"}).action, Action::kHelp);
}

TEST(CommandLine, AHealthCheckIsOfLifeUnlessItSaysReady) {
  EXPECT_EQ(ParseCommandLine({"--health-check"}).action, Action::kHealthCheck);
  EXPECT_FALSE(ParseCommandLine({"--health-check=live"}).check_readiness);
  EXPECT_TRUE(ParseCommandLine({"--health-check=ready"}).check_readiness);
  EXPECT_THAT(ProblemsOf({"--health-check=well"}), testing::SizeIs(1));
}

TEST(CommandLine, ASettingTakesItsValueAfterEqualsOrASpace) {
  const CommandLine line = ParseCommandLine({"--Http:Port=0", "--Kafka:BootstrapServers", "a:1,b:2",
                                             "--Kafka:Librdkafka:x.y==z",
                                             "--Kafka:ClientId=", "--Kafka:LingerMs", "-1"});
  EXPECT_THAT(line.settings,
              ElementsAre(Pair("Http:Port", "0"), Pair("Kafka:BootstrapServers", "a:1,b:2"),
                          Pair("Kafka:Librdkafka:x.y", "=z"), Pair("Kafka:ClientId", ""),
                          Pair("Kafka:LingerMs", "-1")));
  EXPECT_THAT(line.problems, IsEmpty());
}

TEST(CommandLine, TheFileTakesBothForms) {
  EXPECT_EQ(ParseCommandLine({"--config", "x"}).config_file, "x");
  EXPECT_EQ(ParseCommandLine({"--config=x"}).config_file, "x");
}

TEST(CommandLine, AnUnknownOptionIsAProblem) {
  EXPECT_THAT(ProblemsOf({"--confg=x", "run"}),
              ElementsAre("command line --confg: unknown option; did you mean --config?",
                          "command line run: not an option; allowed: --Section:Key=value and the "
                          "options of --help"));
  EXPECT_THAT(ProblemsOf({"--Http__Port=1"}),
              ElementsAre("command line --Http__Port: unknown option; did you mean --Http:Port?"));
}

TEST(CommandLine, AMissingValueIsAProblem) {
  EXPECT_THAT(
      ProblemsOf({"--Http:Port", "--check-config"}),
      ElementsAre("command line --Http:Port: the value is missing; allowed: --Http:Port=value"));
  EXPECT_THAT(ProblemsOf({"--config"}),
              ElementsAre("command line --config: the file is missing; allowed: --config FILE"));
  EXPECT_THAT(ProblemsOf({"--config=a", "--config=b"}),
              ElementsAre("command line --config: given twice; allowed: one file"));
}

}  // namespace
}  // namespace gateway
