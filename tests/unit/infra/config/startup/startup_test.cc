#include "infra/config/startup/startup.h"

#include <sstream>

#include "support/cpp/config_fixture.h"

namespace gateway {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class StartupOf : public ConfigFixture {
 protected:
  // The exit code, or -1 if the gateway would run.
  int Run(const std::vector<std::string>& arguments,
          const std::vector<std::string>& environment = {}) {
    const auto started =
        Startup({arguments, environment, Files(), "1.2.3", "2.0.2", {}}, out_, err_);
    return started.ok() ? -1 : started.error();
  }

  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(StartupOf, AGoodConfigurationRunsAndSaysNothing) {
  EXPECT_EQ(Run({"--Http:Port=0"}), -1);
  EXPECT_EQ(out_.str() + err_.str(), "");
}

TEST_F(StartupOf, ABadConfigurationEndsWith78AndOneLineForEachProblem) {
  EXPECT_EQ(Run({"--Http:Port=x", "--Http:Prot=1"}), 78);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(err_.str(),
            "command line --Http:Prot: unknown key; nearest known key: Http:Port\n"
            "command line --Http:Port: \"x\" is not an integer; allowed: an integer from "
            "0 to 65535\n");
}

TEST_F(StartupOf, AHealthCheckEndsWith0OrWith1AndASentence) {
  const auto check = [this](std::optional<std::string> fault) {
    StartupInput input{{"--health-check=ready", "--Management:Port=9"}, {}, Files(), "", "", {}};
    input.health_check = [fault](const Settings& settings, bool readiness) {
      EXPECT_TRUE(readiness);
      EXPECT_EQ(settings.management.port, 9);
      return fault;
    };
    const auto started = Startup(input, out_, err_);
    return started.ok() ? -1 : started.error();
  };
  EXPECT_EQ(check(std::nullopt), 0);
  EXPECT_EQ(out_.str() + err_.str(), "");
  EXPECT_EQ(check("It is ill."), 1);
  EXPECT_EQ(err_.str(), "kafka-gateway: It is ill.\n");
}

TEST_F(StartupOf, TheManagementPortIsAnotherThanThatOfHttp) {
  EXPECT_EQ(Run({"--check-config", "--Http:Port=9", "--Management:Port=9"}), 78);
  EXPECT_THAT(err_.str(), HasSubstr("Management:Port: is the same as Http:Port"));
  EXPECT_EQ(Run({"--check-config", "--Http:Port=0", "--Management:Port=0"}), 0);
  EXPECT_EQ(Run({"--check-config", "--Management:Port="}), 0);
}

TEST_F(StartupOf, CheckConfigOnlyChecks) {
  EXPECT_EQ(Run({"--check-config"}), 0);
  EXPECT_EQ(out_.str(), "The configuration is valid.\n");
  EXPECT_EQ(Run({"--check-config"}, {"Http__Port=x"}), 78);
}

TEST_F(StartupOf, PrintConfigShowsFilesAndValues) {
  const std::string base = WriteBase(R"({"Http":{"Port":1}})");
  EXPECT_EQ(Run({"--print-config"}, {"Kafka__Librdkafka__sasl_password=hunter2"}), 0);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("# GATEWAY_ENVIRONMENT = Production\n# file " + base + "\n"),
                    HasSubstr("\nHttp:Port = 1  (file " + base + ")\n"),
                    HasSubstr("\nKafka:BootstrapServers = \"localhost:9092\"  (default)\n"),
                    HasSubstr("\nKafka:Librdkafka:sasl.password = ***  (environment)\n"),
                    testing::Not(HasSubstr("hunter2"))));
  EXPECT_EQ(Run({"--print-config", "--Http:Port=x"}), 78);
}

TEST_F(StartupOf, VersionNamesBothAndNeedsNoValidConfiguration) {
  EXPECT_EQ(Run({"--version"}, {"Http__Port=x"}), 0);
  EXPECT_EQ(out_.str(), "kafka-gateway 1.2.3 (librdkafka 2.0.2)\n");
}

TEST_F(StartupOf, HelpHelpsWhateverElseIsWrong) {
  EXPECT_EQ(Run({"--nonsense", "--help"}, {"Http__Port=x"}), 0);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("Usage: kafka-gateway"), HasSubstr("--check-config"),
                                HasSubstr("Exit codes:"), HasSubstr(Path("opt/config").string())));
  for (const std::string code : {"0", "1", "69", "75", "78"}) {
    EXPECT_THAT(out_.str(), HasSubstr("\n  " + code + " ")) << code;
  }
  std::istringstream lines(out_.str());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST_F(StartupOf, PrintSchemaPrintsTheSchema) {
  EXPECT_EQ(Run({"--print-schema"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("http://json-schema.org/draft-07/schema#"));
}

TEST(ProcessTexts, AreCopiedWithoutTheProgramName) {
  const char* const argv[] = {"kafka-gateway", "--help", nullptr};
  EXPECT_THAT(ArgumentsOf(argv), testing::ElementsAre("--help"));
  EXPECT_THAT(EnvironmentOf(argv), testing::ElementsAre("kafka-gateway", "--help"));
  const char* const nothing[] = {nullptr};
  EXPECT_THAT(ArgumentsOf(nothing), testing::IsEmpty());
}

}  // namespace
}  // namespace gateway
