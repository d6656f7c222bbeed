#include "api/http/net/certificate_names.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"

namespace gateway::http {
namespace {

// In the form of RFC 4514, which OpenSSL calls by its predecessor's number. In UTF-8, unescaped.
std::string SubjectOf(const X509* certificate) {
  struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
  };
  const std::unique_ptr<BIO, Free> text(BIO_new(BIO_s_mem()));
  constexpr unsigned kForm = XN_FLAG_RFC2253 & ~static_cast<unsigned>(ASN1_STRFLGS_ESC_MSB);
  if (!text || X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, kForm) < 0) {
    return {};
  }
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(text.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

// In UTF-8; absent if it cannot be read, or has a NUL.
std::optional<std::string> TextOf(const ASN1_STRING* value) {
  unsigned char* bytes = nullptr;
  const int size = ASN1_STRING_to_UTF8(&bytes, value);
  if (size < 0) return std::nullopt;
  std::string text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));  // NOLINT
  OPENSSL_free(bytes);
  if (text.find('\0') != std::string::npos) return std::nullopt;
  return text;
}

void ReadSubject(const X509* certificate, CertificateNames* names) {
  names->subject = SubjectOf(certificate);
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  int common_names = 0;
  for (int i = 0; i < X509_NAME_entry_count(subject); ++i) {
    const X509_NAME_ENTRY* const entry = X509_NAME_get_entry(subject, i);
    auto text = TextOf(X509_NAME_ENTRY_get_data(entry));
    if (!text) {
      names->malformed = true;
    } else if (OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)) == NID_commonName) {
      names->common_name = ++common_names == 1 ? *std::move(text) : std::string();
    }
  }
}

// Of a URI or DNS name: printable ASCII.
std::optional<std::string> AsciiOf(const ASN1_IA5STRING* value) {
  const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),  // NOLINT
                         static_cast<std::size_t>(ASN1_STRING_length(value)));
  const bool printable =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
  return printable ? std::optional(text) : std::nullopt;
}

void ReadAlternativeNames(const X509* certificate, CertificateNames* names) {
  struct Free {
    void operator()(GENERAL_NAMES* list) const { GENERAL_NAMES_free(list); }
  };
  int found = 0;
  const std::unique_ptr<GENERAL_NAMES, Free> list(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, &found, nullptr)));
  if (!list) {
    constexpr int kNone = -1;
    names->malformed = names->malformed || found != kNone;
    return;
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(list.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(list.get(), i);
    if (name->type != GEN_URI && name->type != GEN_DNS) continue;
    auto text = AsciiOf(name->d.ia5);
    if (!text) {
      names->malformed = true;
    } else if (name->type == GEN_URI) {
      names->uris.push_back(*std::move(text));
    } else {
      names->dns_names.push_back(LowerCase(*text));
    }
  }
}

}  // namespace

CertificateNames NamesIn(const X509* certificate) {
  CertificateNames names;
  ReadSubject(certificate, &names);
  ReadAlternativeNames(certificate, &names);
  ERR_clear_error();
  return names;
}

}  // namespace gateway::http
