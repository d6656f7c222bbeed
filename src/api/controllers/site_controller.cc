#include "api/controllers/site_controller.h"

#include <cstdint>
#include <utility>

#include "api/pages/pages.h"

namespace gateway {
namespace {

// Swagger UI sets styles from scripts and uses data: images; it needs nothing else.
constexpr std::string_view kSwaggerContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view ContentTypeOf(std::string_view path) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},   {".png", "image/png"},
      {".json", "application/json"},         {".svg", "image/svg+xml"},
  };
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "text/plain; charset=utf-8";
}

// FNV-1a: an ETag only has to differ if the content does.
std::string EtagOf(std::string_view content) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : content) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return '"' + std::to_string(hash) + '"';
}

http::Response HtmlResponse(int status, std::string html) {
  http::Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.headers.emplace_back("Content-Security-Policy", kPageContentSecurityPolicy);
  response.body = std::move(html);
  return response;
}

// `location` is relative, like the links of the pages: a proxy may add a prefix to the path.
http::Response Redirect(std::string location) {
  http::Response response;
  response.status = 308;
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

}  // namespace

SiteController::SiteController(SiteOptions options) : options_(std::move(options)) {
  if (!options_.openapi.empty()) AddAsset("/openapi.json", options_.openapi);
  for (const SiteFile& file : options_.swagger_ui) {
    if (file.name == "index.html") AddAsset("/swagger/", file.content);
    AddAsset("/swagger/" + file.name, file.content);
  }
}

void SiteController::AddAsset(std::string path, std::string content) {
  const std::string_view type = path.ends_with('/') ? ContentTypeOf(".html") : ContentTypeOf(path);
  std::string etag = EtagOf(content);
  assets_.emplace(std::move(path), Asset{std::make_shared<const std::string>(std::move(content)),
                                         type, std::move(etag)});
}

void SiteController::AddRoutes(Router* router) {
  using ExchangePtr = std::shared_ptr<Exchange>;
  const auto get = [router](std::string path, RouteHandler handler) {
    router->Add({http::Method::kGet, std::move(path), std::move(handler), {}, false});
  };
  get("/", [this](const http::Request&, const ExchangePtr& exchange) {
    exchange->Reply(HtmlResponse(
        200, LandingPage(options_.version, options_.embedded, options_.management_apart)));
  });
  get("/openapi.json", [this](const http::Request& request, const ExchangePtr& exchange) {
    Serve("/openapi.json", request, exchange);
  });
  get("/swagger", [](const http::Request&, const ExchangePtr& exchange) {
    exchange->Reply(Redirect("swagger/"));
  });
  get("/swagger/", [this](const http::Request& request, const ExchangePtr& exchange) {
    Serve("/swagger/", request, exchange);
  });
  get("/swagger/{file}", [this](const http::Request& request, const ExchangePtr& exchange) {
    Serve("/swagger/" + std::string(exchange->context().parameters.Find("file").value_or("")),
          request, exchange);
  });
  get("/problems", [](const http::Request&, const ExchangePtr& exchange) {
    exchange->Reply(Redirect("problems/"));
  });
  get("/problems/", [](const http::Request&, const ExchangePtr& exchange) {
    exchange->Reply(HtmlResponse(200, ProblemIndexPage()));
  });
  get("/problems/{name}",
      [this](const http::Request&, const ExchangePtr& exchange) { ShowProblem(exchange); });
}

void SiteController::Serve(const std::string& path, const http::Request& request,
                           const std::shared_ptr<Exchange>& exchange) const {
  const auto found = assets_.find(path);
  if (found == assets_.end()) {
    const bool no_ui = options_.swagger_ui.empty() && path.starts_with("/swagger");
    return exchange->ReplyProblem(
        Problem(ProblemType::kRouteNotFound,
                no_ui ? "Swagger UI is not installed with this gateway; "
                        "openapi/swagger-ui/build.sh builds it. Its document is /openapi.json."
                      : "This file does not exist."));
  }
  const Asset& asset = found->second;
  http::Response response;
  response.content_type = asset.content_type;
  response.headers.emplace_back("ETag", asset.etag);
  // The document and the page change with the gateway's version: browsers revalidate them each
  // time, mostly with a 304.
  const bool page = path == "/swagger/" || path == "/openapi.json";
  response.headers.emplace_back("Cache-Control", page ? "no-cache" : "public, max-age=3600");
  response.headers.emplace_back("Content-Security-Policy", kSwaggerContentSecurityPolicy);
  if (request.head.Find("If-None-Match") == asset.etag) {
    response.status = 304;
  } else {
    response.shared_body = asset.content;
  }
  exchange->Reply(std::move(response));
}

void SiteController::ShowProblem(const std::shared_ptr<Exchange>& exchange) const {
  if (const ProblemInfo* info =
          FindProblem(exchange->context().parameters.Find("name").value_or(""))) {
    return exchange->Reply(HtmlResponse(200, ProblemPage(*info)));
  }
  exchange->ReplyProblem(
      Problem(ProblemType::kRouteNotFound,
              "There is no problem type of that name; /problems lists all types."));
}

}  // namespace gateway
