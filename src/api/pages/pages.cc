#include "api/pages/pages.h"

#include <algorithm>
#include <vector>

#include "api/pages/html.h"

namespace gateway {
namespace {

constexpr std::string_view kEmbeddedNote =
    "<p class=\"note\"><strong>This gateway writes to its embedded broker.</strong> It is for "
    "experiments and <strong>keeps nothing</strong>: its records are gone when the gateway stops, "
    "the oldest even before that. Set <code>Kafka:BootstrapServers</code> to write to a real "
    "Kafka.</p>\n";

constexpr std::string_view kLandingLinks = R"(<ul class="links">
<li><a href="swagger/">Swagger UI</a> <span>every operation, with examples that you can send from there</span></li>
<li><a href="openapi.json">openapi.json</a> <span>the same contract in machine-readable form (OpenAPI 3.1)</span></li>
)";

constexpr std::string_view kManagementLinks =
    R"(<li><a href="health">Health</a> <span>live at <a href="health/live">/health/live</a>, ready at <a href="health/ready">/health/ready</a></span></li>
<li><a href="metrics">Metrics</a> <span>in the Prometheus text format</span></li>
)";

constexpr std::string_view kManagementElsewhere =
    "<li>Health and metrics <span>are on the management port (<code>Management:Port</code>)</span>"
    "</li>\n";

constexpr std::string_view kLandingRest =
    R"(<li><a href="problems/">Problems</a> <span>what each error means, and what to do about it</span></li>
</ul>
<h2>Send a record</h2>
<pre>POST /api/kafka/send
Content-Type: application/json

{"topic": "orders", "key": "order-1042", "value": {"total": 99.5}}</pre>
<p>A 200 means that every in-sync replica has the record. Every other answer says in
<code>persistence</code> whether the record may have been stored. Many records in one request:
<code>POST /api/kafka/send/batch</code>. Raw bytes: <code>POST /api/kafka/topics/orders</code>.</p>
)";

void AppendRow(std::string_view name, std::string_view text, std::string* out) {
  out->append("<tr><th scope=\"row\">").append(name).append("</th><td>");
  AppendHtmlText(text, out);
  out->append("</td></tr>\n");
}

void AppendParagraph(std::string_view heading, std::string_view text, std::string* out) {
  out->append("<h2>").append(heading).append("</h2>\n<p>");
  AppendHtmlText(text, out);
  out->append("</p>\n");
}

}  // namespace

std::string LandingPage(std::string_view version, bool embedded, bool management_apart) {
  std::string content =
      "<h1>kafka-gateway</h1>\n<p>A REST gateway that writes records to Apache Kafka and reports "
      "the outcome of each. <span class=\"soft\">Version ";
  AppendHtmlText(version, &content);
  content.append("</span></p>\n");
  if (embedded) content.append(kEmbeddedNote);
  content.append(kLandingLinks);
  content.append(management_apart ? kManagementElsewhere : kManagementLinks);
  content.append(kLandingRest);
  return HtmlDocument("kafka-gateway", "./", content);
}

std::string ProblemPage(const ProblemInfo& info) {
  std::string content = "<h1>";
  AppendHtmlText(info.title, &content);
  content.append("</h1>\n");
  AppendParagraph("What happened", info.meaning, &content);
  AppendParagraph("What to do", info.action, &content);
  content.append("<h2>In the answer</h2>\n<table>\n");
  AppendRow("Status", std::to_string(info.status), &content);
  AppendRow("code", info.code, &content);
  AppendRow("type", std::string("/problems/").append(info.name), &content);
  AppendRow("retriable",
            info.retriable ? "true: the same request may succeed later"
                           : "false: the same request fails again until its cause is fixed",
            &content);
  if (info.retry_after_seconds > 0) {
    AppendRow("Retry-After", std::to_string(info.retry_after_seconds) + " s", &content);
  }
  content.append("</table>\n<p><a href=\"./\">All problems</a></p>\n");
  return HtmlDocument(std::string(info.title) + " - kafka-gateway", "../", content);
}

std::string ProblemIndexPage() {
  const std::span<const ProblemInfo> all = AllProblems();
  std::vector<const ProblemInfo*> by_status;
  by_status.reserve(all.size());
  for (const ProblemInfo& info : all) by_status.push_back(&info);
  std::stable_sort(
      by_status.begin(), by_status.end(),
      [](const ProblemInfo* a, const ProblemInfo* b) { return a->status < b->status; });

  std::string content =
      "<h1>Problems</h1>\n<p>Every error answer is a problem document (RFC 9457) whose "
      "<code>type</code> is one of these pages. Retry when <code>retriable</code> is true and "
      "<code>persistence</code> is <code>NotPersisted</code>. When it is "
      "<code>PossiblyPersisted</code>, retry only if a duplicate is harmless. Otherwise give up."
      "</p>\n<table>\n<tr><th scope=\"col\">Status</th><th scope=\"col\">Problem</th>"
      "<th scope=\"col\">Retriable</th></tr>\n";
  for (const ProblemInfo* info : by_status) {
    content.append("<tr><td>").append(std::to_string(info->status)).append("</td><td><a href=\"");
    AppendHtmlText(info->name, &content);
    content.append("\">");
    AppendHtmlText(info->title, &content);
    content.append("</a></td><td>").append(info->retriable ? "yes" : "no").append("</td></tr>\n");
  }
  content.append("</table>\n");
  return HtmlDocument("Problems - kafka-gateway", "../", content);
}

}  // namespace gateway
