// Finds the files of the gateway wherever it is installed: in its source tree, next to the
// executable, or under a prefix. Nothing depends on the working directory. Created once at start-up
// from the path of the executable; const calls from any thread. Each call reads the disk.
#ifndef GATEWAY_INFRA_CONFIG_FILE_LOCATOR_H_
#define GATEWAY_INFRA_CONFIG_FILE_LOCATOR_H_

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace gateway {

class FileLocator final {
 public:
  // `executable` is absolute and without symbolic links, as CurrentExecutable() returns it. `root`
  // is prepended to /etc and /usr, for tests.
  explicit FileLocator(const std::filesystem::path& executable,
                       const std::filesystem::path& root = "/");

  // The executable of this process (/proc/self/exe); empty if unknown.
  static std::filesystem::path CurrentExecutable();

  // A configuration file by its name, "appsettings.json", in the first of config_directories() that
  // has it. Case matters only between files whose names differ in nothing else.
  std::optional<std::filesystem::path> FindConfig(std::string_view name) const;

  // A file or directory of data: "openapi/openapi.json", "swagger-ui". In the first of
  // data_directories() that has it.
  std::optional<std::filesystem::path> FindData(std::string_view relative) const;

  // Built in a source tree (<tree>/build/<preset>/ or <tree>/build/): only that tree's config/, so
  // that installed files do not configure a development build. Otherwise config/ next to the
  // executable, then etc/kafka-gateway of the prefix and of the system, for the administrator, then
  // share/kafka-gateway of both, where appsettings.json is installed.
  const std::vector<std::filesystem::path>& config_directories() const { return config_; }

  // The source tree and its build/, the directory of the executable, then share/kafka-gateway of
  // the prefix and of the system.
  const std::vector<std::filesystem::path>& data_directories() const { return data_; }

 private:
  std::vector<std::filesystem::path> config_;
  std::vector<std::filesystem::path> data_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_CONFIG_FILE_LOCATOR_H_
