"""Compares the gateway with llhttp, the parser of Node: llhttp must see the same requests that the gateway
accepts. The gateway may be stricter, but never less strict, and must never frame differently: request smuggling
needs two parties that see different requests in the same bytes.

The test sees the gateway's requests in its answers and its access log. $GATEWAY_MUTATIONS is the number of
changed requests in addition to the samples, and $GATEWAY_MUTATIONS_SEED selects them.
"""

import base64
import contextlib
import json
import os
import random
import re
import shutil
import subprocess
import time

import pytest
from samples import CONTINUE, HELLO, SAMPLES, TYPE, chunked, get, post, send
from wire import Recording

MUTATIONS = int(os.environ.get("GATEWAY_MUTATIONS", "300"))
SEED = int(os.environ.get("GATEWAY_MUTATIONS_SEED", "9112"))

# Answers which mean that the bytes are no request, or one that cannot be processed any further.
REFUSALS = {"bad-request", "target-too-long", "head-too-large", "transfer-coding-unknown", "method-unknown",
            "version-not-supported", "expectation-failed", "body-too-large", "request-timeout"}
LOGGED = 512  # maximum length of a path in the access log
# Answers to the head alone: the length of the body is not known.
EARLY = {"route-not-found", "method-not-allowed", "unsupported-media-type", "unsupported-content-coding"}

SPICE = [b" ", b"\t", b"\r", b"\n", b"\r\n", b"\x00", b"\x0b", b"\x7f", b"\x80", b"\xff", b":", b";", b",", b"0", b"1", b"5",
         b"-", b"+", b"x", b"\r\n ", b"\r\n\r\n", b"0\r\n\r\n", b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n",
         b"Transfer-Encoding: x\r\n", b"Connection: close\r\n", b"HTTP/1.1", b"HTTP/1.0", b'"', b"%", b"/", b"@", b"\xc3\xa9"]


def smuggled(number):
    return get(f"X-Number: {number}", target=f"/health/live?{number}")


BASES = [
    get() + smuggled(1),
    post(b"hello world") + smuggled(2),
    send() + smuggled(3),
    chunked(HELLO) + smuggled(4),
    chunked(b"5;x=y\r\nhello\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n", TYPE) + smuggled(5),
    post(HELLO, "Connection: keep-alive", version="HTTP/1.0") + smuggled(6),
    get(method="HEAD") + post(b"abc", target="/no", method="POST") + smuggled(7),
    post(b"0\r\n\r\n", "X-Coding: chunked") + smuggled(8),
]


def mutations():
    """Changed requests, each with one to three changes, mostly in their heads and chunk lines."""
    dice = random.Random(SEED)
    for number in range(MUTATIONS):
        data = dice.choice(BASES)
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            data = mutate(data, dice)
        yield f"mutation {number}", data


def mutate(data, dice):
    at = dice.randrange(len(data))
    kind = dice.randrange(7)
    if kind == 0:
        return data[:at] + dice.choice(SPICE) + data[at:]
    if kind == 1:
        return data[:at] + dice.choice(SPICE) + data[at + 1:]
    if kind == 2:
        return data[:at] + data[at + 1:]
    if kind == 3:
        return data[:at] + bytes([dice.randrange(256)]) + data[at + 1:]
    lines = data.split(b"\r\n")
    line = dice.randrange(len(lines))
    if kind == 4:
        lines.insert(line, dice.choice(lines))
    elif kind == 5:
        lines[line] = dice.choice(SPICE) + lines[line]
    else:
        lines[line] = lines[line] + dice.choice(SPICE)
    return b"\r\n".join(lines)


def all_samples():
    for sample in SAMPLES:
        yield sample.name, b"".join(piece for piece in sample.pieces if piece is not CONTINUE), sample.llhttp
    for name, data in mutations():
        yield name, data, ""


@pytest.fixture(scope="module")
def llhttp():
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node to compare with")
    process = subprocess.Popen([node, os.path.join(os.path.dirname(__file__), "llhttp.mjs")],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def frame(data):
        question = {"pieces": [base64.b64encode(data).decode()]}
        process.stdin.write(json.dumps(question).encode() + b"\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    yield frame
    process.stdin.close()
    process.wait(10)


class Gateway:
    """Finds out from answers and access log how the gateway frames bytes."""

    def __init__(self, edge):
        self._edge = edge
        self._log = {}

    def received(self, data):
        """All bytes that the gateway sends until it closes, after the client has half-closed."""
        with self._edge.connect() as wire:
            wire.send(data)
            with contextlib.suppress(OSError):  # the gateway may have refused the request and closed
                wire.end()
            return wire.to_the_end()

    def taken(self, received):
        """(requests as (method, path, bytes of body or None), True if the gateway read all bytes)."""
        recording = Recording(received)
        requests = []
        while answer := recording.answer(self._to_head):
            if answer.status == 100:
                continue
            line = self._line(answer)
            to_head = self._to_head(answer)
            problem = "" if answer.status < 400 or to_head else answer.problem()
            if problem in REFUSALS or (to_head and answer.status in (400, 413, 414, 417, 431, 501, 505)):
                return requests, False
            early = problem in EARLY or (to_head and answer.status >= 400) or "http.route" not in line
            requests.append((line["http.request.method"], line["url.path"], None if early else line["bytes_in"]))
            if answer.closes():
                return requests, False
        return requests, True

    def _to_head(self, answer):
        return answer.status != 100 and self._line(answer).get("http.request.method") == "HEAD"

    def _line(self, answer):
        """The access log's line about the request that was answered."""
        request_id = answer.field("X-Request-Id")
        deadline = time.monotonic() + 10
        while request_id not in self._log:
            assert time.monotonic() < deadline, f"no access log line for {answer}"
            self._log.update((event["request_id"], event) for event in self._edge.process.events("request"))
        return self._log[request_id]


def compare(ours, went_on, theirs):
    """The difference, or None. llhttp may see more requests if the gateway has refused one or closed."""
    for number, (method, path, size) in enumerate(ours):
        if number >= len(theirs["requests"]):
            return f"the gateway accepts request {number}, llhttp does not"
        other = theirs["requests"][number]
        if method != other["method"]:
            return f"request {number} has another method"
        if method != "CONNECT" and path != path_of(other["target"])[:LOGGED]:
            return f"request {number} has another path"
        if size is not None and not other["complete"]:
            return f"request {number} is complete for the gateway alone"
        if size is not None and size != other["bytes"]:
            return f"the body of request {number} has another size"
    more = [other for other in theirs["requests"][len(ours):] if other["complete"]]
    return f"llhttp sees {len(more)} requests more" if went_on and more else None


def path_of(target):
    target = re.sub(r"(?i)\Ahttps?://[^/?]*", "", target).partition("?")[0]
    return target or "/"


def test_llhttp_reads_the_same_requests_that_the_gateway_accepts(plain_edge, llhttp):
    gateway = Gateway(plain_edge)
    samples = [(*sample, gateway.received(sample[1])) for sample in all_samples()]
    wrong = []
    counts = dict.fromkeys(("samples", "requests", "refused or closed", "of these taken further by llhttp"), 0)
    for name, data, excuse, received in samples:
        ours, went_on = gateway.taken(received)
        theirs = llhttp(data)
        counts["samples"] += 1
        counts["requests"] += len(ours)
        counts["refused or closed"] += not went_on
        counts["of these taken further by llhttp"] += not went_on and len(theirs["requests"]) > len(ours)
        fault = compare(ours, went_on, theirs)
        if fault and not excuse:
            wrong.append(f"{name}: {fault}\n  bytes  {data[:400]!r}\n  ours   {ours} {went_on}\n  llhttp {theirs}")
    print("differential:", counts)
    assert not wrong, f"{len(wrong)} of {counts['samples']} differ:\n" + "\n".join(wrong)
    assert counts["requests"] > counts["samples"] / 3, f"the gateway accepted hardly anything: {counts}"
