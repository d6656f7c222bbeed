// Reads JSON text (RFC 8259) strictly and in place: it hands out slices of the text, never copies.
// Every byte is validated, also inside values that are only skipped, and every error has its
// offset: one pass both validates and diagnoses. It neither allocates nor recurses, regardless of
// the depth of the text. (simdjson would need a pass with its DOM parser to validate, one on demand
// for the slices, one for numbers beyond a double and one for the place of an error; on varied
// records this reader is no slower.) One reader belongs to one parse; the text must outlive it and
// must already be known to be valid UTF-8 (FindInvalidUtf8).
#ifndef GATEWAY_API_JSON_JSON_READER_H_
#define GATEWAY_API_JSON_JSON_READER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/json/json_slice.h"

namespace gateway {

// How deep a value may be nested: `[[]]` is two deep.
inline constexpr std::size_t kMaxValueDepth = 1'000;

class JsonReader final {
 public:
  explicit JsonReader(std::string_view text)
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  // The first character of the next value ('{', '"', '-', ...); '\0' at the end of the text.
  char Next() {
    while (at_ != end_ && IsSpace(*at_)) ++at_;
    return at_ == end_ ? '\0' : *at_;
  }

  // Reads one value of any kind, nested up to kMaxValueDepth. False: the text is invalid.
  bool ReadValue(JsonSlice* value);

  // Reads the array or object that Next() announced. `on_element()` must read the element and
  // `on_member(name)` the member's value, and return false if reading did. False: the text is
  // invalid.
  template <typename OnElement>
  bool ReadArray(OnElement&& on_element);
  template <typename OnMember>
  bool ReadObject(OnMember&& on_member);

  // True if only white space follows. Otherwise ReadEnd returns false, with an error.
  bool AtEnd() {
    Next();
    return at_ == end_;
  }
  bool ReadEnd();

  // After a function has returned false: the offset of the error, and a phrase about it.
  std::size_t fault_offset() const { return static_cast<std::size_t>(fault_at_ - begin_); }
  std::string_view fault() const { return fault_; }
  bool ended_early() const { return fault_at_ == end_; }

 private:
  static bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

  // These take the start and return where they stopped; null: the text is invalid.
  const char* Skip(const char* p) const;
  const char* SkipString(const char* p, JsonSlice* string);
  const char* SkipEscape(const char* p, JsonSlice* string);
  const char* SkipNumber(const char* p);
  const char* SkipLiteral(const char* p, std::string_view literal);
  const char* SkipScalar(const char* p, JsonSlice* value);
  const char* SkipContainer(const char* p);
  const char* SkipNameAndColon(const char* p);
  const char* Fault(const char* p, std::string_view what);

  bool ReadName(JsonSlice* name);
  bool FaultHere(std::string_view what) { return Fault(at_, what) != nullptr; }

  const char* begin_;
  const char* at_;
  const char* end_;
  const char* fault_at_ = nullptr;
  std::string_view fault_;
};

template <typename OnElement>
bool JsonReader::ReadArray(OnElement&& on_element) {
  ++at_;  // '['
  if (Next() == ']') {
    ++at_;
    return true;
  }
  for (;;) {
    if (!on_element()) return false;
    const char c = Next();
    if (c != ',' && c != ']') return FaultHere("',' or ']' must follow an array element");
    ++at_;
    if (c == ']') return true;
  }
}

template <typename OnMember>
bool JsonReader::ReadObject(OnMember&& on_member) {
  ++at_;  // '{'
  if (Next() == '}') {
    ++at_;
    return true;
  }
  for (;;) {
    JsonSlice name;
    if (!ReadName(&name) || !on_member(name)) return false;
    const char c = Next();
    if (c != ',' && c != '}') return FaultHere("',' or '}' must follow an object member");
    ++at_;
    if (c == '}') return true;
  }
}

}  // namespace gateway

#endif  // GATEWAY_API_JSON_JSON_READER_H_
