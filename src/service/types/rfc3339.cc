#include "service/types/rfc3339.h"

#include <chrono>
#include <cstdint>

namespace gateway {
namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;
constexpr std::int64_t kDaysPer400Years = 146'097;

// Consumes text from the front.
class Cursor final {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  // Exactly `count` digits; -1 otherwise.
  int Digits(std::size_t count) {
    if (rest_.size() < count) return -1;
    int number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!IsDigit(rest_[i])) return -1;
      number = number * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return number;
  }
  // One of the characters of `any`; '\0' otherwise.
  char OneOf(std::string_view any) {
    if (rest_.empty() || any.find(rest_[0]) == std::string_view::npos) return '\0';
    const char c = rest_[0];
    rest_.remove_prefix(1);
    return c;
  }
  // The milliseconds of one or more digits after the point; -1 if there is none.
  int Fraction() {
    int ms = 0;
    int weight = 100;
    std::size_t count = 0;
    for (; count < rest_.size() && IsDigit(rest_[count]); ++count) {
      ms += (rest_[count] - '0') * weight;
      weight /= 10;
    }
    rest_.remove_prefix(count);
    return count == 0 ? -1 : ms;
  }
  bool AtEnd() const { return rest_.empty(); }

 private:
  static bool IsDigit(char c) { return c >= '0' && c <= '9'; }

  std::string_view rest_;
};

bool Within(int number, int low, int high) { return number >= low && number <= high; }

// "Z" or "+hh:mm", in milliseconds east of UTC.
std::optional<std::int64_t> ParseOffset(Cursor* in) {
  const char sign = in->OneOf("Zz+-");
  if (sign == '\0') return std::nullopt;
  if (sign == 'Z' || sign == 'z') return 0;
  const int hours = in->Digits(2);
  const bool colon = in->OneOf(":") != '\0';
  const int minutes = in->Digits(2);
  if (!colon || !Within(hours, 0, 23) || !Within(minutes, 0, 59)) return std::nullopt;
  const std::int64_t ms = std::int64_t{hours * 60 + minutes} * 60'000;
  return sign == '-' ? -ms : ms;
}

void AppendPadded(std::int64_t number, int width, std::string* out) {
  char digits[24];
  int at = 24;
  do {
    digits[--at] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0 || 24 - at < width);
  out->append(digits + at, static_cast<std::size_t>(24 - at));
}

}  // namespace

std::optional<TimestampMs> ParseRfc3339(std::string_view text) {
  Cursor in(text);
  const int year = in.Digits(4);
  const bool dash1 = in.OneOf("-") != '\0';
  const int month = in.Digits(2);
  const bool dash2 = in.OneOf("-") != '\0';
  const int day = in.Digits(2);
  const bool t = in.OneOf("Tt") != '\0';
  const int hour = in.Digits(2);
  const bool colon1 = in.OneOf(":") != '\0';
  const int minute = in.Digits(2);
  const bool colon2 = in.OneOf(":") != '\0';
  const int second = in.Digits(2);
  const int ms = in.OneOf(".") != '\0' ? in.Fraction() : 0;
  if (!dash1 || !dash2 || !t || !colon1 || !colon2) return std::nullopt;
  if (year < 0 || month < 0 || day < 0 || ms < 0) return std::nullopt;
  if (!Within(hour, 0, 23) || !Within(minute, 0, 59) || !Within(second, 0, 59)) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)});
  if (!date.ok()) return std::nullopt;
  const std::optional<std::int64_t> offset = ParseOffset(&in);
  if (!offset || !in.AtEnd()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = (hour * 60 + minute) * 60 + second;
  return days * kMsPerDay + seconds * 1'000 + ms - *offset;
}

void AppendRfc3339(TimestampMs ms, std::string* out) {
  // The calendar repeats every 400 years: the remainder fits std::chrono's 16-bit year.
  std::int64_t days = ms / kMsPerDay;
  std::int64_t of_day = ms % kMsPerDay;
  if (of_day < 0) {
    of_day += kMsPerDay;
    --days;
  }
  const std::int64_t cycles = days / kDaysPer400Years;
  const auto rest = static_cast<int>(days - cycles * kDaysPer400Years);
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days{rest})};
  const std::int64_t year = static_cast<int>(date.year()) + cycles * 400;

  if (year >= 0 && year <= 9999) {
    AppendPadded(year, 4, out);
  } else {
    out->push_back(year < 0 ? '-' : '+');
    AppendPadded(year < 0 ? -year : year, 6, out);
  }
  char tail[] = "-00-00T00:00:00.000Z";
  const auto put = [&tail](int at, std::int64_t two_digits) {
    tail[at] = static_cast<char>('0' + two_digits / 10);
    tail[at + 1] = static_cast<char>('0' + two_digits % 10);
  };
  put(1, static_cast<unsigned>(date.month()));
  put(4, static_cast<unsigned>(date.day()));
  put(7, of_day / 3'600'000);
  put(10, of_day / 60'000 % 60);
  put(13, of_day / 1'000 % 60);
  tail[16] = static_cast<char>('0' + of_day % 1'000 / 100);
  put(17, of_day % 100);
  out->append(tail, sizeof tail - 1);
}

}  // namespace gateway
