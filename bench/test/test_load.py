"""The load generator sends what it should, counts correctly, and reports the full length of a stall.

    ./dev test --only bench
"""

import asyncio
import json
import pathlib
import ssl
import sys
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "kafka"), str(ROOT / "bench" / "driver"),
                str(ROOT / "tests" / "support" / "python")]

from pki import Pki  # noqa: E402: the paths above are needed first
from programs import load  # noqa: E402


class Server:
    """An HTTP server for tests. `answer(number, head, body)` returns the bytes to send, or None to close the
    connection; `requests` has all requests."""

    def __init__(self, answer, tls=None):
        self.answer = answer
        self.tls = tls
        self.requests = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    async def _serve(self):
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, ssl=self.tls)
        scheme = "https" if self.tls else "http"
        self.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._stop.wait()

    async def _connection(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                size = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
                body = await reader.readexactly(size)
                self.requests.append((head, body))
                answer = self.answer(len(self.requests), head, body)
                if asyncio.iscoroutine(answer):
                    answer = await answer
                if answer is None:
                    break
                writer.write(answer)
        except asyncio.IncompleteReadError:
            pass
        writer.close()

    def __enter__(self):
        self._thread.start()
        self._ready.wait(5)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)


def response(status="200 OK", body=b"{}", fields=""):
    return f"HTTP/1.1 {status}\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body


def test_every_answer_other_than_200_is_counted_by_its_status():
    with Server(lambda n, *_: response("503 No", b"later") if n % 2 else response()) as server:
        result = load(server.url, connections=1, duration=0.3, warmup=0)
    served = len(server.requests)
    assert result["bad_kinds"]["503"] == (served + 1) // 2
    assert result["acknowledged_records"] == served // 2
    assert "later" in result["first_bad"]


def test_where_refusals_are_expected_they_are_counted_apart():
    def answer(number, *_):
        refusal = response("503 No", b'{"code":"Overloaded"}', fields="Connection: close\r\n" if number % 4 == 0 else "")
        return refusal if number % 2 == 0 else response()

    with Server(answer) as server:
        result = load(server.url, connections=1, rate=100, duration=1, warmup=0, refusals=True)
    assert result["bad"] == 0
    assert result["acknowledged_records"] == 50
    assert 0 < result["refused_per_second"] <= 50


def test_a_caller_that_sends_more_than_its_rate_is_refused_too():
    def answer(number, *_):
        return response("429 No", b'{"code":"RateLimited"}') if number % 2 == 0 else response()

    with Server(answer) as server:
        result = load(server.url, connections=1, rate=100, duration=1, warmup=0, refusals=True)
    assert (result["bad"], result["acknowledged_records"]) == (0, 50)
    assert result["refused_per_second"] > 0


def test_an_answer_that_closes_its_connection_is_an_answer():
    with Server(lambda *_: response(fields="Connection: close\r\n")) as server:
        result = load(server.url, connections=2, duration=0.3, warmup=0)
    assert result["bad"] == 0
    assert result["acknowledged_records"] == len(server.requests) > 10


def test_a_connection_that_ends_without_an_answer_is_counted_and_replaced():
    with Server(lambda n, *_: None if n == 5 else response()) as server:
        result = load(server.url, connections=1, duration=0.3, warmup=0)
    assert result["bad_kinds"] == {"broken connection": 1}
    assert len(server.requests) > 10


def test_an_answer_may_come_in_pieces():
    async def answer(*_):
        return response(body=b"x" * 500_000, fields="content-type: text/plain\r\n")

    with Server(answer) as server:
        result = load(server.url, connections=2, duration=0.3, warmup=0)
    assert result["bad"] == 0 and result["requests"] > 0


def test_the_open_loop_charges_a_stall_to_every_request_that_was_due_during_it():
    async def answer(number, *_):
        if number == 200:
            await asyncio.sleep(0.5)
        return response()

    with Server(answer) as server:
        result = load(server.url, connections=1, rate=500, duration=1.5, warmup=0)
    # 250 of 750 were due while nothing could be sent, evenly up to half a second late.
    assert len(server.requests) == 750
    assert 350 < result["p99_ms"] < 650
    assert result["mean_ms"] > 50


def test_requests_that_are_never_answered_count():
    async def answer(number, *_):
        await asyncio.sleep(0 if number < 20 else 60)
        return response()

    with Server(answer) as server:
        result = load(server.url, connections=1, rate=100, duration=0.5, warmup=0)
    # The only connection waits for its twentieth answer, but further requests still become due.
    assert (result["bad"], result["unanswered"], result["unsent"]) == (1, 1, 30)
    assert result["p50_ms"] > 5000


@pytest.mark.parametrize(("form", "unpack"), [
    ("single", lambda body: [json.loads(body)]),
    ("batch", lambda body: json.loads(body)["messages"]),
    ("ndjson", lambda body: [json.loads(line) for line in body.splitlines()]),
    ("lines", lambda body: [{"value": json.loads(line)} for line in body.splitlines()]),
    ("v2", lambda body: json.loads(body)["records"]),
])
def test_the_records_are_json_of_the_size_asked_for_and_differ(form, unpack):
    with Server(lambda *_: response()) as server:
        load(server.url, format=form, records=1 if form == "single" else 7, bytes=300, keys=5,
             connections=1, duration=0.3, warmup=0)
    records = [record for _, body in server.requests[:30] for record in unpack(body)]
    texts = [json.dumps(record["value"], separators=(",", ":")) for record in records]
    assert len(set(texts)) > len(texts) // 2
    if form == "lines":
        assert {len(line) for _, body in server.requests[:30] for line in body.splitlines()} == {300}
    else:
        assert {record["key"] for record in records} == {f"key-{i}" for i in range(5)}


def test_raw_bytes_have_the_size_asked_for():
    with Server(lambda *_: response()) as server:
        load(server.url, format="raw", bytes=100_000, keys=0, connections=1, duration=0.3, warmup=0)
    assert {len(body) for _, body in server.requests} == {100_000}
    assert server.requests[0][0].startswith("POST /api/kafka/topics/bench HTTP/1.1\r\n")


def test_a_header_is_sent_with_every_request():
    with Server(lambda *_: response()) as server:
        load(server.url, header="X-API-Key: abc", connections=1, duration=0.2, warmup=0)
    assert all("\r\nX-API-Key: abc\r\n" in head for head, _ in server.requests)


def test_an_https_url_is_spoken_to_with_tls(tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Pki(tmp_path).issue("server"))
    with Server(lambda *_: response(body=b"x" * 50_000), tls=context) as server:
        result = load(server.url, connections=3, duration=0.5, warmup=0)
    assert result["bad"] == 0
    assert result["acknowledged_records"] == len(server.requests) > 3


def test_a_path_in_the_url_replaces_the_own_one():
    with Server(lambda *_: response()) as server:
        load(server.url + "/topics/other", format="v2", connections=1, duration=0.2, warmup=0)
    assert server.requests[0][0].startswith("POST /topics/other HTTP/1.1\r\n")
