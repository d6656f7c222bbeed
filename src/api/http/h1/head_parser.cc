#include "api/http/h1/head_parser.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/http/h1/token.h"

namespace gateway::http {
namespace {

using std::string_view;

bool IsToken(string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenChar);
}

// RFC 9110, 5.5: visible characters, space, tab and obs-text; no other control character.
bool IsFieldValue(string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u >= 0x20 && u != 0x7F) || u == '\t';
  });
}

// Characters allowed in a request target (RFC 3986, 3.3 and 3.4, and those that browsers send
// unescaped): printable ASCII except "#", which clients never send, and quotes and brackets, which
// URIs must escape.
bool IsTarget(string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7F && string_view("#\"<>\\^`{|}").find(c) == string_view::npos;
  });
}

// Each "%" is followed by two hexadecimal digits.
bool HasValidEscapes(string_view text) {
  const auto hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  for (std::size_t i = text.find('%'); i != string_view::npos; i = text.find('%', i + 1)) {
    if (i + 2 >= text.size() || !hex(text[i + 1]) || !hex(text[i + 2])) return false;
  }
  return true;
}

string_view TrimOws(string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Method MethodOf(string_view name) {
  for (const Method method :
       {Method::kGet, Method::kHead, Method::kPost, Method::kPut, Method::kDelete, Method::kPatch,
        Method::kQuery, Method::kOptions, Method::kTrace, Method::kConnect}) {
    if (name == MethodName(method)) return method;
  }
  return Method::kUnknown;
}

// RFC 9110, 7.2 and RFC 3986, 3.2.2: a host name, an IPv4 address or an IPv6 address in brackets,
// and a port.
bool IsHost(string_view host) {
  string_view port;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == string_view::npos || end < 3) return false;
    const std::string address(host.substr(1, end - 1));
    in6_addr parsed{};
    if (inet_pton(AF_INET6, address.c_str(), &parsed) != 1) return false;
    port = host.substr(end + 1);
    if (!port.empty() && port.front() != ':') return false;
  } else {
    const std::size_t colon = host.find(':');
    const string_view name = host.substr(0, colon);
    if (colon != string_view::npos) port = host.substr(colon);
    const bool legal = std::all_of(name.begin(), name.end(), [](char c) {
      return (IsTokenChar(c) && c != '^' && c != '`' && c != '|' && c != '#') || c == '(' ||
             c == ')' || c == ',' || c == ';' || c == '=';
    });
    if (!legal || !HasValidEscapes(name)) return false;
  }
  if (port.empty()) return true;
  port.remove_prefix(1);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), value);
  return port.empty() ||
         (error == std::errc() && end == port.data() + port.size() && value <= 65'535);
}

// RFC 9112, 3.2: origin-form, absolute-form (its authority is ignored in favour of the route,
// as 3.2.2 asks servers to accept it), asterisk-form for OPTIONS. Authority-form belongs to
// CONNECT, which no route takes.
std::optional<RequestError> ParseTarget(string_view target, RequestHead* head) {
  if (head->method == Method::kOptions && target == "*") {
    head->path = target;
    return std::nullopt;
  }
  if (head->method == Method::kConnect) {
    head->path = "/";
    return std::nullopt;
  }
  if (!IsTarget(target) || !HasValidEscapes(target)) {
    return Malformed("The request target has a character that must be percent-encoded.");
  }
  if (target.front() != '/') {
    const std::size_t scheme = target.find("://");
    if (scheme == string_view::npos || (!EqualsIgnoreCase(target.substr(0, scheme), "http") &&
                                        !EqualsIgnoreCase(target.substr(0, scheme), "https"))) {
      return Malformed("The request target must begin with \"/\".");
    }
    const string_view rest = target.substr(scheme + 3);
    const std::size_t end = rest.find_first_of("/?");
    if (end == 0 || rest.empty()) return Malformed("The request target has no host.");
    if (!IsHost(rest.substr(0, end))) {
      return Malformed("The request target's authority is not a host and an optional port.");
    }
    target = end == string_view::npos ? string_view("/") : rest.substr(end);
  }
  const std::size_t question = target.find('?');
  head->path = target.substr(0, question);
  if (head->path.empty()) head->path = "/";
  if (question != string_view::npos) head->query = target.substr(question + 1);
  return std::nullopt;
}

std::optional<RequestError> ParseRequestLine(string_view line, const HeadLimits& limits,
                                             RequestHead* head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == string_view::npos || first == last) {
    return Malformed("The request line must be: method, space, target, space, HTTP/1.1.");
  }
  head->method_name = line.substr(0, first);
  const string_view target = line.substr(first + 1, last - first - 1);
  const string_view version = line.substr(last + 1);
  if (!IsToken(head->method_name)) return Malformed("The method is not a token (RFC 9110, 9.1).");
  if (target.size() > limits.max_target_bytes) {
    return Exceeds(RequestError::Kind::kTargetTooLong, limits.max_target_bytes, target.size());
  }
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != 8 || version.substr(0, 5) != "HTTP/" || !digit(version[5]) ||
      version[6] != '.' || !digit(version[7])) {
    return Malformed("The request line must end with HTTP/1.1 or HTTP/1.0.");
  }
  if (version[5] != '1') {
    return RequestError{RequestError::Kind::kUnsupportedVersion, std::string(version)};
  }
  head->minor_version = version[7] == '0' ? 0 : 1;
  head->keep_alive = head->minor_version == 1;
  head->method = MethodOf(head->method_name);
  if (head->method == Method::kUnknown) return RequestError{RequestError::Kind::kUnknownMethod};
  if (target.empty()) return Malformed("The request target is empty.");
  return ParseTarget(target, head);
}

// The framing information of all fields, collected before it is validated as a whole.
struct FramingFields {
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  bool close = false;
  bool keep_alive = false;
  string_view coding;
};

std::optional<RequestError> ParseContentLength(string_view value, RequestHead* head) {
  std::uint64_t length = 0;
  const bool digits = !value.empty() && value.size() <= 18 &&
                      value.find_first_not_of("0123456789") == string_view::npos;
  if (!digits) return Malformed("Content-Length must be one number of 1 to 18 decimal digits.");
  std::from_chars(value.data(), value.data() + value.size(), length);
  head->content_length = length;
  return std::nullopt;
}

void ParseConnection(string_view value, FramingFields* framing) {
  while (true) {
    const std::size_t comma = value.find(',');
    const string_view option = TrimOws(value.substr(0, comma));
    if (EqualsIgnoreCase(option, "close")) framing->close = true;
    if (EqualsIgnoreCase(option, "keep-alive")) framing->keep_alive = true;
    if (comma == string_view::npos) return;
    value.remove_prefix(comma + 1);
  }
}

std::optional<RequestError> NoteField(const HeaderField& field, RequestHead* head,
                                      FramingFields* framing) {
  switch (field.name.size()) {  // the length alone excludes most fields
    case 4:
      if (EqualsIgnoreCase(field.name, "host")) {
        if (++framing->hosts > 1) return Malformed("There is more than one Host field.");
        if (!IsHost(field.value))
          return Malformed("The Host field is not a host and an optional port.");
      }
      break;
    case 6:
      if (EqualsIgnoreCase(field.name, "expect")) {
        if (!EqualsIgnoreCase(field.value, "100-continue")) {
          return RequestError{RequestError::Kind::kUnknownExpectation};
        }
        head->expects_continue = head->minor_version == 1;  // RFC 9110, 10.1.1: ignored in 1.0
      }
      break;
    case 10:
      if (EqualsIgnoreCase(field.name, "connection")) ParseConnection(field.value, framing);
      break;
    case 14:
      if (EqualsIgnoreCase(field.name, "content-length")) {
        if (++framing->lengths > 1)
          return Malformed("There is more than one Content-Length field.");
        return ParseContentLength(field.value, head);
      }
      break;
    case 17:
      if (EqualsIgnoreCase(field.name, "transfer-encoding")) {
        if (++framing->codings > 1)
          return Malformed("There is more than one Transfer-Encoding field.");
        framing->coding = field.value;
      }
      break;
    default:
      break;
  }
  return std::nullopt;
}

// RFC 9112, 6.1 and 6.3, and 3.2 for Host.
std::optional<RequestError> CheckFraming(const FramingFields& framing, RequestHead* head) {
  if (framing.hosts == 0 && head->minor_version == 1)
    return Malformed("The Host field is missing.");
  if (framing.codings > 0) {
    if (framing.lengths > 0) {
      return Malformed("Content-Length and Transfer-Encoding exclude each other.");
    }
    if (head->minor_version == 0) return Malformed("HTTP/1.0 has no Transfer-Encoding.");
    if (!EqualsIgnoreCase(framing.coding, "chunked")) {
      return RequestError{RequestError::Kind::kUnknownTransferCoding};
    }
    head->chunked = true;
  }
  if (framing.keep_alive) head->keep_alive = true;
  // Bytes after a CONNECT may be a body or the start of a tunnel (RFC 9110, 9.3.6).
  if (framing.close || head->method == Method::kConnect) head->keep_alive = false;
  if (!head->HasBody()) head->expects_continue = false;
  return std::nullopt;
}

std::optional<RequestError> ParseField(string_view line, HeaderField* field) {
  if (line.front() == ' ' || line.front() == '\t') {
    return Malformed("A header field is folded over two lines (obsolete; RFC 9112, 5.2).");
  }
  const std::size_t colon = line.find(':');
  if (colon == string_view::npos) return Malformed("A header line has no colon.");
  field->name = line.substr(0, colon);
  field->value = TrimOws(line.substr(colon + 1));
  if (!IsToken(field->name)) {
    return Malformed(
        "A header name has a character that is not allowed, such as a space before the colon.");
  }
  if (!IsFieldValue(field->value)) return Malformed("A header value has a control character.");
  return std::nullopt;
}

}  // namespace

std::optional<RequestError> ParseHead(string_view block, const HeadLimits& limits,
                                      RequestHead* head) {
  std::vector<HeaderField> fields = std::move(head->fields);  // keeps its capacity
  fields.clear();
  *head = RequestHead();

  std::size_t end = block.find("\r\n");
  if (end == string_view::npos) return Malformed("The request line does not end.");
  if (auto error = ParseRequestLine(block.substr(0, end), limits, head)) return error;

  FramingFields framing;
  for (std::size_t start = end + 2; start < block.size(); start = end + 2) {
    end = block.find("\r\n", start);
    if (end == string_view::npos) return Malformed("A header line does not end.");
    if (end == start) return Malformed("There is an empty line among the header fields.");
    if (fields.size() == limits.max_fields) {
      return Exceeds(RequestError::Kind::kTooManyFields, limits.max_fields);
    }
    HeaderField field;
    if (auto error = ParseField(block.substr(start, end - start), &field)) return error;
    if (auto error = NoteField(field, head, &framing)) return error;
    fields.push_back(field);
  }
  head->fields = std::move(fields);
  return CheckFraming(framing, head);
}

}  // namespace gateway::http
