#include "service/auth/tokens/signed_token.h"

#include <algorithm>
#include <array>
#include <utility>

#include "service/types/base64url.h"

namespace gateway {
namespace {

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&lower](char x, char y) { return lower(x) == lower(y); });
}

// Whether it may be an access token (RFC 9068, 2.1; RFC 7519, 5.1).
bool MayBeAccessToken(const TokenObject& header) {
  if (!header.Has("typ")) return true;
  const std::string* const type = header.Text("typ");
  return type != nullptr &&
         (EqualsIgnoringCase(*type, "JWT") || EqualsIgnoringCase(*type, "at+jwt"));
}

// "a.b.c", if it has exactly three parts.
std::optional<std::array<std::string_view, 3>> Split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  if (token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return std::array{token.substr(0, first), token.substr(first + 1, second - first - 1),
                    token.substr(second + 1)};
}

}  // namespace

Result<SignedToken, AuthResult> ParseSignedToken(std::string_view token,
                                                 const TokenParser& parser) {
  if (token.size() > kMaxTokenBytes) return AuthResult::kMalformed;
  const auto parts = Split(token);
  if (!parts) return AuthResult::kMalformed;
  const auto header_text = DecodeBase64Url((*parts)[0]);
  auto payload = DecodeBase64Url((*parts)[1]);
  auto signature = DecodeBase64Url((*parts)[2]);
  if (!header_text || !payload || !signature) return AuthResult::kMalformed;
  const auto header = parser.Parse(*header_text);
  if (!header) return AuthResult::kMalformed;
  const std::string* const name = header->Text("alg");
  const std::string* const key_id = header->Text("kid");
  if (name == nullptr || (key_id == nullptr && header->Has("kid"))) return AuthResult::kMalformed;
  const auto algorithm = SignatureAlgorithmOf(*name);
  if (!algorithm || header->Has("crit") || header->Has("b64") || !MayBeAccessToken(*header)) {
    return AuthResult::kUnsupported;
  }
  SignedToken parsed;
  parsed.algorithm = *algorithm;
  if (key_id != nullptr) parsed.key_id = *key_id;
  parsed.signed_text = token.substr(0, token.rfind('.'));
  parsed.payload = *std::move(payload);
  parsed.signature = *std::move(signature);
  return parsed;
}

AuthResult VerifySignature(const SignedToken& token, const KeySet& keys) {
  const PublicKey* const key = keys.Find(token.key_id, token.algorithm);
  if (key == nullptr) return AuthResult::kUnknownKey;
  return key->Verify(token.algorithm, token.signed_text, token.signature) ? AuthResult::kAccepted
                                                                          : AuthResult::kWrong;
}

}  // namespace gateway
