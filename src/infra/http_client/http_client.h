// Sends requests to another HTTP server, on libcurl: for key sets, tokens and schemas. The
// configuration names the servers. Blocks until the answer is complete or the timeout is over, so
// only workers may use it, never I/O threads. Only its owner's thread calls it.
//
// It follows no redirect, speaks only HTTPS unless `allow_http` is set, and stops reading at a
// limit, regardless of the length that the server announces. Connections stay open between
// requests. The variables HTTPS_PROXY and NO_PROXY work as they do in curl.
#ifndef GATEWAY_INFRA_HTTP_CLIENT_HTTP_CLIENT_H_
#define GATEWAY_INFRA_HTTP_CLIENT_HTTP_CLIENT_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/types/result.h"

namespace gateway {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

struct HttpReply {
  int status = 0;
  HttpFields fields;  // in the server's order and spelling
  std::string body;

  // The first field of that name, ignoring case.
  std::optional<std::string_view> Find(std::string_view name) const;
};

class HttpClient final {
 public:
  struct Options {
    std::chrono::milliseconds connect_timeout{1'000};
    std::chrono::milliseconds timeout{2'000};  // of the request, including the name look-up
    std::size_t max_body_bytes = 65'536;       // of the answer
    std::string ca_file;                       // PEM; "": the authorities that the system trusts
    bool allow_http = false;                   // also without TLS
  };
  // An answer of any status, or the reason why there is none (a sentence without its full stop).
  // The sentence quotes neither the request nor the query of its URL.
  using Outcome = Result<HttpReply, std::string>;

  explicit HttpClient(Options options);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  Outcome Get(const std::string& url, const HttpFields& fields = {});
  Outcome Post(const std::string& url, const std::string& body, const std::string& content_type,
               HttpFields fields = {});

 private:
  struct Handle;  // libcurl's, which keeps the connections

  Outcome Send(const std::string& url, const std::string* body, const HttpFields& fields);

  const Options options_;
  const std::unique_ptr<Handle> handle_;
};

// The pairs as application/x-www-form-urlencoded.
std::string FormOf(const HttpFields& pairs);
inline constexpr std::string_view kFormContentType = "application/x-www-form-urlencoded";

// "https://id.example/keys", for logs and messages: a query may contain a secret.
std::string WithoutQuery(const std::string& url);

// The reason why `url` cannot be requested, "" if it can. Credentials in a URL are refused, because
// URLs appear in logs.
std::string WhyNotUrl(const std::string& url, bool allow_http);

}  // namespace gateway

#endif  // GATEWAY_INFRA_HTTP_CLIENT_HTTP_CLIENT_H_
