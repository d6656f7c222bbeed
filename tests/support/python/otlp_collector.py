"""An OpenTelemetry collector that stores what it receives.

`OtlpCollector` accepts OTLP over HTTP at /v1/traces, as protobuf or JSON, and decodes it by hand, by the
field numbers of opentelemetry/proto/trace/v1: it uses none of the exporter's own code.
"""

import http.server
import json
import struct
import threading
import time

KINDS = {2: "SERVER", 4: "PRODUCER"}


def _varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _fields(data):
    """{field number: [values]} of a protobuf message; the values are integers and byte strings."""
    found = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(data, at)
        elif kind == 1:
            value, at = struct.unpack_from("<Q", data, at)[0], at + 8
        elif kind == 2:
            size, at = _varint(data, at)
            value, at = data[at:at + size], at + size
        elif kind == 5:
            value, at = struct.unpack_from("<I", data, at)[0], at + 4
        else:
            raise ValueError(f"wire type {kind}")
        found.setdefault(key >> 3, []).append(value)
    return found


def _any(data):
    fields = _fields(data)
    if 1 in fields:
        return fields[1][0].decode()
    if 2 in fields:
        return bool(fields[2][0])
    if 3 in fields:
        return fields[3][0]
    return fields


def _attributes(pairs):
    found = {}
    for pair in pairs:
        fields = _fields(pair)
        found[fields[1][0].decode()] = _any(fields[2][0])
    return found


class Span:
    """One span: hexadecimal ids, `parent` "" without one, `attributes` and `resource` as dicts."""

    def __init__(self, fields, resource):
        self.resource = resource
        self.trace_id = fields[1][0].hex()
        self.span_id = fields[2][0].hex()
        self.tracestate = fields.get(3, [b""])[0].decode()
        self.parent = fields.get(4, [b""])[0].hex()
        self.name = fields[5][0].decode()
        self.kind = KINDS.get(fields[6][0])
        self.seconds = (fields[8][0] - fields[7][0]) / 1e9
        self.attributes = _attributes(fields.get(9, []))
        status = _fields(fields.get(15, [b""])[0])
        self.failed = status.get(3, [0])[0] == 2

    @property
    def traceparent(self):
        return f"00-{self.trace_id}-{self.span_id}-01"

    def __repr__(self):
        return f"Span({self.name!r} {self.kind} {self.traceparent} below {self.parent!r} {self.attributes})"


def decode(body):
    """The spans of an ExportTraceServiceRequest."""
    spans = []
    for resource_spans in _fields(body).get(1, []):
        fields = _fields(resource_spans)
        resource = _attributes(_fields(fields[1][0]).get(1, []))
        for scope_spans in fields.get(2, []):
            for span in _fields(scope_spans).get(2, []):
                spans.append(Span(_fields(span), resource))
    return spans


class OtlpCollector:
    """A server for one test. `spans` has the spans that came as protobuf, `documents` those that came as JSON,
    and `requests` the header fields of each export. With `silent` it accepts requests and never answers."""

    def __init__(self, silent=False):
        self.spans = []
        self.documents = []
        self.requests = []
        self._released = threading.Event()
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Answers as a collector does."""

            def do_POST(self):  # pylint: disable=invalid-name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.requests.append((self.path, dict(self.headers)))
                if silent:
                    collector._released.wait(60)
                    return
                if self.headers["Content-Type"].startswith("application/json"):
                    collector.documents.append(json.loads(body))
                else:
                    collector.spans.extend(decode(body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def await_spans(self, count, timeout=20):
        """Waits until there are `count` spans, and returns them."""
        self.await_that(lambda: len(self.spans) >= count, timeout)
        return self.spans

    def await_that(self, done, timeout=20):
        deadline = time.monotonic() + timeout
        while not done():
            assert time.monotonic() < deadline, f"spans {self.spans}, requests {self.requests}"
            time.sleep(0.01)

    def close(self):
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
