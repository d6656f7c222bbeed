// The load generator: N keep-alive connections on one thread, closed loop (the next request when
// the last is answered) or open loop (at a rate that does not depend on answers). Prints one line
// of JSON.
//
//   load --url http://127.0.0.1:8080 --topic T [--format single|batch|ndjson|lines|raw|v2]
//        [--connections 64] [--rate REQUESTS_PER_SECOND] [--duration S] [--warmup S] [--keys N]
//        [--records N] [--bytes N] [--topics N] [--pid P] [--minimal] [--refusals]
//        [--header "Name: value"]
//
// --refusals: the run exceeds a limit on purpose, so a 503 or 429 is counted separately and not as
// an error, and the time of a request begins when it is sent. A path in the URL replaces the
// gateway's own. With https:// no certificate is verified. Exits with 1 if nothing answers.
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <array>
#include <csignal>
#include <deque>
#include <memory>

#include "connection.h"
#include "flags.h"
#include "measurement.h"
#include "requests.h"

namespace gateway::bench {
namespace {

class Load final {
 public:
  // `tls`: null for plain HTTP.
  Load(const RequestShape& shape, const sockaddr_in& address, SSL_CTX* tls, const RunOptions& run,
       bool refusals)
      : shape_(shape),
        refusals_(refusals),
        address_(address),
        tls_(tls),
        measurement_(run),
        requests_(MakeRequests(shape)),
        epoll_(epoll_create1(0)) {}

  // The exit code.
  int Run(std::size_t connections) {
    if (requests_.empty()) return Fail("no such --format");
    slots_ = std::vector<Slot>(connections);
    for (std::size_t i = 0; i < connections; ++i) {
      if (!slots_[i].connection.Open(address_, tls_, epoll_, i)) return Fail("cannot connect");
      free_.push_back(i);
    }
    measurement_.Start();
    Issue(Now());
    std::array<epoll_event, 512> events{};
    while (!gone_ && !measurement_.Finished(busy_ == 0)) {
      const int ready = Wait(events);
      for (int i = 0; i < ready; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        Slot& slot = slots_[event.data.u64];
        if ((event.events & EPOLLOUT) != 0) On(slot, slot.connection.OnWritable());
        if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
          On(slot, slot.connection.OnReadable());
        }
      }
      const std::uint64_t now = Now();
      measurement_.Tick(now);
      Issue(now);
    }
    if (gone_) return Fail("the server is gone");
    measurement_.Print(busy_, measurement_.TakeBacklog());
    return 0;
  }

 private:
  struct Slot {
    Connection connection;
    bool busy = false;
    std::uint64_t began = 0;
  };

  int Fail(const char* why) const {
    std::fprintf(stderr, "load: %s\n", why);
    return 1;
  }

  int Wait(std::array<epoll_event, 512>& events) const {
    const timespec timeout = measurement_.SleepTime(!free_.empty());
    return epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  }

  void Issue(std::uint64_t now) {
    std::uint64_t began = 0;
    while (!free_.empty() && measurement_.TakeTurn(now, &began)) {
      Slot& slot = slots_[free_.front()];
      free_.pop_front();
      // Twice the possible load is more than this program can send: time that a request waits here
      // must not count as the server's.
      Begin(slot, refusals_ ? now : began);
    }
  }

  static bool Refused(const Connection& connection) {
    const char* const code = connection.status() == 429 ? "RateLimited" : "Overloaded";
    return (connection.status() == 503 || connection.status() == 429) &&
           connection.head().find(code) != std::string::npos;
  }

  void Begin(Slot& slot, std::uint64_t began) {
    slot.busy = true;
    slot.began = began;
    ++busy_;
    if (++next_ == requests_.size()) next_ = 0;
    On(slot, slot.connection.Send(requests_[next_]));
  }

  void On(Slot& slot, Connection::Event event) {
    if (event == Connection::Event::kMore) return;
    const auto index = static_cast<std::size_t>(&slot - slots_.data());
    const bool usable = slot.busy && event == Connection::Event::kAnswered;
    const bool answered = usable || (slot.busy && event == Connection::Event::kLast);
    const std::uint64_t now = Now();
    if (answered && slot.connection.status() == 200) {
      measurement_.OnDone(slot.began, now, shape_.records, shape_.records * shape_.bytes);
    } else if (answered && refusals_ && Refused(slot.connection)) {
      measurement_.OnRefused(now);
    } else if (slot.busy) {
      measurement_.OnBad(answered ? std::to_string(slot.connection.status()) : "broken connection",
                         slot.connection.head());
    }
    if (slot.busy) --busy_;
    slot.busy = false;
    if (!usable && !slot.connection.Open(address_, tls_, epoll_, index)) {
      gone_ = true;
      return;
    }
    if (!answered && std::find(free_.begin(), free_.end(), index) != free_.end()) return;
    // The usual case bypasses the queue.
    if (answered && measurement_.MaySendAgain(now)) {
      Begin(slot, now);
    } else {
      free_.push_back(index);
    }
  }

  const RequestShape shape_;
  const bool refusals_;
  const sockaddr_in address_;
  SSL_CTX* const tls_;
  Measurement measurement_;
  const std::vector<std::string> requests_;
  const int epoll_;
  std::vector<Slot> slots_;
  std::deque<std::size_t> free_;
  std::size_t busy_ = 0;
  std::size_t next_ = 0;
  bool gone_ = false;
};

// http[s]://HOST:PORT[/path], with an address as the host (or localhost).
bool ParseUrl(const std::string& url, RequestShape& shape, sockaddr_in& address, bool& secure) {
  secure = url.compare(0, 8, "https://") == 0;
  const std::string scheme = secure ? "https://" : "http://";
  if (url.compare(0, scheme.size(), scheme) != 0) return false;
  const std::size_t slash = url.find('/', scheme.size());
  shape.host = url.substr(scheme.size(), slash - scheme.size());
  if (slash != std::string::npos && slash + 1 < url.size()) shape.path = url.substr(slash);
  const std::size_t colon = shape.host.find(':');
  std::string host = shape.host.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  address.sin_family = AF_INET;
  const int port = colon == std::string::npos ? 80 : std::atoi(shape.host.c_str() + colon + 1);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1;
}

int Main(int argc, char** argv) {
  const Flags flags(argc, argv,
                    {{"url", ""},
                     {"topic", "bench"},
                     {"format", "single"},
                     {"connections", "64"},
                     {"rate", "0"},
                     {"duration", "4"},
                     {"warmup", "1"},
                     {"keys", "1"},
                     {"records", "1"},
                     {"bytes", "200"},
                     {"topics", "1"},
                     {"header", ""},
                     {"pid", "0"}},
                    {{"minimal", ""}, {"refusals", ""}});
  RequestShape shape;
  sockaddr_in address{};
  bool secure = false;
  if (!ParseUrl(flags.Text("url"), shape, address, secure)) {
    std::fprintf(stderr, "load: --url must be http[s]://ADDRESS:PORT[/path]\n");
    return 64;
  }
  shape.format = flags.Text("format");
  shape.topic = flags.Text("topic");
  shape.topics = flags.Count("topics");
  shape.keys = flags.Count("keys");
  shape.records = flags.Count("records");
  shape.bytes = flags.Count("bytes");
  shape.minimal = flags.Set("minimal");
  shape.header = flags.Text("header");
  RunOptions run;
  run.warmup_seconds = flags.Number("warmup");
  run.seconds = flags.Number("duration");
  run.rate = flags.Number("rate");
  run.pid = static_cast<int>(flags.Count("pid"));

  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  prctl(PR_SET_TIMERSLACK, 1UL);
  signal(SIGPIPE, SIG_IGN);  // of TLS, which writes without MSG_NOSIGNAL
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls(
      secure ? SSL_CTX_new(TLS_client_method()) : nullptr, SSL_CTX_free);
  const auto load = std::make_unique<Load>(shape, address, tls.get(), run, flags.Set("refusals"));
  return load->Run(flags.Count("connections"));
}

}  // namespace
}  // namespace gateway::bench

int main(int argc, char** argv) { return gateway::bench::Main(argc, argv); }
