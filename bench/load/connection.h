// One keep-alive connection of the load generator: sends a whole request, then reads its answer and
// looks only at the status and at Content-Length. Never two requests at once. For one thread.
#ifndef BENCH_LOAD_CONNECTION_H_
#define BENCH_LOAD_CONNECTION_H_

#include <netinet/in.h>
#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gateway::bench {

class Connection final {
 public:
  // kLast: a whole answer, after which the connection cannot be used.
  enum class Event { kMore, kAnswered, kLast, kBroken };

  Connection() = default;
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Connects (blocking), with TLS if `tls` is not null, and registers the socket with `epoll` under
  // `tag`. False if that fails.
  bool Open(const sockaddr_in& address, SSL_CTX* tls, int epoll, std::uint64_t tag);

  // Begins to send; `request` must stay valid until the answer has arrived.
  Event Send(std::string_view request);
  // Call it when epoll reports an event.
  Event OnWritable();
  Event OnReadable();

  int status() const { return status_; }
  // The beginning of the last answer, for messages, if it was not a well-formed 200.
  const std::string& head() const { return head_; }

 private:
  struct FreeTls {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  bool Handshake(SSL_CTX* tls);
  // As send(2) and recv(2) without waiting.
  ssize_t Write(std::string_view data);
  ssize_t Read(char* data, std::size_t size);
  Event Push();
  void Watch(bool writable);
  Event Take(std::string_view data);
  bool TakeHead(std::string_view head);

  int epoll_ = -1;
  int fd_ = -1;
  std::unique_ptr<SSL, FreeTls> tls_;  // null: plain TCP
  std::uint64_t tag_ = 0;
  bool watches_writable_ = false;
  bool closes_ = false;
  std::string_view unsent_;
  std::string head_;
  bool in_head_ = true;
  std::size_t body_left_ = 0;
  int status_ = 0;
};

}  // namespace gateway::bench

#endif  // BENCH_LOAD_CONNECTION_H_
