// Fuzzes bodies that their handler consumes as they arrive, through a whole connection: the first
// two bytes seed reads, turns and pauses. The fuzzer checks that the readers have got, piece by
// piece, the bodies that the framer alone finds in the same bytes, once no input is left and each
// pause has ended; and that the connection has refused the input if the framer does.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

class Random final {
 public:
  explicit Random(std::uint32_t seed) : state_(seed) {}
  std::uint32_t Next() {
    state_ = state_ * 1'664'525 + 1'013'904'223;
    return state_ >> 24U;
  }

 private:
  std::uint32_t state_;
};

class Reader final : public BodyReader {
 public:
  explicit Reader(Random* random) : random_(random) {}
  void OnStart(BodyFlow given) override { flow = std::move(given); }
  BodyStep OnPiece(std::string_view piece) override {
    Require(!paused && !piece.empty());
    text.append(piece);
    paused = random_->Next() % 3 == 0;
    return {.pause = paused, .answer = {}};
  }
  BodyFlow flow;
  bool paused = false;
  std::string text;

 private:
  Random* const random_;
};

void Check(std::uint32_t seed, std::uint8_t turn, std::string_view bytes) {
  const ConnectionLimits limits = testing::FuzzLimits(turn);
  const testing::FramedRequests expected = testing::Frame(bytes, limits.framer);
  Random random(seed);
  ScriptedConnection connection(limits);
  std::weak_ptr<Reader> reader;
  std::vector<std::string> bodies;
  connection.handler.on_head = [&](const RequestHead& head) {
    HeadVerdict verdict;
    verdict.coding = testing::CodingOf(head);
    auto made = std::make_shared<Reader>(&random);
    reader = made;
    verdict.reader = std::move(made);
    return verdict;
  };
  connection.handler.on_request = [&](Request request, Responder responder) {
    Require(request.body.empty());
    bodies.push_back(reader.lock()->text);
    responder.Send([] { return Response(); });
  };
  const auto resume = [&] {
    const auto now = reader.lock();
    if (!now || !now->paused) return false;
    now->paused = false;
    now->flow.Resume();
    connection.RunUntilQuiet();
    return true;
  };
  const std::uint32_t longest = 1 + random.Next() * random.Next() % 5'000;
  while (!bytes.empty()) {
    const std::size_t piece = 1 + random.Next() * 19 % longest;
    connection.Arrive(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    if (random.Next() % 4 == 0) connection.RunUntilQuiet();
    if (random.Next() % 4 == 0) resume();
  }
  connection.RunUntilQuiet();
  while (resume()) {
  }
  Require(bodies == expected.bodies);
  Require(connection.handler.refusals.size() == (expected.refusal ? 1U : 0U));
}

}  // namespace
}  // namespace gateway::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string bytes(data + 2, data + size);
  gateway::http::Check(data[0], data[1], bytes);
  return 0;
}
