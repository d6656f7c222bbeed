"""A gateway as a process, and the HTTP client of the tests.

`GatewayProcess` starts the binary on a free port, reads its address from its log, and ends it with SIGTERM as
an operator does. `Http` sends HTTP/1.1 with the standard library; `raw` sends bytes unchanged.
"""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

from kafka_cluster import die_with_parent, kill_process

ROOT = pathlib.Path(__file__).resolve().parents[3]
START_SECONDS = 20


def binary():
    """$GATEWAY_BINARY, or the dev build."""
    return pathlib.Path(
        os.environ.get("GATEWAY_BINARY", ROOT / "build" / "dev" / "kafka-gateway"))


class Response:
    """An answer: `status`, `headers` (case-insensitive), `body` bytes."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"Response({self.status}, {self.body[:600]!r})"


# The gateway closes connections that are idle for 75 s; this client must not retry a POST that
# crosses with the close.
IDLE_SECONDS = 30


class Http:
    """A client of one address. Each thread has its own keep-alive connection."""

    def __init__(self, url, timeout=60):
        parts = urllib.parse.urlsplit(url)
        self.address = (parts.hostname, parts.port)
        self._timeout = timeout
        self._local = threading.local()

    def request(self, method, target, body=None, headers=None):
        now = time.monotonic()
        if now - getattr(self._local, "used", now) > IDLE_SECONDS:
            self.close()
        self._local.used = now
        fresh = getattr(self._local, "connection", None) is None
        if fresh:
            self._local.connection = http.client.HTTPConnection(
                *self.address, timeout=self._timeout)
        connection = self._local.connection
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            response = Response(answer.status, answer.headers, answer.read())
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.close()
            # An idle connection may have been closed; a new one must not fail.
            if fresh or method not in ("GET", "HEAD", "OPTIONS"):
                raise
            return self.request(method, target, body, headers)
        except BaseException:
            self.close()
            raise
        if answer.will_close:
            self.close()
        return response

    def get(self, target, **headers):
        return self.request("GET", target, headers=_header_names(headers))

    def post_json(self, target, value, headers=None):
        """`value`: bytes unchanged, or any value to serialize as JSON."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.request("POST", target, body,
                            {"Content-Type": "application/json", **(headers or {})})

    def send(self, **record):
        """Sends one record; the keywords are its members."""
        return self.post_json("/api/kafka/send", record)

    def send_batch(self, records, headers=None):
        return self.post_json("/api/kafka/send/batch", records, headers)

    def raw(self, data, timeout=10, close_write=False):
        """Sends bytes unchanged on a new connection; returns everything received until it closes or `timeout`
        seconds pass."""
        with socket.create_connection(self.address, timeout) as connection:
            connection.sendall(data)
            if close_write:
                connection.shutdown(socket.SHUT_WR)
            received = b""
            deadline = time.monotonic() + timeout
            try:
                while part := connection.recv(65536):
                    received += part
                    connection.settimeout(max(0.01, deadline - time.monotonic()))
            except (TimeoutError, ConnectionResetError):
                pass
            return received

    def close(self):
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None


def _header_names(keywords):
    return {name.replace("_", "-"): value for name, value in keywords.items()}


class GatewayProcess:
    """A running gateway. `settings` are configuration keys: {"Limits:RequestTimeoutMs": 2000}."""

    def __init__(self, log_path, bootstrap_servers, settings=None, environment=None, wait=True):
        self.log_path = pathlib.Path(log_path)
        settings = {
            "Http:Port": 0,
            "Logging:Format": "json",
            "Kafka:BootstrapServers": bootstrap_servers,
            **(settings or {}),
        }
        self._stopping = False
        variables = {name: value for name, value in os.environ.items()
                     if not re.match(r"(?i)(access|http|management|kafka|limits|logging|records|topics|tracing)__|OTEL_", name)}
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [str(binary()), *(f"--{key}={value}" for key, value in settings.items())],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=die_with_parent, env={**variables, **(environment or {})},
            )
        if wait:
            try:
                self.url = self.await_event("listening")["url"]
            except BaseException:
                kill_process(self.process)
                raise
            self.http = Http(self.url)
            # Health and metrics: with a management port, only this one has them.
            self.operations = self.http
            if "Management:Port" in settings:
                self.operations = Http(self.await_event("management-listening")["url"])

    def events(self, event=None):
        """The JSON lines of the log so far, or only those of one event."""
        found = []
        for line in self.log_path.read_text(errors="replace").splitlines():
            try:
                fields = json.loads(line)
            except ValueError:
                continue
            if isinstance(fields, dict) and (event is None or fields.get("event") == event):
                found.append(fields)
        return found

    def await_event(self, event, timeout=START_SECONDS):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            found = self.events(event)
            if found:
                return found[0]
            if self.process.poll() is not None:
                found = self.events(event)  # its last line may be the event
                if found:
                    return found[0]
                raise AssertionError(
                    f"the gateway ended with {self.process.returncode} before '{event}':\n{self.log()}")
            time.sleep(0.01)
        raise AssertionError(f"no '{event}' in the log after {timeout} s:\n{self.log()}")

    def await_ready(self, ready=True, timeout=START_SECONDS):
        """Waits until /health/ready is 200; returns the seconds that this took."""
        started = time.monotonic()
        wanted = 200 if ready else 503
        while True:
            answer = self.operations.get("/health/ready")
            if answer.status == wanted:
                return time.monotonic() - started
            assert time.monotonic() - started < timeout, f"not {wanted} after {timeout} s: {answer}"
            time.sleep(0.02)

    def await_in_flight(self, records, timeout=START_SECONDS):
        """Waits until the outcome of this many records is open."""
        deadline = time.monotonic() + timeout
        wanted = f"kafka_gateway_in_flight_records {records}".encode()
        while wanted not in self.operations.get("/metrics").body.splitlines():
            assert time.monotonic() < deadline, f"not {records} records in flight"
            time.sleep(0.02)

    def log(self, size=4000):
        return self.log_path.read_text(errors="replace")[-size:]

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self, timeout=40):
        """Waits until the gateway ends by itself or by a signal sent before; returns its exit code."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            kill_process(self.process)
            raise AssertionError(f"still running after {timeout} s:\n{self.log()}") from None

    def stop(self, expected=0):
        """Sends SIGTERM and waits for the drain; fails unless the exit code is `expected` (None: any)."""
        if self.process.poll() is None:
            self.signal()
        code = self.wait()
        if expected is not None:
            assert code == expected, f"the gateway ended with {code}:\n{self.log()}"
        return code

    def kill(self):
        kill_process(self.process)
