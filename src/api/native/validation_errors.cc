#include "api/native/validation_errors.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/http/message.h"
#include "service/produce/record_validation.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxPointerName = 256;  // maximum length of a name in a pointer
constexpr std::size_t kMaxQuotedName = 64;    // maximum length of a name in a sentence
constexpr std::size_t kMaxComparedName = 24;  // longer than every known name
constexpr std::size_t kMaxDistance = 2;       // typing errors that still resemble a name

// The number of characters to insert, delete, replace or swap with their neighbour to turn `b` into
// `a`, ignoring case. Both are at most kMaxComparedName long.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  using Row = std::array<std::size_t, kMaxComparedName + 1>;
  Row before_last{};
  Row last{};
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    Row row{};
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char x = http::LowerCase(a[i - 1]);
      const char y = http::LowerCase(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (x == y ? 0U : 1U)});
      if (i > 1 && j > 1 && x == http::LowerCase(b[j - 2]) && http::LowerCase(a[i - 2]) == y) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    before_last = last;
    last = row;
  }
  return last[b.size()];
}

// The known name that `name` most probably means; "" if none is similar.
std::string_view Nearest(std::string_view name, std::span<const std::string_view> known) {
  std::string_view nearest;
  if (name.size() > kMaxComparedName) return nearest;
  std::size_t best = kMaxDistance + 1;
  for (const std::string_view candidate : known) {
    const std::size_t distance = EditDistance(name, candidate);
    if (distance < best && distance < candidate.size() - 1) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

// The end of a sentence: which name to use instead of the unknown `name`.
std::string InsteadOf(std::string_view name, std::span<const std::string_view> known) {
  std::string text;
  if (known.empty()) return "; none is allowed here.";
  if (const std::string_view nearest = Nearest(name, known); !nearest.empty()) {
    return text.append("; did you mean \"").append(nearest).append("\"?");
  }
  text.append("; known names are ");
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (i != 0) text.append(i + 1 == known.size() ? " and " : ", ");
    text.append(known[i]);
  }
  text.push_back('.');
  return text;
}

}  // namespace

std::string Place::Pointer() const {
  std::string pointer(list);
  if (index) pointer.append("/").append(std::to_string(*index));
  if (header_index) pointer.append("/headers/").append(std::to_string(*header_index));
  return pointer;
}

std::string PointerToken(std::string_view name) {
  std::string token;
  if (name.size() > kMaxPointerName) return token;
  token.push_back('/');
  for (const char c : name) {
    if (c == '~') {
      token.append("~0");
    } else if (c == '/') {
      token.append("~1");
    } else {
      token.push_back(c);
    }
  }
  return token;
}

std::string Quoted(std::string_view name) {
  std::string quoted = "\"";
  if (name.size() <= kMaxQuotedName) return quoted.append(name).append("\"");
  std::size_t size = kMaxQuotedName;  // not within a UTF-8 sequence
  while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0U) == 0x80U) --size;
  return quoted.append(name.substr(0, size)).append("...\"");
}

void ValidationErrors::AddAt(const Place& place, std::string_view path, std::string detail) {
  ErrorDetail fault;
  fault.pointer = place.Pointer().append(path);
  fault.detail = std::move(detail);
  fault.line = place.line;
  fault.record = place.index;
  errors_.Add(RequestErrorKind::kMalformed, std::move(fault));
}

void ValidationErrors::Add(const Place& place, std::string_view path,
                           std::initializer_list<std::string_view> detail) {
  if (!HasRoom()) return;
  std::string text;
  for (const std::string_view part : detail) text.append(part);
  AddAt(place, path, std::move(text));
}

void ValidationErrors::AddUnknown(const Place& place, std::string_view name,
                                  std::span<const std::string_view> known) {
  if (!HasRoom()) return;
  AddAt(place, PointerToken(name), "Unknown member " + Quoted(name) + InsteadOf(name, known));
}

void ValidationErrors::AddDuplicate(const Place& place, std::string_view name) {
  if (!HasRoom()) return;
  AddAt(place, PointerToken(name), "The member " + Quoted(name) + " appears twice; leave one out.");
}

void ValidationErrors::AddTooMany(std::string_view path, std::size_t max_records) {
  ErrorDetail fault;
  fault.pointer = path;
  fault.detail = TooManyRecords(max_records);
  errors_.Add(RequestErrorKind::kTooManyRecords, std::move(fault));
}

void ValidationErrors::AddParameter(std::string_view name,
                                    std::initializer_list<std::string_view> detail) {
  if (!HasRoom()) return;
  ErrorDetail fault;
  fault.parameter = name.substr(0, kMaxQuotedName);
  for (const std::string_view part : detail) fault.detail.append(part);
  errors_.Add(RequestErrorKind::kMalformed, std::move(fault));
}

void ValidationErrors::AddUnknownParameter(std::string_view name,
                                           std::span<const std::string_view> known) {
  if (!HasRoom()) return;
  AddParameter(name, {"Unknown query parameter ", Quoted(name), InsteadOf(name, known)});
}

}  // namespace gateway
