// Time stamps of RFC 3339 ("2026-01-02T03:04:05.678Z"), without locale or time zone database.
// Pure functions.
#ifndef GATEWAY_SERVICE_TYPES_RFC3339_H_
#define GATEWAY_SERVICE_TYPES_RFC3339_H_

#include <optional>
#include <string>
#include <string_view>

#include "service/types/record.h"

namespace gateway {

// `YYYY-MM-DDThh:mm:ss[.f...](Z|±hh:mm)`; `t` and `z` in lower case too, as the RFC allows, but no
// space for the T. Digits below a millisecond are cut off. Nothing if `text` is malformed, or names
// a day that does not exist or a leap second (which Unix time cannot represent).
std::optional<TimestampMs> ParseRfc3339(std::string_view text);

// Appends `ms` in UTC with three decimals and Z. Years outside 0000..9999, which the RFC does not
// cover, have a sign and at least six digits (as in ISO 8601 and ECMAScript).
void AppendRfc3339(TimestampMs ms, std::string* out);

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TYPES_RFC3339_H_
