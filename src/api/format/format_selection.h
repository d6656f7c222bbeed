// Selects the wire format of a request by the media type of its body, and says what to send instead
// if the route has no format for it. Pure functions; any thread.
#ifndef GATEWAY_API_FORMAT_FORMAT_SELECTION_H_
#define GATEWAY_API_FORMAT_FORMAT_SELECTION_H_

#include <span>
#include <string>

#include "api/format/wire_format.h"
#include "api/http/message.h"
#include "service/types/result.h"

namespace gateway {

// Returns the format that reads the body announced by `head`: one that names its media type, else
// one that reads any media type. The error is the detail of a 415. There must be at least one
// format.
Result<const WireFormat*, std::string> SelectFormat(const http::RequestHead& head,
                                                    std::span<const WireFormat* const> formats);

// True if one of `formats` reads bodies of any media type, and those that announce none.
bool ReadsAnyMediaType(std::span<const WireFormat* const> formats);

}  // namespace gateway

#endif  // GATEWAY_API_FORMAT_FORMAT_SELECTION_H_
