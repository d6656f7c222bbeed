// Finds the files of the gateway, wherever it was put: in its source tree, beside the executable,
// or installed under a prefix. Nothing depends on the working directory. Made once at start-up from
// the path of the executable; const calls from any thread. Each call looks at the disk.
#ifndef GATEWAY_INFRA_CONFIG_FILE_LOCATOR_H_
#define GATEWAY_INFRA_CONFIG_FILE_LOCATOR_H_

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace gateway {

class FileLocator final {
 public:
  // `executable` is absolute and without symbolic links, as CurrentExecutable() gives it. `root`
  // stands before /etc and /usr, for tests.
  explicit FileLocator(const std::filesystem::path& executable,
                       const std::filesystem::path& root = "/");

  // The executable of this process (/proc/self/exe); empty if the system does not tell.
  static std::filesystem::path CurrentExecutable();

  // A configuration file by its name, "appsettings.json", in the first of config_directories() that
  // has it. The case of its letters matters only where two files differ by nothing else.
  std::optional<std::filesystem::path> FindConfig(std::string_view name) const;

  // A file or directory of data: "openapi/openapi.json", "swagger-ui". In the first of
  // data_directories() that has it.
  std::optional<std::filesystem::path> FindData(std::string_view relative) const;

  // Built in a source tree (<tree>/build/<preset>/ or <tree>/build/): that tree's config/ alone, so
  // that a development build is not configured by what is installed. Otherwise config/ beside the
  // executable, then etc/kafka-gateway of the prefix and of the system, which is the
  // administrator's, then share/kafka-gateway of both, where appsettings.json is installed.
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
