// Which header fields of a request become headers of its records because the configuration says so:
// those that a glob of Records:HeadersFromRequest matches. Credentials, hop-by-hop fields and those
// that describe the request itself never do, whatever the globs. Immutable; any thread.
#ifndef GATEWAY_API_TRACING_PROPAGATED_FIELDS_H_
#define GATEWAY_API_TRACING_PROPAGATED_FIELDS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "service/types/record.h"

namespace gateway {

class PropagatedFields final {
 public:
  PropagatedFields() = default;  // none
  // In whatever case; `*` stands for any characters.
  explicit PropagatedFields(std::span<const std::string> globs);

  // The fields of `head` that match, in their order, repeated ones repeated; with their names in
  // lower case and their values as they came. The bytes are in the arena of `batch`.
  std::vector<Header> Of(const http::RequestHead& head, RequestRecords* batch) const;

 private:
  std::vector<std::string> globs_;  // in lower case
};

// Why no configuration makes a record header of the field `name`, such as "it is a credential of
// the client"; "" if it may.
std::string_view WhyNeverCarried(std::string_view name);

}  // namespace gateway

#endif  // GATEWAY_API_TRACING_PROPAGATED_FIELDS_H_
