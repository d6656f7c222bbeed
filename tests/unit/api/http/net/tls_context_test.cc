// Files that are accepted, files that are refused and the messages about them, and reloads.
#include "api/http/net/tls_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/cpp/test_certificates.h"

namespace gateway {
namespace {

using http::TlsContext;
using http::TlsFiles;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Identity;
using testing::MakeIdentity;

std::string NameOf(http::TlsFile file) {
  switch (file) {
    case http::TlsFile::kCertificate:
      return "certificate: ";
    case http::TlsFile::kKey:
      return "key: ";
    case http::TlsFile::kClientCa:
      return "client authorities: ";
  }
  return "";
}

class TlsContextOf : public ::testing::Test {
 protected:
  TlsContextOf() {
    directory.Write("server.pem", identity.CertificatePem());
    directory.Write("server.key", identity.KeyPem());
  }
  // "certificate: what", "key: what" or "client authorities: what"; or "" if the files are good.
  std::string Fault() const {
    const auto loaded = TlsContext::Load(files);
    return loaded.ok() ? "" : NameOf(loaded.error().file) + loaded.error().what;
  }

  const Identity identity = MakeIdentity("server");
  testing::TestDirectory directory;
  TlsFiles files{directory.Path("server.pem"), directory.Path("server.key"), ""};
};

TEST_F(TlsContextOf, GoodFilesAreTaken) { EXPECT_EQ(Fault(), ""); }

TEST_F(TlsContextOf, AFileThatIsNotThereIsNamedWithItsUse) {
  files.certificate = "/nowhere/server.pem";
  EXPECT_EQ(Fault(),
            "certificate: \"/nowhere/server.pem\" cannot be read: No such file or "
            "directory");
}

TEST_F(TlsContextOf, ADirectoryIsNoFile) {
  files.key = directory.Path("");
  EXPECT_THAT(Fault(), AllOf(HasSubstr("key: "), HasSubstr("Is a directory")));
}

TEST_F(TlsContextOf, AnEmptyFileIsCalledThat) {
  directory.Write("server.pem", "");
  EXPECT_THAT(Fault(), AllOf(HasSubstr("certificate: "), HasSubstr("is empty")));
}

TEST_F(TlsContextOf, ACertificateThatIsNotPemIsRefused) {
  directory.Write("server.pem", "not a certificate");
  EXPECT_THAT(Fault(), AllOf(HasSubstr("certificate: "),
                             HasSubstr("is not a certificate chain in PEM form: ")));
}

TEST_F(TlsContextOf, ACertificateInPlaceOfTheKeyIsRefused) {
  files.key = files.certificate;
  EXPECT_THAT(Fault(), AllOf(HasSubstr("key: "), HasSubstr("is not a private key in PEM form")));
}

TEST_F(TlsContextOf, TheKeyOfAnotherCertificateIsRefused) {
  directory.Write("server.key", MakeIdentity("other").KeyPem());
  EXPECT_EQ(Fault(), "key: \"" + files.key + "\" is not the key of the first certificate in \"" +
                         files.certificate + "\"");
}

TEST_F(TlsContextOf, AKeyOfAnotherKindIsRefused) {
  Identity rsa = identity;
  rsa.key = testing::TestKey(EVP_RSA_gen(2'048), &EVP_PKEY_free);
  directory.Write("server.key", rsa.KeyPem());
  EXPECT_THAT(Fault(), HasSubstr("is not the key of the first certificate"));
}

TEST_F(TlsContextOf, AnEncryptedKeyIsRefusedWithoutAskingForItsPassphrase) {
  directory.Write("server.key", identity.KeyPem("hunter2"));
  EXPECT_THAT(Fault(), AllOf(HasSubstr("key: "), HasSubstr("is encrypted")));
}

TEST_F(TlsContextOf, AuthoritiesThatAreNoneAreRefused) {
  files.client_ca = files.key;
  EXPECT_THAT(Fault(), AllOf(HasSubstr("client authorities: "),
                             HasSubstr("holds no certificates in PEM form")));
}

TEST_F(TlsContextOf, ReportsWhenTheCertificateExpires) {
  const auto now = std::chrono::system_clock::now();
  const auto context = TlsContext::Load(files);
  ASSERT_TRUE(context.ok());
  const auto left = context.value()->expires() - now;
  EXPECT_GT(left, std::chrono::hours(23));
  EXPECT_LT(left, std::chrono::hours(25));
}

TEST_F(TlsContextOf, AReloadTakesWhatTheFilesHoldNow) {
  const auto context = TlsContext::Load(files);
  ASSERT_TRUE(context.ok());
  const auto before = context.value()->current();
  const Identity renewed = MakeIdentity("server", nullptr, 30);
  directory.Write("server.pem", renewed.CertificatePem());
  directory.Write("server.key", renewed.KeyPem());
  EXPECT_FALSE(context.value()->Reload());
  EXPECT_NE(context.value()->current(), before);
  EXPECT_GT(context.value()->expires() - std::chrono::system_clock::now(), std::chrono::hours(700));
}

TEST_F(TlsContextOf, AReloadThatFailsSaysWhyAndKeepsWhatWasThere) {
  const auto context = TlsContext::Load(files);
  ASSERT_TRUE(context.ok());
  const auto before = context.value()->current();
  const auto expires = context.value()->expires();
  directory.Write("server.pem", MakeIdentity("server", nullptr, 30).CertificatePem());
  const auto fault = context.value()->Reload();
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->file, http::TlsFile::kKey);
  EXPECT_THAT(fault->what, HasSubstr("is not the key of the first certificate"));
  EXPECT_EQ(context.value()->current(), before);
  EXPECT_EQ(context.value()->expires(), expires);
}

}  // namespace
}  // namespace gateway
