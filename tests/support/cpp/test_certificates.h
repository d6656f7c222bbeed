// Generated certificates, and a separate directory for the files of a test.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_TEST_CERTIFICATES_H_
#define GATEWAY_TESTS_SUPPORT_CPP_TEST_CERTIFICATES_H_

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace gateway::testing {

using TestKey = std::shared_ptr<EVP_PKEY>;
using TestX509 = std::shared_ptr<X509>;

// A certificate for `name` with its key; an authority if it issues others.
struct Identity {
  TestX509 certificate;
  TestKey key;

  std::string CertificatePem() const {
    return Pem([this](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); });
  }
  // With a passphrase the key is encrypted.
  std::string KeyPem(const char* passphrase = nullptr) const {
    return Pem([&](BIO* bio) {
      PEM_write_bio_PrivateKey(bio, key.get(), passphrase == nullptr ? nullptr : EVP_aes_128_cbc(),
                               nullptr, 0, nullptr, const_cast<char*>(passphrase));  // NOLINT
    });
  }

 private:
  template <typename Write>
  static std::string Pem(Write write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
    write(bio.get());
    char* text = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }
};

// Signed by `issuer`, or by itself. Valid from an hour ago for `days` from now (which may be
// negative).
inline Identity MakeIdentity(const std::string& name, const Identity* issuer = nullptr,
                             int days = 1) {
  static int serial = 0;
  Identity made{TestX509(X509_new(), &X509_free), TestKey(EVP_EC_gen("P-256"), &EVP_PKEY_free)};
  X509* const x509 = made.certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), -3'600);
  X509_time_adj_ex(X509_getm_notAfter(x509), days, 0, nullptr);
  X509_set_pubkey(x509, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()),  // NOLINT
                             -1, -1, 0);
  const Identity& signer = issuer == nullptr ? made : *issuer;
  X509_set_issuer_name(x509, X509_get_subject_name(signer.certificate.get()));
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> authority(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints,
                          issuer == nullptr ? "critical,CA:TRUE" : "critical,CA:FALSE"),
      &X509_EXTENSION_free);
  X509_add_ext(x509, authority.get(), -1);
  EXPECT_GT(X509_sign(x509, signer.key.get(), EVP_sha256()), 0);
  return made;
}

// Deleted with its contents at the end of the test.
class TestDirectory final {
 public:
  TestDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "gateway-tls-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  ~TestDirectory() { std::filesystem::remove_all(path_); }

  std::string Path(const std::string& name) const { return (path_ / name).string(); }
  // Writes or replaces the file; returns its path.
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary | std::ios::trunc) << text;
    return Path(name);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_TEST_CERTIFICATES_H_
