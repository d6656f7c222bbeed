// Fuzzes who calls whom again: a whole connection, fed in reads and events that the first byte
// seeds, with the limits of a turn that the second byte seeds. Whatever the bytes: when the
// connection wants no further turn and no input is left, it has answered each request that the
// framer alone finds in the same bytes in one piece, and refused what the framer refuses. What is
// missing then would hang until the client sends more, which it never does.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "support/cpp/scripted_connection.h"

namespace gateway::http {
namespace {

using Event = RequestFramer::Event;
using testing::ScriptedConnection;

void Require(bool condition) {
  if (!condition) std::abort();
}

ConnectionLimits Limits(std::uint8_t seed) {
  ConnectionLimits limits;
  limits.framer.head = {.max_target_bytes = 200, .max_head_bytes = 1'000, .max_fields = 20};
  limits.framer.max_body_bytes = 5'000;
  limits.framer.max_decoded_bytes = 1'000'000;
  limits.turn = {.reads = 1 + seed % 4,
                 .requests = 1 + seed / 4 % 4,
                 .decoded_bytes = std::size_t{1} << (seed / 16U)};
  return limits;
}

struct Expected {
  std::vector<std::string> bodies;
  bool refused = false;
  RequestError::Kind kind = RequestError::Kind::kMalformed;
};

// What the framer finds. It ends where a connection would: at a refusal, or at a request behind
// which the connection closes.
Expected Find(std::string_view input, const FramerLimits& limits) {
  Expected expected;
  RequestFramer framer(limits);
  bool last = false;
  while (!last) {
    switch (framer.Feed(&input)) {
      case Event::kNeedMore:
        return expected;
      case Event::kHead:
        framer.DecodeBody(framer.head().HasBody()
                              ? ContentCodingOf(framer.head()).value_or(ContentCoding::kIdentity)
                              : ContentCoding::kIdentity);
        break;
      case Event::kBodyData:
        break;
      case Event::kComplete:
        expected.bodies.push_back(framer.TakeBody());
        last = !framer.head().keep_alive;
        framer.Reset();
        break;
      case Event::kError:
        expected.refused = true;
        expected.kind = framer.error().kind;
        return expected;
    }
  }
  return expected;
}

void Check(std::uint32_t state, std::uint8_t turn, std::string_view bytes) {
  const ConnectionLimits limits = Limits(turn);
  const Expected expected = Find(bytes, limits.framer);
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
  Require(connection.handler.refusals.size() == (expected.refused ? 1U : 0U));
  if (expected.refused) Require(connection.handler.refusals.front().kind == expected.kind);
}

}  // namespace
}  // namespace gateway::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string bytes(data + 2, data + size);
  gateway::http::Check(data[0], data[1], bytes);
  return 0;
}
