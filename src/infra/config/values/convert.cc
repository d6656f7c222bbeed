#include "infra/config/values/convert.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "infra/config/text.h"

namespace gateway::config {
namespace {

using Kind = RawValue::Kind;

bool IsOneOf(const std::vector<std::string_view>& allowed, std::string_view text) {
  return allowed.empty() || std::find(allowed.begin(), allowed.end(), text) != allowed.end();
}

// "8080" in quotes if it was a string, an array as "an array", and so on.
std::string Shown(const Property& property, const RawValue& raw) {
  if (raw.kind == Kind::kArray) return "an array";
  if (raw.kind == Kind::kObject) return "an object";
  if (property.secret) return "the value given";
  if (raw.kind == Kind::kString) return "the string " + Quoted(raw.text);
  if (raw.kind == Kind::kUntyped) return Quoted(raw.text);
  return raw.text.substr(0, 80);
}

std::string_view Noun(PropertyType type) {
  switch (type) {
    case PropertyType::kBoolean:
      return "a boolean";
    case PropertyType::kInteger:
      return "an integer";
    case PropertyType::kNumber:
      return "a number";
    case PropertyType::kString:
      return "a string";
    case PropertyType::kList:
      return "an array";
    case PropertyType::kMap:
      return "an object";
  }
  return "";
}

std::string WrongType(const Property& property, const RawValue& raw) {
  return Shown(property, raw) + " is not " + std::string(Noun(property.type));
}

std::string OutOfRange(const Property& property, const RawValue& raw) {
  return Shown(property, raw) + " is out of range";
}

bool Is(const RawValue& raw, Kind kind) { return raw.kind == kind || raw.kind == Kind::kUntyped; }

template <typename T>
std::errc ParseWhole(const std::string& text, T* value) {
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, *value);
  if (parsed.ec != std::errc()) return parsed.ec;
  return parsed.ptr == end ? std::errc() : std::errc::invalid_argument;
}

template <typename T>
std::optional<Value> ConvertNumber(const Property& property, const RawValue& raw,
                                   std::string* what) {
  T value{};
  const std::errc error =
      Is(raw, Kind::kNumber) ? ParseWhole(raw.text, &value) : std::errc::invalid_argument;
  const auto number = static_cast<double>(value);
  if (error == std::errc::invalid_argument || std::isnan(number)) {
    *what = WrongType(property, raw);
    return std::nullopt;
  }
  // Written so that an overflow is out of range, too.
  if (error == std::errc() && number >= property.minimum && number <= property.maximum) {
    return Value(value);
  }
  *what = OutOfRange(property, raw);
  return std::nullopt;
}

std::optional<Value> ConvertBoolean(const Property& property, const RawValue& raw,
                                    std::string* what) {
  if (!Is(raw, Kind::kBoolean) || (raw.text != "true" && raw.text != "false")) {
    *what = WrongType(property, raw);
    return std::nullopt;
  }
  if (IsOneOf(property.allowed, raw.text)) return Value(raw.text == "true");
  *what = Shown(property, raw) + " is not allowed";
  return std::nullopt;
}

std::optional<Value> ConvertString(const Property& property, const RawValue& raw,
                                   std::string* what) {
  if (!Is(raw, Kind::kString)) {
    *what = WrongType(property, raw);
    return std::nullopt;
  }
  if (IsOneOf(property.allowed, raw.text) && Obeys(property.rule, raw.text)) return Value(raw.text);
  *what = Shown(property, raw) + " is not allowed";
  return std::nullopt;
}

std::optional<Value> ConvertList(const Property& property, const RawValue& raw, std::string* what) {
  if (raw.kind != Kind::kArray) {
    *what = WrongType(property, raw);
    if (raw.kind == Kind::kUntyped) *what += "; set each element by its index, starting at 0";
    return std::nullopt;
  }
  StringList list;
  for (std::size_t i = 0; i < raw.items.size(); ++i) {
    std::optional<std::string> element = ConvertElement(property, raw.items[i], what);
    if (!element) {
      *what = "element " + std::to_string(i) + ": " + *what;
      return std::nullopt;
    }
    list.push_back(*std::move(element));
  }
  return Value(std::move(list));
}

}  // namespace

std::optional<Value> Convert(const Property& property, const RawValue& raw, std::string* what) {
  const bool nothing = raw.kind == Kind::kNull || (raw.kind == Kind::kUntyped && raw.text.empty());
  if (property.optional && nothing) return Value(std::monostate());
  switch (property.type) {
    case PropertyType::kBoolean:
      return ConvertBoolean(property, raw, what);
    case PropertyType::kInteger:
      return ConvertNumber<std::int64_t>(property, raw, what);
    case PropertyType::kNumber:
      return ConvertNumber<double>(property, raw, what);
    case PropertyType::kString:
      return ConvertString(property, raw, what);
    case PropertyType::kList:
      return ConvertList(property, raw, what);
    case PropertyType::kMap:
      break;
  }
  *what = WrongType(property, raw);
  return std::nullopt;
}

std::optional<std::string> ConvertElement(const Property& property, const RawValue& raw,
                                          std::string* what) {
  if (!Is(raw, Kind::kString)) {
    *what = Shown(property, raw) + " is not a string";
    return std::nullopt;
  }
  if (Obeys(property.rule, raw.text)) return raw.text;
  *what = Shown(property, raw) + " is not allowed";
  return std::nullopt;
}

std::optional<std::string> ConvertMapValue(const RawValue& raw, std::string* what) {
  switch (raw.kind) {
    case Kind::kUntyped:
    case Kind::kString:
    case Kind::kNumber:
    case Kind::kBoolean:
      if (raw.text.find('\0') == std::string::npos) return raw.text;
      *what = "the value contains a zero byte";
      return std::nullopt;
    case Kind::kNull:
      *what = "null is not a value";
      return std::nullopt;
    case Kind::kArray:
      *what = "an array is not a value";
      return std::nullopt;
    case Kind::kObject:
      *what = "an object is not a value";
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace gateway::config
