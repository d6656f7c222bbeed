// Reads the token issuers of an access file, and the files with their keys. For one thread, while
// it reads the access file.
#ifndef GATEWAY_INFRA_ACCESS_ISSUER_READER_H_
#define GATEWAY_INFRA_ACCESS_ISSUER_READER_H_

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "infra/access/node_reader.h"
#include "infra/config/sources/json_tree.h"
#include "infra/tokens/key_fetcher.h"
#include "service/auth/tokens/key_set.h"
#include "service/types/signature_algorithm.h"

namespace gateway {

// An issuer in the access file.
struct IssuerEntry {
  std::string name;
  std::string audience;
  SignatureAlgorithms algorithms = kDefaultSignatureAlgorithms;
  std::string principal_claim = "sub";
  std::string groups_claim = "groups";
  std::filesystem::path keys_file;  // empty: the keys have a URL
  KeySetPtr keys;                   // of that file
  KeySource source;                 // otherwise
};

class IssuerReader final {
 public:
  // Files are relative to `directory`. `report` outlives this.
  IssuerReader(std::filesystem::path directory, NodeReader::Report* report)
      : directory_(std::move(directory)), report_(report) {}

  // Appends the issuer to `issuers`; adds errors to the report.
  void Read(const config::JsonNode& node, const std::string& path,
            std::vector<IssuerEntry>* issuers);

 private:
  void ReadKeyFile(const NodeReader& reader, const std::string& name, IssuerEntry* issuer) const;
  void ReadSource(const NodeReader& reader, const std::string& url, IssuerEntry* issuer) const;

  const std::filesystem::path directory_;
  NodeReader::Report* report_;
  std::map<std::string, std::size_t> lines_of_names_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_ACCESS_ISSUER_READER_H_
