#include "api/http/net/certificate_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gateway::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Names as they are put into a certificate, which need not be sane.
struct Names {
  std::vector<std::pair<std::string, std::string>> subject;    // ("CN", "shop")
  std::vector<std::pair<int, std::string>> alternatives = {};  // (GEN_DNS, "shop.test")
};

const unsigned char* Bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());  // NOLINT
}

std::shared_ptr<X509> Certificate(const Names& names, int subject_type = V_ASN1_UTF8STRING) {
  std::shared_ptr<X509> made(X509_new(), &X509_free);
  for (const auto& [field, value] : names.subject) {
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), field.c_str(), subject_type,
                               Bytes(value), static_cast<int>(value.size()), -1, 0);
  }
  if (names.alternatives.empty()) return made;
  GENERAL_NAMES* const list = GENERAL_NAMES_new();
  for (const auto& [type, value] : names.alternatives) {
    GENERAL_NAME* const name = GENERAL_NAME_new();
    ASN1_IA5STRING* const text = ASN1_IA5STRING_new();
    ASN1_STRING_set(text, value.data(), static_cast<int>(value.size()));
    GENERAL_NAME_set0_value(name, type, text);
    sk_GENERAL_NAME_push(list, name);
  }
  X509_add1_ext_i2d(made.get(), NID_subject_alt_name, list, 0, 0);
  GENERAL_NAMES_free(list);
  return made;
}

CertificateNames Read(const Names& names) { return NamesIn(Certificate(names).get()); }

TEST(CertificateNames, AllAreRead) {
  const CertificateNames names = Read({{{"O", "test"}, {"OU", "edge"}, {"CN", "größe"}},
                                       {{GEN_URI, "spiffe://test/ns/a/sa/b"},
                                        {GEN_DNS, "Shop.TEST"},
                                        {GEN_EMAIL, "a@b.test"},
                                        {GEN_URI, "https://b.test/"}}});
  EXPECT_EQ(names.subject, "CN=größe,OU=edge,O=test");
  EXPECT_EQ(names.common_name, "größe");
  EXPECT_THAT(names.uris, ElementsAre("spiffe://test/ns/a/sa/b", "https://b.test/"));
  EXPECT_THAT(names.dns_names, ElementsAre("shop.test"));
  EXPECT_FALSE(names.malformed);
}

TEST(CertificateNames, ACertificateMayHaveNone) { EXPECT_EQ(Read({{}}), CertificateNames()); }

TEST(CertificateNames, SeveralCommonNamesAreNone) {
  EXPECT_EQ(Read({{{"CN", "a"}, {"CN", "b"}}}).common_name, "");
  EXPECT_EQ(Read({{{"CN", "a"}, {"CN", "b"}, {"CN", "c"}}}).common_name, "");
}

TEST(CertificateNames, ACommaInAValueIsEscapedInTheSubject) {
  EXPECT_EQ(Read({{{"CN", "a,O=root"}}}).subject, "CN=a\\,O=root");
  EXPECT_EQ(Read({{{"CN", "a,O=root"}}}).common_name, "a,O=root");
}

TEST(CertificateNames, ANulMakesThemMalformed) {
  const std::string nul("shop\0.evil", 10);
  EXPECT_TRUE(Read({{{"CN", nul}}}).malformed);
  EXPECT_TRUE(Read({{{"O", nul}, {"CN", "shop"}}}).malformed);
  EXPECT_TRUE(Read({{{"CN", "shop"}}, {{GEN_DNS, nul}}}).malformed);
  EXPECT_TRUE(Read({{{"CN", "shop"}}, {{GEN_DNS, "shop"}, {GEN_URI, nul}}}).malformed);
}

TEST(CertificateNames, AlternativeNamesArePrintableAscii) {
  for (const std::string text : {"a b", "a\nb",
                                 "gr\xC3\xB6\xC3\x9F"
                                 "e",
                                 "a\x7F"}) {
    EXPECT_TRUE(Read({{{"CN", "a"}}, {{GEN_URI, text}}}).malformed) << text;
  }
}

TEST(CertificateNames, AnExtensionThatCannotBeReadMakesThemMalformed) {
  const auto certificate = Certificate({{{"CN", "a"}}});
  const std::string garbage = "\x30\x82\xFF";
  ASN1_OCTET_STRING* const value = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(value, Bytes(garbage), static_cast<int>(garbage.size()));
  X509_EXTENSION* const extension =
      X509_EXTENSION_create_by_NID(nullptr, NID_subject_alt_name, 0, value);
  X509_add_ext(certificate.get(), extension, -1);
  EXPECT_TRUE(NamesIn(certificate.get()).malformed);
  X509_add_ext(certificate.get(), extension, -1);
  EXPECT_TRUE(NamesIn(certificate.get()).malformed) << "twice";
  X509_EXTENSION_free(extension);
  ASN1_OCTET_STRING_free(value);
  EXPECT_THAT(NamesIn(certificate.get()).uris, IsEmpty());
}

TEST(CertificateNames, TextOfAnotherTypeIsReadAsUtf8) {
  const auto certificate = Certificate({{{"CN", std::string("\0a\0b", 4)}}}, V_ASN1_BMPSTRING);
  EXPECT_EQ(NamesIn(certificate.get()).common_name, "ab");
  EXPECT_FALSE(NamesIn(certificate.get()).malformed);
  const auto latin = Certificate({{{"CN",
                                    "gr\xF6\xDF"
                                    "e"}}},
                                 V_ASN1_T61STRING);
  EXPECT_EQ(NamesIn(latin.get()).common_name, "größe");
}

}  // namespace
}  // namespace gateway::http
