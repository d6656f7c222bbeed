#include "api/json/json_reader.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstring>

#include "api/json/json_escape.h"

namespace gateway {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// True if the byte ends a run of plain characters in a string.
bool IsSpecial(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

constexpr std::uint64_t kEach = 0x0101'0101'0101'0101U;

// Bit 7 of each byte that is zero; bytes above the first hit may be wrong.
std::uint64_t ZeroBytes(std::uint64_t block) { return (block - kEach) & ~block & (kEach << 7U); }

// The first special byte of [p, end), or `end`. Many bytes at a time: most of a body is strings.
const char* FindSpecial(const char* p, const char* end) {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1F);
  for (; end - p >= 16; p += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block);
    const __m128i hits = _mm_or_si128(
        control, _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hits));
    if (mask != 0) return p + std::countr_zero(mask);
  }
#endif
  if constexpr (std::endian::native == std::endian::little) {
    while (end - p >= 8) {
      std::uint64_t block = 0;
      std::memcpy(&block, p, sizeof block);
      const std::uint64_t control = (block - kEach * 0x20U) & ~block & (kEach << 7U);
      const std::uint64_t hits =
          ZeroBytes(block ^ (kEach * '"')) | ZeroBytes(block ^ (kEach * '\\')) | control;
      if (hits != 0) return p + std::countr_zero(hits) / 8;
      p += 8;
    }
  }
  while (p != end && !IsSpecial(*p)) ++p;
  return p;
}

// Which of the open containers are objects, the innermost last.
class Nesting final {
 public:
  std::size_t depth() const { return depth_; }
  bool in_object() const { return in_object_; }
  void Push(bool object) {
    Set(depth_, in_object_);
    in_object_ = object;
    ++depth_;
  }
  void Pop() {
    --depth_;
    in_object_ = ((bits_[depth_ / 64] >> (depth_ % 64)) & 1U) != 0;
  }

 private:
  void Set(std::size_t i, bool object) {
    const std::uint64_t bit = std::uint64_t{1} << (i % 64);
    if (object) {
      bits_[i / 64] |= bit;
    } else {
      bits_[i / 64] &= ~bit;
    }
  }

  std::array<std::uint64_t, kMaxValueDepth / 64 + 1> bits_;  // set before they are read
  std::size_t depth_ = 0;
  bool in_object_ = false;
};

}  // namespace

bool JsonReader::ReadValue(JsonSlice* value) {
  const char* const from = Skip(at_);
  const char* p = nullptr;
  value->escaped = false;
  value->half_pair = false;
  if (from != end_ && (*from == '{' || *from == '[')) {
    value->kind = *from == '{' ? JsonKind::kObject : JsonKind::kArray;
    p = SkipContainer(from);
  } else {
    p = SkipScalar(from, value);
  }
  if (p == nullptr) return false;
  value->text = {from, static_cast<std::size_t>(p - from)};
  at_ = p;
  return true;
}

bool JsonReader::ReadEnd() { return AtEnd() || FaultHere("nothing may follow the JSON text"); }

bool JsonReader::ReadName(JsonSlice* name) {
  if (Next() != '"') return FaultHere("an object member must begin with a name in double quotes");
  const char* const from = at_;
  const char* const p = SkipString(at_ + 1, name);
  if (p == nullptr) return false;
  name->kind = JsonKind::kString;
  name->text = {from, static_cast<std::size_t>(p - from)};
  at_ = p;
  if (Next() != ':') return FaultHere("':' must follow a member's name");
  ++at_;
  return true;
}

const char* JsonReader::Fault(const char* p, std::string_view what) {
  fault_at_ = p;
  fault_ = what;
  return nullptr;
}

const char* JsonReader::Skip(const char* p) const {
  while (p != end_ && IsSpace(*p)) ++p;
  return p;
}

// Reads from behind the opening quote to behind the closing one.
const char* JsonReader::SkipString(const char* p, JsonSlice* string) {
  for (;;) {
    p = FindSpecial(p, end_);
    if (p == end_) return Fault(p, "a string has no closing quote");
    if (*p == '"') return p + 1;
    if (*p != '\\') return Fault(p, "a control character in a string must be escaped (\\u00XX)");
    string->escaped = true;
    p = SkipEscape(p, string);
    if (p == nullptr) return nullptr;
  }
}

const char* JsonReader::SkipEscape(const char* p, JsonSlice* string) {
  if (p + 1 == end_) return Fault(end_, "a string has no closing quote");
  if (p[1] != 'u') {
    if (std::string_view("\"\\/bfnrt").find(p[1]) != std::string_view::npos) return p + 2;
    return Fault(
        p,
        "a string has an unknown escape; the known escapes are \\\" \\\\ \\/ \\b \\f \\n \\r "
        "\\t \\uXXXX");
  }
  const int code = HexQuad(p + 2, end_);
  if (code < 0) return Fault(p, "four hexadecimal digits must follow \\u");
  if (!IsSurrogate(code)) return p + 6;
  if (IsHighSurrogate(code) && LowSurrogateAt(p + 6, end_) >= 0) return p + 12;
  string->half_pair = true;
  return p + 6;
}

const char* JsonReader::SkipNumber(const char* p) {
  const auto digits = [this](const char* q) {
    while (q != end_ && IsDigit(*q)) ++q;
    return q;
  };
  if (*p == '-') ++p;
  if (p == end_ || !IsDigit(*p)) return Fault(p, "a digit must follow '-'");
  if (*p == '0') {
    ++p;
    if (p != end_ && IsDigit(*p)) return Fault(p, "a number has no leading zeros");
  } else {
    p = digits(p);
  }
  if (p != end_ && *p == '.') {
    const char* const fraction = p + 1;
    p = digits(fraction);
    if (p == fraction) return Fault(p, "a digit must follow the decimal point");
  }
  if (p != end_ && (*p == 'e' || *p == 'E')) {
    ++p;
    if (p != end_ && (*p == '+' || *p == '-')) ++p;
    const char* const exponent = p;
    p = digits(exponent);
    if (p == exponent) return Fault(p, "a digit must follow the exponent's 'e'");
  }
  return p;
}

const char* JsonReader::SkipLiteral(const char* p, std::string_view literal) {
  const std::string_view rest(p, static_cast<std::size_t>(end_ - p));
  if (rest.substr(0, literal.size()) == literal) return p + literal.size();
  return Fault(p, "a JSON value is expected here");
}

const char* JsonReader::SkipScalar(const char* p, JsonSlice* value) {
  if (p == end_) return Fault(p, "a JSON value is expected here");
  switch (*p) {
    case '"':
      value->kind = JsonKind::kString;
      return SkipString(p + 1, value);
    case 't':
      value->kind = JsonKind::kTrue;
      return SkipLiteral(p, "true");
    case 'f':
      value->kind = JsonKind::kFalse;
      return SkipLiteral(p, "false");
    case 'n':
      value->kind = JsonKind::kNull;
      return SkipLiteral(p, "null");
    default:
      if (*p != '-' && !IsDigit(*p)) return Fault(p, "a JSON value is expected here");
      value->kind = JsonKind::kNumber;
      return SkipNumber(p);
  }
}

const char* JsonReader::SkipNameAndColon(const char* p) {
  p = Skip(p);
  if (p == end_ || *p != '"') {
    return Fault(p, "an object member must begin with a name in double quotes");
  }
  JsonSlice name;
  p = SkipString(p + 1, &name);
  if (p == nullptr) return nullptr;
  p = Skip(p);
  if (p == end_ || *p != ':') return Fault(p, "':' must follow a member's name");
  return p + 1;
}

// Reads from an opening bracket to behind the matching closing one.
const char* JsonReader::SkipContainer(const char* p) {
  Nesting nesting;
  JsonSlice scalar;
  for (;;) {
    // A value begins at p.
    if (p != end_ && (*p == '{' || *p == '[')) {
      if (nesting.depth() == kMaxValueDepth) {
        return Fault(p, "a value is nested deeper than 1000 arrays and objects");
      }
      nesting.Push(*p == '{');
      p = Skip(p + 1);
      if (p == end_ || *p != (nesting.in_object() ? '}' : ']')) {
        if (nesting.in_object()) p = SkipNameAndColon(p);
        if (p == nullptr) return nullptr;
        p = Skip(p);
        continue;
      }
      nesting.Pop();
      ++p;
    } else {
      p = SkipScalar(p, &scalar);
      if (p == nullptr) return nullptr;
    }
    // A value has ended at p.
    for (;; ++p) {
      if (nesting.depth() == 0) return p;
      p = Skip(p);
      if (p != end_ && *p == ',') break;
      if (p == end_ || *p != (nesting.in_object() ? '}' : ']')) {
        return Fault(p, nesting.in_object() ? "',' or '}' must follow an object member"
                                            : "',' or ']' must follow an array element");
      }
      nesting.Pop();
    }
    ++p;
    if (nesting.in_object()) p = SkipNameAndColon(p);
    if (p == nullptr) return nullptr;
    p = Skip(p);
  }
}

}  // namespace gateway
