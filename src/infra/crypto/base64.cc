#include "infra/crypto/base64.h"

#include <openssl/evp.h>

#include <vector>

namespace gateway {

std::string EncodeBase64(const std::string& bytes) {
  std::vector<unsigned char> out((bytes.size() + 2) / 3 * 4 + 1);
  const int size =
      EVP_EncodeBlock(out.data(), reinterpret_cast<const unsigned char*>(bytes.data()),  // NOLINT
                      static_cast<int>(bytes.size()));
  return {out.begin(), out.begin() + size};
}

}  // namespace gateway
