// The port for a key that verifies signatures. Implementations are immutable; any thread.
#ifndef GATEWAY_SERVICE_PORTS_PUBLIC_KEY_H_
#define GATEWAY_SERVICE_PORTS_PUBLIC_KEY_H_

#include <string_view>

#include "service/types/signature_algorithm.h"

namespace gateway {

class PublicKey {
 public:
  virtual ~PublicKey() = default;
  // What its type can verify: a key and never a token decides that.
  virtual SignatureAlgorithms algorithms() const = 0;
  // True if `signature`, as JOSE writes it, is of `text`. False for an algorithm of another type of
  // key. Takes 25 to 700 microseconds.
  virtual bool Verify(SignatureAlgorithm algorithm, std::string_view text,
                      std::string_view signature) const = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_PUBLIC_KEY_H_
