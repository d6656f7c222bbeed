// The characters of a token (RFC 9110, 5.6.2): methods, field names. Any thread.
#ifndef GATEWAY_API_HTTP_H1_TOKEN_H_
#define GATEWAY_API_HTTP_H1_TOKEN_H_

#include <array>
#include <string_view>

namespace gateway::http {

constexpr std::array<bool, 256> MakeTokenTable() {
  std::array<bool, 256> table{};
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}
inline constexpr std::array<bool, 256> kTokenTable = MakeTokenTable();

inline bool IsTokenChar(char c) { return kTokenTable[static_cast<unsigned char>(c)]; }

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_H1_TOKEN_H_
