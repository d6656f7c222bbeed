#include "infra/crypto/system_authorities.h"

#include <gtest/gtest.h>
#include <openssl/x509.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace gateway {
namespace {

namespace fs = std::filesystem;

class SystemAuthoritiesTest : public ::testing::Test {
 protected:
  SystemAuthoritiesTest() { fs::remove_all(root); }
  ~SystemAuthoritiesTest() override { fs::remove_all(root); }

  std::string Write(const fs::path& absolute, const std::string& text = "PEM") const {
    const fs::path path = root / absolute.relative_path();
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }

  const fs::path root = fs::path(::testing::TempDir()) /
                        ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(SystemAuthoritiesTest, FindsThoseOfEachDistribution) {
  for (const char* path :
       {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem"}) {
    fs::remove_all(root);
    const std::string file = Write(path);
    EXPECT_EQ(FindAuthorities(root), file);
  }
}

TEST_F(SystemAuthoritiesTest, LeavesThoseThatLibsslFinds) {
  Write("/etc/pki/tls/certs/ca-bundle.crt");
  Write(X509_get_default_cert_file());
  EXPECT_EQ(FindAuthorities(root), "");
  fs::remove_all(root);
  Write("/etc/pki/tls/certs/ca-bundle.crt");
  Write(fs::path(X509_get_default_cert_dir()) / "hash.0");
  EXPECT_EQ(FindAuthorities(root), "");
}

TEST_F(SystemAuthoritiesTest, DoesNotTakeAnEmptyFolderOrFileForAuthorities) {
  fs::create_directories(root / fs::path(X509_get_default_cert_dir()).relative_path());
  Write("/etc/ssl/certs/ca-certificates.crt", "");
  const std::string file = Write("/etc/ssl/cert.pem");
  EXPECT_EQ(FindAuthorities(root), file);
}

TEST_F(SystemAuthoritiesTest, FindsNothingWhereThereIsNothing) {
  EXPECT_EQ(FindAuthorities(root), "");
}

}  // namespace
}  // namespace gateway
