#include "service/auth/authentication.h"

namespace gateway {

std::string_view NameOf(AuthScheme scheme) {
  switch (scheme) {
    case AuthScheme::kNone:
      return "none";
    case AuthScheme::kApiKey:
      return "api-key";
    case AuthScheme::kToken:
      return "jwt";
    case AuthScheme::kBasic:
      return "basic";
    case AuthScheme::kCertificate:
      return "certificate";
    case AuthScheme::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view NameOf(AuthResult result) {
  switch (result) {
    case AuthResult::kAccepted:
      return "accepted";
    case AuthResult::kMissing:
      return "missing";
    case AuthResult::kUnsupported:
      return "unsupported";
    case AuthResult::kMalformed:
      return "malformed";
    case AuthResult::kUnknown:
      return "unknown";
    case AuthResult::kWrong:
      return "wrong";
    case AuthResult::kDisabled:
      return "disabled";
    case AuthResult::kNotYetValid:
      return "not-yet-valid";
    case AuthResult::kExpired:
      return "expired";
    case AuthResult::kConflicting:
      return "conflicting";
    case AuthResult::kUnknownIssuer:
      return "unknown-issuer";
    case AuthResult::kUnknownKey:
      return "unknown-key";
    case AuthResult::kWrongAudience:
      return "wrong-audience";
    case AuthResult::kNoPrincipal:
      return "no-principal";
    case AuthResult::kNoKeys:
      return "no-keys";
    case AuthResult::kPlaintext:
      return "plaintext";
    case AuthResult::kBusy:
      return "busy";
  }
  return "unknown";
}

}  // namespace gateway
