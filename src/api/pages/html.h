// The little HTML that the pages share: escaping and the frame around a page's content. Pure
// functions; any thread.
#ifndef GATEWAY_API_PAGES_HTML_H_
#define GATEWAY_API_PAGES_HTML_H_

#include <string>
#include <string_view>

namespace gateway {

// Appends `text` so that it is nothing but text, in an element and in a quoted attribute alike.
void AppendHtmlText(std::string_view text, std::string* out);

// A whole document. `title` is plain text; `root` leads from the document to the landing page, such
// as "../": never from "/", because a proxy may put a prefix before every path; `content` is HTML,
// the inside of <main>.
std::string HtmlDocument(std::string_view title, std::string_view root, std::string_view content);

}  // namespace gateway

#endif  // GATEWAY_API_PAGES_HTML_H_
