// Formats an answer into one buffer: status line, Date, the fields, the body if it is short enough
// to be sent together. One per I/O thread.
#ifndef GATEWAY_API_HTTP_H1_RESPONSE_WRITER_H_
#define GATEWAY_API_HTTP_H1_RESPONSE_WRITER_H_

#include <ctime>
#include <string>
#include <string_view>

#include "api/http/message.h"

namespace gateway::http {

// False for 1xx, 204 and 304: bytes after their head are the next answer (RFC 9112, 6.3).
bool MayHaveBody(int status);

class ResponseWriter final {
 public:
  // Appends the head to `*out` (RFC 9112, 4 and 5). Content-Length is that of response.Body(),
  // unless the status has none (1xx, 204, 304); a stream is chunked, or in HTTP/1.0 ends with the
  // connection. With `keep_alive` false the answer says
  // "Connection: close"; to an HTTP/1.0 client that asked to keep the connection it says
  // "Connection: keep-alive".
  void AppendHead(const Response& response, int minor_version, bool keep_alive, std::string* out);

 private:
  std::string_view Date();  // RFC 9110, 5.6.7; formatted once per second

  std::time_t date_second_ = 0;
  char date_[30] = {};
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_H1_RESPONSE_WRITER_H_
