// Which pages of other origins may read the gateway's answers in a browser (the CORS protocol of
// the Fetch standard; Http:Cors:AllowedOrigins). Off unless origins are configured. A request of
// any other origin is handled normally: the browser hides the answer from the page, and sends a
// preflight for requests that an HTML form could not send. Requests that a form could send are
// refused (MayBeForged). Immutable; any thread.
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

  // The Access-Control-Allow-Origin for this request; "" if it has no Origin, or one that is not
  // allowed.
  std::string AllowedOriginFor(const http::RequestHead& head) const;

  // True if this is a preflight request.
  static bool IsPreflight(const http::RequestHead& head);

  // True if a page of an origin that is not allowed may have made a browser send this without a
  // preflight: it has the media type of an HTML form, or none, and comes from another site.
  // Programs other than browsers send no Origin.
  bool MayBeForged(const http::RequestHead& head) const;

  // The answer to the preflight `head`, before Decorate. `methods`: those of the path, "GET, HEAD".
  static http::Response Preflight(const http::RequestHead& head, std::string methods);

  // Adds the CORS headers of every answer. `allowed_origin`: the result of AllowedOriginFor.
  void Decorate(std::string_view allowed_origin, http::Response* response) const;

 private:
  const bool any_;
  const std::vector<std::string> allowed_origins_;
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_CORS_H_
