#include "api/pages/html.h"

namespace gateway {
namespace {

// Colours have a contrast of at least 4.5 : 1 in the light and the dark scheme. The icon is a data
// URL: without one a browser requests /favicon.ico and logs the 404.
constexpr std::string_view kHead = R"(<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%2316324f'/%3E%3Cpath d='M3 8h7M7 4l4 4-4 4' stroke='%23ffd166' stroke-width='2' fill='none'/%3E%3C/svg%3E">
<style>
:root { color-scheme: light dark; --ink: #1c2733; --soft: #52616f; --line: #d5dce3; --page: #ffffff;
  --card: #f4f7fa; --link: #0b5394; --note: #fff4d6; --note-line: #b7791f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ecf2; --soft: #a9b6c3; --line: #33414f;
  --page: #12181f; --card: #1b242e; --link: #8cc4ff; --note: #33290f; --note-line: #d9a441; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 1.0625rem/1.6 system-ui, "DejaVu Sans", sans-serif; }
header { background: #16324f; }
header a { display: block; max-width: 46rem; margin: 0 auto; padding: 0.75rem 1.25rem;
  color: #ffffff; font-weight: 600; text-decoration: none; }
main { max-width: 46rem; margin: 0 auto; padding: 1rem 1.25rem 3rem; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 1rem 0 0.5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--note-line); outline-offset: 2px; }
code, pre { font: 0.9375rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 0.75rem 1rem;
  overflow-x: auto; }
.soft { color: var(--soft); }
.note { background: var(--note); border-left: 4px solid var(--note-line); padding: 0.6rem 1rem; }
ul.links { list-style: none; padding: 0; margin: 1rem 0; border-top: 1px solid var(--line); }
ul.links li { border-bottom: 1px solid var(--line); padding: 0.5rem 0; }
ul.links a { font-weight: 600; }
ul.links span { display: block; color: var(--soft); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.75rem 0.4rem 0;
  border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
</style>
)";

}  // namespace

void AppendHtmlText(std::string_view text, std::string* out) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out->append("&amp;");
        break;
      case '<':
        out->append("&lt;");
        break;
      case '>':
        out->append("&gt;");
        break;
      case '"':
        out->append("&quot;");
        break;
      case '\'':
        out->append("&#39;");
        break;
      default:
        out->push_back(c);
    }
  }
}

std::string HtmlDocument(std::string_view title, std::string_view root, std::string_view content) {
  std::string page = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<title>";
  AppendHtmlText(title, &page);
  page.append("</title>\n").append(kHead);
  page.append("</head>\n<body>\n<header><a href=\"").append(root);
  page.append("\">kafka-gateway</a></header>\n<main>\n");
  page.append(content).append("</main>\n</body>\n</html>\n");
  return page;
}

}  // namespace gateway
