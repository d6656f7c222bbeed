// The HTML that the pages share: escaping, and the frame around a page's content. Pure functions;
// any thread.
#ifndef GATEWAY_API_PAGES_HTML_H_
#define GATEWAY_API_PAGES_HTML_H_

#include <string>
#include <string_view>

namespace gateway {

// Appends `text`, escaped for an element and for a quoted attribute.
void AppendHtmlText(std::string_view text, std::string* out);

// A whole document. `title` is plain text; `root` is the path from the document to the landing
// page, such as "../" (relative, because a proxy may add a prefix to every path); `content` is the
// HTML inside <main>.
std::string HtmlDocument(std::string_view title, std::string_view root, std::string_view content);

}  // namespace gateway

#endif  // GATEWAY_API_PAGES_HTML_H_
