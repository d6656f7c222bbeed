// TLS over a connected socket, the server's side. See Stream for its behaviour and owner.
#ifndef GATEWAY_API_HTTP_NET_TLS_STREAM_H_
#define GATEWAY_API_HTTP_NET_TLS_STREAM_H_

#include <memory>

#include "api/http/net/stream.h"
#include "api/http/net/tls_context.h"

namespace gateway::http {

// Takes `fd`, a connected non-blocking socket; nothing is read or written yet. Null, and `fd`
// closed, if there is no memory. Any thread.
std::unique_ptr<Stream> MakeTlsStream(int fd, const TlsContext& context);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_TLS_STREAM_H_
