// The port for slow password hashes.
#ifndef GATEWAY_SERVICE_PORTS_PASSWORD_VERIFIER_H_
#define GATEWAY_SERVICE_PORTS_PASSWORD_VERIFIER_H_

#include <string>
#include <string_view>

namespace gateway {

// Implementations are thread-safe.
class PasswordVerifier {
 public:
  virtual ~PasswordVerifier() = default;
  // True if `hash`, as the access file has it, is of `password`. Takes 3 to 300 milliseconds of
  // CPU, so call it on a worker.
  virtual bool Verify(std::string_view password, const std::string& hash) const = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_PASSWORD_VERIFIER_H_
