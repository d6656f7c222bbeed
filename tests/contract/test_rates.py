"""The rates of an access file, over HTTP. The limits are so low that a bucket gains nothing during a test."""

import concurrent.futures
import re
import threading

import pytest
from access_file import entry, new_key, rate, rule, write
from gateway_process import GatewayProcess

NAMES = ("requests", "records", "bytes", "chunked", "reload", "flood", "calm")
KEYS = {name: new_key(name) for name in NAMES}
SECTIONS = {
    "ApiKeys": [entry(key, f"svc-{name}") for name, key in KEYS.items()],
    "Grants": [rule("svc-*", "orders")],
    "Rates": [
        rate("svc-requests", RequestsPerSecond=1, BurstSeconds=5, BytesPerSecond=1_000_000),
        rate("svc-records", RecordsPerSecond=1, BurstSeconds=100),
        rate("svc-bytes svc-chunked", BytesPerSecond=1, BurstSeconds=1000),
        rate("svc-reload", RecordsPerSecond=1, BurstSeconds=1000),
        rate("svc-flood", RequestsPerSecond=50),
    ],
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rates")
    write(folder / "access.json", **SECTIONS)
    process = GatewayProcess(folder / "gateway.log", "embedded",
                             {"Access:File": folder / "access.json", "Logging:AccessSample": 10})
    process.access_path = folder / "access.json"
    try:
        process.await_ready()
        yield process
        process.stop()
    finally:
        process.kill()


def send(gateway, name, value="v"):
    return gateway.http.post_json("/api/kafka/send", {"topic": "orders", "value": value}, {"X-API-Key": KEYS[name]})


def send_batch(gateway, name, count):
    return gateway.http.send_batch([{"topic": "orders", "value": 1}] * count, {"X-API-Key": KEYS[name]})


def limited(answer, document, path, unit):
    """The seconds of Retry-After, of an answer that is as documented."""
    assert answer.status == 429, answer
    document.check("POST", path, answer)
    body = answer.json()
    assert (body["type"], body["code"]) == ("/problems/rate-limited", "RateLimited")
    assert (body["retriable"], body["persistence"]) == (True, "NotPersisted")
    seconds = answer.headers["Retry-After"]
    assert re.fullmatch(rf'"{unit}";r=\d+;t={seconds}', answer.headers["RateLimit"])
    assert f'"{unit}";q=' in answer.headers["RateLimit-Policy"]
    return int(seconds)


def test_requests(gateway, document):
    answers = [send(gateway, "requests") for _ in range(20)]
    refused = [answer for answer in answers if answer.status == 429]
    assert len(refused) >= 10
    assert answers[0].status == 200
    assert limited(refused[-1], document, "/api/kafka/send", "requests") == 1
    assert refused[0].headers["RateLimit-Policy"] == '"requests";q=5;w=5, "bytes";q=5000000;qu="content-bytes";w=5'


def test_records(gateway, document):
    assert send_batch(gateway, "records", 60).status == 200
    seconds = limited(send_batch(gateway, "records", 60), document, "/api/kafka/send/batch", "records")
    assert 1 <= seconds <= 20
    assert send_batch(gateway, "records", 40).status == 200, "a refusal takes nothing"
    limited(send_batch(gateway, "records", 60), document, "/api/kafka/send/batch", "records")


def test_bytes_are_refused_before_they_are_sent(gateway, document):
    assert send(gateway, "bytes", "x" * 900).status == 200
    limited(send(gateway, "bytes", "x" * 900), document, "/api/kafka/send", "bytes")
    head = (f"POST /api/kafka/topics/orders HTTP/1.1\r\nHost: h\r\nX-API-Key: {KEYS['bytes']}\r\n"
            "Content-Type: text/plain\r\nContent-Length: 900\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
    assert gateway.http.raw(head.encode(), close_write=True).startswith(b"HTTP/1.1 429")


def test_a_chunked_body_is_charged_afterwards(gateway):
    head = (f"POST /api/kafka/topics/orders HTTP/1.1\r\nHost: h\r\nX-API-Key: {KEYS['chunked']}\r\n"
            "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
    body = f"{5000:x}\r\n{'x' * 5000}\r\n0\r\n\r\n"
    assert gateway.http.raw((head + body).encode()).startswith(b"HTTP/1.1 200")
    assert gateway.http.raw((head + body).encode()).startswith(b"HTTP/1.1 429")


def test_a_reload_keeps_what_is_left(gateway):
    assert send_batch(gateway, "reload", 990).status == 200
    write(gateway.access_path, **SECTIONS, Denials=[])
    gateway.await_event("access-reloaded")
    assert send_batch(gateway, "reload", 900).status == 429


def test_a_flood_of_one_does_not_refuse_another(gateway):
    stop = threading.Event()

    def flood():
        while not stop.is_set():
            statuses.add(send(gateway, "flood").status)

    statuses = set()
    threads = [threading.Thread(target=flood) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        assert {send(gateway, "calm").status for _ in range(100)} == {200}
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert statuses == {200, 429}


def test_refusals_are_counted_by_principal_and_sampled_in_the_log(gateway):
    # Several connections, because each pauses after a 429.
    with concurrent.futures.ThreadPoolExecutor(16) as senders:
        answers = senders.map(lambda _: send(gateway, "flood"), range(300))
        refused = sum(answer.status == 429 for answer in answers)
    assert refused > 100
    text = gateway.http.get("/metrics", **{"X-API-Key": KEYS["calm"]}).body.decode()
    counted = re.search(r'^kafka_gateway_rate_limited_total{principal="svc-flood",limit="requests"} (\d+)$', text, re.MULTILINE)
    assert int(counted[1]) >= refused
    lines = [line for line in gateway.events("request") if line.get("error.type") == "RateLimited"]
    assert 1 <= len(lines) <= int(counted[1]) / 5 + 10
    assert lines[0]["enduser.id"].startswith("svc-")
