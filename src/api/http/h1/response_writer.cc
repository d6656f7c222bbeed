#include "api/http/h1/response_writer.h"

#include <charconv>

namespace gateway::http {
namespace {

void AppendNumber(std::size_t number, std::string* out) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  static_cast<void>(error);  // 24 characters hold every 64-bit integer
  out->append(digits, end);
}

// A header value never ends its line early, whatever it contains.
void AppendFieldValue(std::string_view value, std::string* out) {
  const std::size_t begin = out->size();
  out->append(value);
  for (char* c = out->data() + begin; c != out->data() + out->size(); ++c) {
    if (*c == '\r' || *c == '\n' || *c == '\0') *c = ' ';
  }
}

}  // namespace

bool MayHaveBody(int status) { return status >= 200 && status != 204 && status != 304; }

std::string_view ResponseWriter::Date() {
  // strftime would write the day's and month's name in the process's locale.
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != date_second_) {
    date_second_ = now.tv_sec;
    tm utc{};
    gmtime_r(&date_second_, &utc);
    char* out = date_;
    const auto text = [&out](const char* word) {
      for (; *word != '\0'; ++word) *out++ = *word;
    };
    const auto two = [&out](int value) {
      *out++ = static_cast<char>('0' + value / 10);
      *out++ = static_cast<char>('0' + value % 10);
    };
    text(kDays[utc.tm_wday]);
    text(", ");
    two(utc.tm_mday);
    text(" ");
    text(kMonths[utc.tm_mon]);
    text(" ");
    two((utc.tm_year + 1900) / 100);
    two((utc.tm_year + 1900) % 100);
    text(" ");
    two(utc.tm_hour);
    text(":");
    two(utc.tm_min);
    text(":");
    two(utc.tm_sec);
    text(" GMT");
  }
  return {date_, 29};
}

void ResponseWriter::AppendHead(const Response& response, int minor_version, bool keep_alive,
                                std::string* out) {
  out->append("HTTP/1.1 ");
  AppendNumber(static_cast<std::size_t>(response.status), out);
  out->push_back(' ');
  out->append(ReasonPhrase(response.status));
  out->append("\r\nDate: ").append(Date());
  if (!response.content_type.empty()) {
    out->append("\r\nContent-Type: ").append(response.content_type);
  }
  if (response.stream && MayHaveBody(response.status)) {
    if (minor_version > 0) out->append("\r\nTransfer-Encoding: chunked");
  } else if (MayHaveBody(response.status)) {
    out->append("\r\nContent-Length: ");
    AppendNumber(response.Body().size(), out);
  }
  for (const auto& [name, value] : response.headers) {
    out->append("\r\n").append(name).append(": ");
    AppendFieldValue(value, out);
  }
  if (!keep_alive) {
    out->append("\r\nConnection: close");
  } else if (minor_version == 0) {
    out->append("\r\nConnection: keep-alive");
  }
  out->append("\r\n\r\n");
}

}  // namespace gateway::http
