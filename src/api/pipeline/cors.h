// Which pages of other origins may read the gateway's answers in a browser (the CORS protocol of
// the Fetch standard; Http:Cors:AllowedOrigins). Off unless origins are named. A request of any
// other origin is handled as ever: it is the browser that keeps the answer from the page, and that
// asks before it sends what no HTML form could. What a form could send is refused (MayBeForged).
// Immutable; any thread.
#ifndef GATEWAY_API_PIPELINE_CORS_H_
#define GATEWAY_API_PIPELINE_CORS_H_

#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace gateway {

class Cors final {
 public:
  // Origins as browsers write them ("https://shop.example", "http://localhost:3000"); "*" is every
  // origin. None: no answer is changed.
  explicit Cors(std::vector<std::string> allowed_origins);

  bool enabled() const { return any_ || !allowed_origins_.empty(); }

  // What Access-Control-Allow-Origin says to this request; "" if it has no Origin, or a foreign
  // one.
  std::string AllowedOriginFor(const http::RequestHead& head) const;

  // True if a browser asks in advance whether it may send another request.
  static bool IsPreflight(const http::RequestHead& head);

  // True if a page of an origin that is not allowed may have made a browser send this without
  // asking: it has the media type of an HTML form, or none, and comes from another site. Programs
  // that are no browsers send no Origin.
  bool MayBeForged(const http::RequestHead& head) const;

  // The answer to the preflight `head`, without what Decorate adds. `methods`: those of the path,
  // "GET, HEAD".
  static http::Response Preflight(const http::RequestHead& head, std::string methods);

  // Adds what every answer says. `allowed_origin`: what AllowedOriginFor gave for its request.
  void Decorate(std::string_view allowed_origin, http::Response* response) const;

 private:
  const bool any_;
  const std::vector<std::string> allowed_origins_;
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_CORS_H_
