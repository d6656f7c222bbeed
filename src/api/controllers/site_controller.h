// Pages for browsers: the landing page, Swagger UI, the OpenAPI document, the problem types. Files
// come from a table that main fills at start-up: a client's path never reaches the file system.
// Immutable; any thread.
#ifndef GATEWAY_API_CONTROLLERS_SITE_CONTROLLER_H_
#define GATEWAY_API_CONTROLLERS_SITE_CONTROLLER_H_

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/pipeline/exchange.h"
#include "api/pipeline/router.h"

namespace gateway {

// A file of the site, read at start-up.
struct SiteFile {
  std::string name;  // "index.html"
  std::string content;
};

struct SiteOptions {
  std::string version;
  bool embedded = false;  // the in-process broker: the landing page says so
  bool management_apart =
      false;  // health and metrics are on another port: the landing page does not link them
  std::string openapi;               // the document; empty: /openapi.json is 404
  std::vector<SiteFile> swagger_ui;  // empty: /swagger/ says how to build it
};

class SiteController final {
 public:
  explicit SiteController(SiteOptions options);

  void AddRoutes(Router* router);

 private:
  struct Asset {
    std::shared_ptr<const std::string> content;
    std::string_view content_type;
    std::string etag;
  };

  void AddAsset(std::string path, std::string content);
  void Serve(const std::string& path, const http::Request& request,
             const std::shared_ptr<Exchange>& exchange) const;
  void ShowProblem(const std::shared_ptr<Exchange>& exchange) const;

  const SiteOptions options_;
  std::unordered_map<std::string, Asset> assets_;  // by path
};

}  // namespace gateway

#endif  // GATEWAY_API_CONTROLLERS_SITE_CONTROLLER_H_
