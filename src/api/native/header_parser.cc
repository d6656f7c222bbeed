#include "api/native/header_parser.h"

#include <algorithm>
#include <array>
#include <string>

namespace gateway {
namespace {

constexpr std::array<std::string_view, 3> kEntryNames = {"name", "value", "encoding"};
constexpr PayloadDecoder::Field kHeaderField{"/value", "encoding", false};

}  // namespace

bool HeaderParser::Read(JsonReader* reader, const Place& place, std::span<const Header>* headers) {
  headers_.clear();
  const char first = reader->Next();
  if (first == '{') {
    if (!ReadObject(reader, place)) return false;
  } else if (first == '[') {
    if (!ReadArray(reader, place)) return false;
  } else {
    JsonSlice other;
    if (!reader->ReadValue(&other)) return false;
    errors_->Add(place, "/headers",
                 {"Headers must be an object of names and values, or an array of objects with "
                  "name, value and encoding, not ",
                  DescribeKind(other.kind), "."});
  }
  *headers = batch_->Keep(headers_);
  return true;
}

bool HeaderParser::ReadObject(JsonReader* reader, const Place& place) {
  const bool read = reader->ReadObject([&](const JsonSlice& name) {
    Header header;
    header.name = decoder_->TextOf(name, place, "/headers");
    JsonSlice value;
    if (!reader->ReadValue(&value)) return false;
    if (value.kind == JsonKind::kString) {
      const std::string path = value.half_pair ? "/headers" + PointerToken(header.name) : "";
      header.value = decoder_->TextOf(value, place, path);
    } else if (value.kind != JsonKind::kNull && errors_->HasRoom()) {
      errors_->Add(place, "/headers" + PointerToken(header.name),
                   {"A header's value must be a string or null, not ", DescribeKind(value.kind),
                    "; in the array form, \"encoding\":\"json\" allows any JSON text."});
    }
    headers_.push_back(header);
    return true;
  });
  if (read) RefuseDuplicates(place);
  return read;
}

void HeaderParser::RefuseDuplicates(const Place& place) {
  constexpr std::size_t kFew = 8;
  const auto refuse = [&](std::string_view name) {
    if (!errors_->HasRoom()) return;
    errors_->Add(place, "/headers" + PointerToken(name),
                 {"The header ", Quoted(name),
                  " appears twice; the array form of headers can repeat a name."});
  };
  if (headers_.size() <= kFew) {
    for (std::size_t i = 1; i < headers_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (headers_[i].name != headers_[j].name) continue;
        refuse(headers_[i].name);
        break;
      }
    }
    return;
  }
  std::vector<std::string_view> names;
  names.reserve(headers_.size());
  for (const Header& header : headers_) names.push_back(header.name);
  std::sort(names.begin(), names.end());
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (names[i] == names[i - 1]) refuse(names[i]);
  }
}

bool HeaderParser::ReadArray(JsonReader* reader, const Place& place) {
  Place entry = place;
  entry.header_index = 0;
  return reader->ReadArray([&] {
    const bool read = ReadEntry(reader, entry);
    ++*entry.header_index;
    return read;
  });
}

bool HeaderParser::ReadEntry(JsonReader* reader, const Place& place) {
  JsonSlice slice;
  if (reader->Next() != '{') {
    if (!reader->ReadValue(&slice)) return false;
    errors_->Add(place, "",
                 {"A header must be an object with name, value and encoding, not ",
                  DescribeKind(slice.kind), "."});
    return true;
  }
  std::array<std::optional<JsonSlice>, kEntryNames.size()> members;
  const bool read = reader->ReadObject([&](const JsonSlice& member_name) {
    const std::string_view called = decoder_->NameOf(member_name);
    const auto member = static_cast<std::size_t>(
        std::find(kEntryNames.begin(), kEntryNames.end(), called) - kEntryNames.begin());
    const bool known = member != kEntryNames.size();
    if (!known) {
      errors_->AddUnknown(place, called, kEntryNames);
    } else if (members[member]) {
      errors_->AddDuplicate(place, called);
    }
    if (!reader->ReadValue(&slice)) return false;
    if (known && !members[member]) members[member] = slice;
    return true;
  });
  if (read) headers_.push_back(HeaderOf(members[0], members[1], members[2], place));
  return read;
}

Header HeaderParser::HeaderOf(const std::optional<JsonSlice>& name,
                              const std::optional<JsonSlice>& value,
                              const std::optional<JsonSlice>& encoding, const Place& place) {
  Header header;
  if (!name) {
    errors_->Add(place, "", "The member \"name\" of the header is missing.");
  } else if (name->kind != JsonKind::kString) {
    errors_->Add(place, "/name",
                 {"A header's name must be a string, not ", DescribeKind(name->kind), "."});
  } else {
    header.name = decoder_->TextOf(*name, place, "/name");
  }
  std::optional<PayloadDecoder::Encoding> how = PayloadDecoder::Encoding::kText;
  if (encoding) how = decoder_->EncodingOf(*encoding, place, "/encoding");
  if (!value) {
    errors_->Add(place, "", "The member \"value\" of the header is missing; it may be null.");
  } else if (how) {
    header.value = decoder_->PayloadOf(*value, *how, place, kHeaderField);
  }
  return header;
}

std::span<const Header> HeaderParser::Merge(std::span<const Header> defaults,
                                            std::span<const Header> own) {
  if (own.empty()) return defaults;
  if (defaults.empty()) return own;
  headers_.clear();
  for (const Header& header : defaults) {
    const bool replaced = std::any_of(own.begin(), own.end(), [&header](const Header& other) {
      return other.name == header.name;
    });
    if (!replaced) headers_.push_back(header);
  }
  headers_.insert(headers_.end(), own.begin(), own.end());
  return batch_->Keep(headers_);
}

}  // namespace gateway
