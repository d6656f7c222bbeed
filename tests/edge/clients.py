"""Tools of the edge tests: raw requests, a normal client that measures latency, many connections, and the
kernel's view of a process."""

import os
import pathlib
import resource
import selectors
import socket
import statistics
import struct
import threading
import time

FULL = os.environ.get("GATEWAY_EDGE", "short") == "full"
LIVE = b"GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n"
_RECORD = b'{"topic":"edge","value":"v"}'


def scaled(short, full):
    """The full size with $GATEWAY_EDGE=full, otherwise a size that is small enough for every test run."""
    return full if FULL else short


def send_request(request_id="", close=False):
    """A record to send, as bytes."""
    fields = b"X-Request-Id: %s\r\n" % request_id.encode() if request_id else b""
    fields += b"Connection: close\r\n" if close else b""
    return (b"POST /api/kafka/send HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n%s"
            b"Content-Length: %d\r\n\r\n%s" % (fields, len(_RECORD), _RECORD))


def connect(address, timeout=20):
    connection = socket.create_connection(address, timeout)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def reset(connection):
    """Closes with a RST instead of a FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def read_answer(connection, received=b""):
    """(head, body) of the next answer; None if the connection ended before it."""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            assert not received, f"the connection ended within an answer: {received!r}"
            return None
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    size = int(field(head, b"content-length") or 0)
    while len(body) < size:
        part = connection.recv(65536)
        assert part, "the connection ended within a body"
        body += part
    return head, body


def split_answers(received):
    """The statuses of all answers that one connection received, none of which answers a HEAD."""
    statuses = []
    while received:
        head, mark, rest = received.partition(b"\r\n\r\n")
        size = int(field(head, b"content-length") or 0)
        assert mark and len(rest) >= size, f"the connection ended within an answer: {received[:300]!r}"
        statuses.append(status(head))
        received = rest[size:]
    return statuses


def field(head, name):
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name.lower():
            return value.strip()
    return None


def status(head):
    return int(head.split(b" ", 2)[1])


def await_records(address):
    """Waits until the embedded broker has created the topic."""
    deadline = time.monotonic() + 20
    with connect(address) as connection:
        while True:
            connection.sendall(send_request())
            if status(read_answer(connection)[0]) == 200:
                return
            assert time.monotonic() < deadline, "no record is taken"
            time.sleep(0.05)


class PoliteClient:
    """One keep-alive connection that sends a record, waits, and sends the next, a hundred per second.
    `between` returns the latencies in milliseconds within a time span."""

    def __init__(self, address):
        self._connection = connect(address)
        self._samples = []
        self._stop = threading.Event()
        self._fault = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            while not self._stop.wait(0.01):
                started = time.monotonic()
                self._connection.sendall(send_request())
                answer = read_answer(self._connection)
                assert answer is not None and status(answer[0]) == 200, answer
                self._samples.append((started, (time.monotonic() - started) * 1000))
        except BaseException as fault:  # pylint: disable=broad-except
            self._fault = fault

    def between(self, start, end):
        if self._fault:
            raise AssertionError("the polite client was not served") from self._fault
        return Latencies([ms for at, ms in self._samples if start <= at < end])

    def measure(self, seconds):
        start = time.monotonic()
        time.sleep(seconds)
        return self.between(start, time.monotonic())

    def close(self):
        self._stop.set()
        self._thread.join(20)
        self._connection.close()


class Latencies:
    def __init__(self, values):
        assert len(values) > 20, f"only {len(values)} requests were answered"
        cuts = statistics.quantiles(values, n=100)
        self.count, self.p50, self.p99, self.max = len(values), cuts[49], cuts[98], max(values)

    def __str__(self):
        return f"p50 {self.p50:.1f} p99 {self.p99:.1f} max {self.max:.1f} ms of {self.count}"


class Clients:
    """Many connections, driven by one thread. Each busy one sends a request repeatedly."""

    def __init__(self, address, count):
        self._connections = []
        for _ in range(count):
            self._connections.append(connect(address))

    def ask_once(self, request=LIVE):
        """Every connection sends a request and gets an answer; up to 200 do so at a time."""
        for start in range(0, len(self._connections), 200):
            some = self._connections[start:start + 200]
            for connection in some:
                connection.sendall(request)
            for connection in some:
                answer = read_answer(connection)
                assert answer is not None and status(answer[0]) == 200, answer

    def keep_asking(self, seconds, request=LIVE):
        """The latencies of all requests; fails if a connection gets no answer at all."""
        latencies, sent_at, answers = [], {}, {}
        with selectors.DefaultSelector() as selector:
            for connection in self._connections:
                selector.register(connection, selectors.EVENT_READ)
                sent_at[connection] = time.monotonic()
                connection.sendall(request)
            end = time.monotonic() + seconds
            while (now := time.monotonic()) < end + 20 and sent_at:
                for key, _ in selector.select(1):
                    connection = key.fileobj
                    answer = read_answer(connection)
                    assert answer is not None and status(answer[0]) == 200, answer
                    latencies.append((time.monotonic() - sent_at.pop(connection)) * 1000)
                    answers[connection] = answers.get(connection, 0) + 1
                    if now < end:
                        sent_at[connection] = time.monotonic()
                        connection.sendall(request)
        assert not sent_at, f"{len(sent_at)} connections wait for an answer"
        assert len(answers) == len(self._connections)
        return Latencies(latencies)

    def drop(self, connection):
        self._connections.remove(connection)
        connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self._connections:
            connection.close()

    def __iter__(self):
        return iter(self._connections)

    def __len__(self):
        return len(self._connections)


def resident_bytes(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def cpu_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def open_descriptors(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def established(port):
    """The open connections of the server at IPv4 `port`: the client's address and the socket's inode, because
    a port may be reused."""
    found = set()
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        local, remote, state, inode = fields[1], fields[2], fields[3], fields[9]
        if state == "01" and int(local.partition(":")[2], 16) == port:
            found.add((remote, inode))
    return found


def raise_descriptor_limit(wanted):
    """Raises the limit on descriptors for this process and for the gateways that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted <= hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= wanted
