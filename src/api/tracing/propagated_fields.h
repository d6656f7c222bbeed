// The request headers that are copied to records: those that match a glob of
// Records:HeadersFromRequest. Credentials, hop-by-hop headers and headers that describe the request
// are never copied, whatever the globs. Immutable; any thread.
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
  // Case-insensitive; `*` stands for any characters.
  explicit PropagatedFields(std::span<const std::string> globs);

  // The headers of `head` that match, in order and with duplicates; names in lower case, values
  // unchanged. The bytes are in the arena of `batch`.
  std::vector<Header> Of(const http::RequestHead& head, RequestRecords* batch) const;

 private:
  std::vector<std::string> globs_;  // in lower case
};

// Why the request header `name` is never copied, such as "it is a credential of the client"; "" if
// it may be.
std::string_view WhyNeverCarried(std::string_view name);

}  // namespace gateway

#endif  // GATEWAY_API_TRACING_PROPAGATED_FIELDS_H_
