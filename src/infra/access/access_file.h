// Reads the access file (Access:File): who the callers are, what they may do and how much. Strict:
// a member that is unknown, has the wrong type or breaks a rule is an error. Reports all errors at
// once. config/access.schema.json describes the file for editors. Pure except for reading it and
// the files that it names; any thread.
#ifndef GATEWAY_INFRA_ACCESS_ACCESS_FILE_H_
#define GATEWAY_INFRA_ACCESS_ACCESS_FILE_H_

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "infra/access/issuer_reader.h"
#include "infra/config/config_problem.h"
#include "infra/tokens/key_fetcher.h"
#include "service/auth/client_certificates.h"
#include "service/auth/grants.h"
#include "service/auth/policy/access_policy.h"
#include "service/auth/rates.h"
#include "service/ports/hasher.h"
#include "service/types/result.h"

namespace gateway {

struct AccessFile {
  std::vector<ApiKeyEntry> api_keys;
  std::vector<UserEntry> users;
  std::vector<IssuerEntry> issuers;
  std::vector<AccessRule> grants;
  std::vector<AccessRule> denials;
  std::vector<RateRule> rates;
  std::vector<CertificateRule> client_certificates;
};

// The file, or all of its errors (at least one), with path and line. No error quotes a value that
// may be a secret. `where`: "file <path>". Files that the access file names are relative to
// `directory`.
using AccessFileResult = Result<AccessFile, std::vector<ConfigProblem>>;
AccessFileResult ParseAccessFile(std::string_view text, const std::string& where,
                                 const std::filesystem::path& directory = {});
AccessFileResult ReadAccessFile(const std::filesystem::path& path);

// The tools of a policy; they outlive it.
struct PolicyTools {
  const Hasher& hasher;
  RateTable& rates;
  KeyFetcher& fetcher;  // of the keys of issuers with a URL
  PasswordTools passwords;
};
std::shared_ptr<const AccessPolicy> MakePolicy(AccessFile file, const PolicyTools& tools);

}  // namespace gateway

#endif  // GATEWAY_INFRA_ACCESS_ACCESS_FILE_H_
