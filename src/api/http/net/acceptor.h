// The accept loop: one thread that accepts connections from the listening sockets and distributes
// them to the I/O loops in turn. Over a limit a connection still gets an answer (503) before it is
// closed, unless that would take a TLS handshake. Running out of descriptors makes it pause, never
// spin, and never drops the listener.
#ifndef GATEWAY_API_HTTP_NET_ACCEPTOR_H_
#define GATEWAY_API_HTTP_NET_ACCEPTOR_H_

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "api/http/net/io_loop.h"
#include "service/ports/http_metrics.h"
#include "service/ports/logger.h"
#include "service/types/mutex.h"

namespace gateway::http {

struct AcceptLimits {
  std::size_t max_connections = 20'000;
  std::size_t max_connections_per_address = 0;  // 0: no limit
};

// Counts connections per client address. Thread-safe.
class AddressCounter final {
 public:
  explicit AddressCounter(std::size_t limit) : limit_(limit) {}
  // False if the address is at its limit; the connection is counted in any case.
  bool Add(const std::string& address);
  void Remove(const std::string& address);

 private:
  const std::size_t limit_;
  Mutex mutex_;
  std::unordered_map<std::string, std::size_t> counts_ GUARDED_BY(mutex_);
};

class Acceptor final {
 public:
  // Takes ownership of `listeners`, bound and listening non-blocking sockets. The loops must
  // outlive it.
  Acceptor(std::vector<int> listeners, StreamFactory make_stream, AcceptLimits limits,
           std::vector<IoLoop*> loops, AddressCounter& addresses, HttpMetrics& metrics,
           Logger& logger);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  ~Acceptor();

  void Start();
  // Closes the listening sockets and ends the thread. First accepts the connections that the kernel
  // has completed, so that none is reset.
  void Stop();

 private:
  void Run();
  void CloseListeners();
  bool AcceptAll(int listener);
  void Assign(int fd, Peer peer);
  std::size_t OpenConnections() const;

  std::vector<int> listeners_;
  const StreamFactory make_stream_;
  const AcceptLimits limits_;
  const std::vector<IoLoop*> loops_;
  AddressCounter& addresses_;
  HttpMetrics& metrics_;
  Logger& logger_;
  const int stop_fd_;
  std::size_t next_loop_ = 0;
  std::thread thread_;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_ACCEPTOR_H_
