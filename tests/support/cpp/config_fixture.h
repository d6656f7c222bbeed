// A separate directory for each test, with an executable and the config/ next to it, which the
// locator finds; and the steps from files, variables and arguments to a loaded configuration.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_CONFIG_FIXTURE_H_
#define GATEWAY_TESTS_SUPPORT_CPP_CONFIG_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "infra/config/startup/config_loader.h"

namespace gateway {

class ConfigFixture : public testing::Test {
 protected:
  ConfigFixture() {
    std::string name = (std::filesystem::temp_directory_path() / "gateway-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~ConfigFixture() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path Path(const std::string& relative) const { return directory_ / relative; }

  // Writes a file below the directory, and its parents; returns its path.
  std::string Write(const std::string& relative, const std::string& text) const {
    const std::filesystem::path path = Path(relative);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  std::string WriteBase(const std::string& text) const {
    return Write("opt/config/appsettings.json", text);
  }

  FileLocator Files() const { return FileLocator(Path("opt/kafka-gateway"), Path("root")); }

  Result<LoadedConfig, std::vector<ConfigProblem>> Load(
      const std::vector<std::string>& environment, const std::vector<std::string>& arguments,
      const std::vector<ConfigCheck>& checks = {}) const {
    return LoadConfig({Files(), environment, ParseCommandLine(arguments)}, checks);
  }

  // The settings; if there are problems, fails the test and returns the defaults.
  Settings LoadSettings(const std::vector<std::string>& environment,
                        const std::vector<std::string>& arguments = {}) const {
    auto loaded = Load(environment, arguments);
    if (loaded.ok()) return loaded.value().settings;
    for (const ConfigProblem& problem : loaded.error()) ADD_FAILURE() << ToLine(problem);
    return Settings{};
  }

  // The problems, one line each; empty if there are none.
  std::vector<std::string> LoadProblems(const std::vector<std::string>& environment,
                                        const std::vector<std::string>& arguments = {},
                                        const std::vector<ConfigCheck>& checks = {}) const {
    auto loaded = Load(environment, arguments, checks);
    std::vector<std::string> lines;
    if (loaded.ok()) return lines;
    for (const ConfigProblem& problem : loaded.error()) lines.push_back(ToLine(problem));
    return lines;
  }

  // The line of --print-config for a key, without the key: `"x"  (default)`.
  std::string Printed(const std::string& key, const std::vector<std::string>& environment,
                      const std::vector<std::string>& arguments = {}) const {
    auto loaded = Load(environment, arguments);
    if (!loaded.ok()) return ToLine(loaded.error().front());
    for (const EffectiveValue& value : loaded.value().values) {
      if (value.key == key) return value.text + " (" + value.origin + ")";
    }
    return "no such key";
  }

 private:
  std::filesystem::path directory_;
};

}  // namespace gateway

#endif  // GATEWAY_TESTS_SUPPORT_CPP_CONFIG_FIXTURE_H_
