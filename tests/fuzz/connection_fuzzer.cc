// Fuzzes a whole connection, to find missing wake-ups: the first byte seeds the reads and events,
// the second the limits of a turn. The fuzzer checks that, when the connection wants no further
// turn and no input is left, it has answered each request that the framer alone finds in the same
// bytes in one piece, and refused the input if the framer does. A missing answer would hang until
// the client sends more, which it never does.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/cpp/connection_fuzzing.h"
#include "support/cpp/fuzzing.h"
#include "support/cpp/scripted_connection.h"

namespace gateway::http {
namespace {

using testing::Require;
using testing::ScriptedConnection;

void Check(std::uint32_t state, std::uint8_t turn, std::string_view bytes) {
  const ConnectionLimits limits = testing::FuzzLimits(turn);
  const testing::FramedRequests expected = testing::Frame(bytes, limits.framer);
  const auto random = [&state] {
    state = state * 1'664'525 + 1'013'904'223;
    return state >> 24U;
  };
  ScriptedConnection connection(limits);
  const std::uint32_t longest = 1 + random() * random() % 5'000;
  while (!bytes.empty()) {
    const std::size_t piece = 1 + random() * 19 % longest;
    connection.Arrive(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    if (random() % 4 == 0) connection.RunUntilQuiet();
  }
  if (random() % 2 == 0) connection.HalfClose();
  connection.RunUntilQuiet();
  Require(connection.handler.bodies == expected.bodies);
  Require(connection.handler.answers == expected.bodies.size());
  Require(connection.handler.refusals.size() == (expected.refusal ? 1U : 0U));
  if (expected.refusal) {
    Require(connection.handler.refusals.front().kind == expected.refusal->kind);
  }
}

}  // namespace
}  // namespace gateway::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string bytes(data + 2, data + size);
  gateway::http::Check(data[0], data[1], bytes);
  return 0;
}
