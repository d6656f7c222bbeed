#include "infra/http_client/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <type_traits>

#include "infra/config/text.h"
#include "infra/crypto/system_authorities.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxHeadBytes = 65'536;

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* what) const {
    kFree(what);
  }
};
using Easy = std::unique_ptr<CURL, Freed<curl_easy_cleanup>>;
using FieldList = std::unique_ptr<curl_slist, Freed<curl_slist_free_all>>;
using Url = std::unique_ptr<CURLU, Freed<curl_url_cleanup>>;
using CurlText = std::unique_ptr<char, Freed<curl_free>>;

Easy NewEasy() {
  static const CURLcode kInitialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  Easy easy(kInitialized == CURLE_OK ? curl_easy_init() : nullptr);
  if (!easy) throw std::runtime_error("libcurl cannot be initialized");
  return easy;
}

std::string PartOf(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return {};
  return CurlText(text).get();
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// The answer so far. Limits apply to the bytes received: a Content-Length may be absent or wrong.
struct Incoming {
  HttpReply reply;
  std::size_t head_bytes = 0;
  std::size_t max_body_bytes = 0;
  bool too_large = false;

  // Returns `size`, or less to end the transfer.
  static std::size_t OnBody(const char* data, std::size_t /*one*/, std::size_t size, void* self) {
    auto& incoming = *static_cast<Incoming*>(self);
    incoming.too_large |= size > incoming.max_body_bytes - incoming.reply.body.size();
    if (incoming.too_large) return 0;
    incoming.reply.body.append(data, size);
    return size;
  }
  static std::size_t OnField(const char* data, std::size_t /*one*/, std::size_t size, void* self) {
    auto& incoming = *static_cast<Incoming*>(self);
    const std::string_view line(data, size);
    incoming.head_bytes += size;
    incoming.too_large |= incoming.head_bytes > kMaxHeadBytes;
    if (incoming.too_large) return 0;
    if (line.starts_with("HTTP/")) incoming.reply.fields.clear();  // a 100 came before
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      incoming.reply.fields.emplace_back(line.substr(0, colon), Trimmed(line.substr(colon + 1)));
    }
    return size;
  }
};

using Number = long;  // NOLINT(google-runtime-int): what libcurl takes and gives

template <typename Value>
void Set(CURL* easy, CURLoption option, Value value) {
  static_assert(std::is_pointer_v<Value> || std::is_same_v<Value, Number>);
  curl_easy_setopt(easy, option, value);
}

Number Count(std::chrono::milliseconds time) { return static_cast<Number>(time.count()); }

void SetRules(CURL* easy, const HttpClient::Options& options) {
  Set(easy, CURLOPT_PROTOCOLS_STR, options.allow_http ? "http,https" : "https");
  Set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  Set(easy, CURLOPT_NOSIGNAL, 1L);  // the process has several threads
  Set(easy, CURLOPT_CONNECTTIMEOUT_MS, Count(options.connect_timeout));
  Set(easy, CURLOPT_TIMEOUT_MS, Count(options.timeout));
  Set(easy, CURLOPT_HTTP_VERSION, Number{CURL_HTTP_VERSION_1_1});
  Set(easy, CURLOPT_SSLVERSION, Number{CURL_SSLVERSION_TLSv1_2});
  Set(easy, CURLOPT_USERAGENT, "kafka-gateway");
  // libcurl reads the authorities for each connection: they need not stay in memory, and may
  // change.
  Set(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
  // Like curl, and libssl; libcurl itself does not read the variable.
  const char* const authorities =
      options.ca_file.empty() ? std::getenv(kAuthoritiesVariable)  // NOLINT(concurrency-mt-unsafe)
                              : options.ca_file.c_str();
  if (authorities != nullptr && *authorities != '\0') {
    Set(easy, CURLOPT_CAINFO, authorities);
    Set(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
}

FieldList ListOf(const HttpFields& fields) {
  FieldList list(curl_slist_append(nullptr, "Expect:"));  // never wait for 100 Continue
  for (const auto& [name, value] : fields) {
    // The list's head stays the same.
    curl_slist_append(list.get(), (name + (value.empty() ? ";" : ": " + value)).c_str());
  }
  return list;
}

std::string Describe(CURLcode code, const Incoming& incoming, const char* detail) {
  if (incoming.too_large) {
    return "the answer is larger than " + std::to_string(incoming.max_body_bytes) + " bytes";
  }
  if (code == CURLE_OPERATION_TIMEDOUT) return "there was no complete answer in time";
  std::string text(Trimmed(*detail == '\0' ? curl_easy_strerror(code) : detail));
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

struct HttpClient::Handle {
  Easy easy = NewEasy();
};

std::optional<std::string_view> HttpReply::Find(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [name](const auto& field) {
    return config::EqualsIgnoringCase(field.first, name);
  });
  return found == fields.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

HttpClient::HttpClient(Options options)
    : options_(std::move(options)), handle_(std::make_unique<Handle>()) {}

HttpClient::~HttpClient() = default;

HttpClient::Outcome HttpClient::Get(const std::string& url, const HttpFields& fields) {
  return Send(url, nullptr, fields);
}

HttpClient::Outcome HttpClient::Post(const std::string& url, const std::string& body,
                                     const std::string& content_type, HttpFields fields) {
  fields.emplace_back("Content-Type", content_type);
  return Send(url, &body, fields);
}

HttpClient::Outcome HttpClient::Send(const std::string& url, const std::string* body,
                                     const HttpFields& fields) {
  if (std::string why = WhyNotUrl(url, options_.allow_http); !why.empty()) return why;
  CURL* const easy = handle_->easy.get();
  curl_easy_reset(easy);  // keeps the connections
  SetRules(easy, options_);
  const FieldList list = ListOf(fields);
  Incoming incoming;
  incoming.max_body_bytes = options_.max_body_bytes;
  std::array<char, CURL_ERROR_SIZE> detail{};
  Set(easy, CURLOPT_URL, url.c_str());
  Set(easy, CURLOPT_HTTPHEADER, list.get());
  Set(easy, CURLOPT_ERRORBUFFER, detail.data());
  Set(easy, CURLOPT_WRITEFUNCTION, &Incoming::OnBody);
  Set(easy, CURLOPT_WRITEDATA, &incoming);
  Set(easy, CURLOPT_HEADERFUNCTION, &Incoming::OnField);
  Set(easy, CURLOPT_HEADERDATA, &incoming);
  if (body != nullptr) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
    Set(easy, CURLOPT_POSTFIELDS, body->data());
  }
  const CURLcode code = curl_easy_perform(easy);
  if (code != CURLE_OK) {
    return WithoutQuery(url) + ": " + Describe(code, incoming, detail.data());
  }
  Number status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  incoming.reply.status = static_cast<int>(status);
  return std::move(incoming.reply);
}

std::string FormOf(const HttpFields& pairs) {
  std::string form;
  const auto append = [&form](const std::string& text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (const char c : text) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
      const auto byte = static_cast<unsigned char>(c);
      if (plain) {
        form += c;
      } else {
        form.append({'%', kDigits[byte >> 4U], kDigits[byte & 15U]});
      }
    }
  };
  for (const auto& [name, value] : pairs) {
    if (!form.empty()) form += '&';
    append(name);
    form += '=';
    append(value);
  }
  return form;
}

std::string WithoutQuery(const std::string& url) { return url.substr(0, url.find_first_of("?#")); }

std::string WhyNotUrl(const std::string& url, bool allow_http) {
  const Url parsed(curl_url());
  const bool printable = std::all_of(url.begin(), url.end(), [](char c) {
    constexpr char kFirst = '!';
    constexpr char kLast = '~';
    return c >= kFirst && c <= kLast;
  });
  if (!printable || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    return "is not a URL";
  }
  const std::string scheme = PartOf(parsed, CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") return "is not an https:// URL";
  if (scheme == "http" && !allow_http) return "is not an https:// URL, and http:// is not allowed";
  if (!PartOf(parsed, CURLUPART_USER).empty() || !PartOf(parsed, CURLUPART_PASSWORD).empty()) {
    return "contains credentials";
  }
  if (url.find('#') != std::string::npos) return "has a fragment";
  return {};
}

}  // namespace gateway
