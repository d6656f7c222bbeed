"""Kafka fails and recovers: answers are correct meanwhile, and the gateway needs no restart."""

import threading
import time

import pytest
from kafka_cluster import KafkaCluster

DEADLINE_MS = 3000
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def own_kafka():
    """A broker that this test may stop."""
    with KafkaCluster(1) as cluster:
        yield cluster


def start(start_gateway, kafka):
    gateway = start_gateway(kafka.bootstrap_servers, settings={
        "Limits:RequestTimeoutMs": DEADLINE_MS, "Kafka:MessageTimeoutMs": DEADLINE_MS - 500})
    gateway.await_ready()
    return gateway


def timed_send(gateway, **record):
    started = time.monotonic()
    return gateway.http.send(**record), time.monotonic() - started


def test_a_stopped_broker_is_answered_in_time_and_recovered_from(own_kafka, start_gateway):
    gateway = start(start_gateway, own_kafka)
    topic = own_kafka.create_topic()
    assert gateway.http.send(topic=topic, value="before").status == 200
    own_kafka.brokers[0].kill()

    gateway.await_ready(False)
    assert gateway.http.get("/health/live").status == 200
    possible = []
    for i in range(3):
        answer, seconds = timed_send(gateway, topic=topic, value=f"during-{i}")
        assert answer.status in (503, 504), answer
        assert seconds < DEADLINE_MS / 1000 + 0.5
        body = answer.json()
        assert body["persistence"] in ("NotPersisted", "PossiblyPersisted")
        assert body["retriable"] is True
        if body["persistence"] == "PossiblyPersisted":
            possible.append(f"during-{i}".encode())
        if answer.status == 503:
            assert answer.headers["Retry-After"]

    own_kafka.brokers[0].start()
    own_kafka.wait_ready()
    assert gateway.await_ready(timeout=15) < 15
    assert gateway.http.send(topic=topic, value="after").status == 200
    stored = [record.value for record in own_kafka.read(topic)]
    assert set(stored) - set(possible) == {b"before", b"after"}
    assert len(stored) == len(set(stored)), "a duplicate"


def test_a_hung_broker_is_answered_at_the_deadline_and_never_twice(own_kafka, start_gateway):
    gateway = start(start_gateway, own_kafka)
    topic = own_kafka.create_topic()
    assert gateway.http.send(topic=topic, value="before").status == 200
    own_kafka.brokers[0].pause()
    try:
        started = time.monotonic()
        answer = gateway.http.post_json("/api/kafka/send", {"topic": topic, "value": "during"},
                                        {"traceparent": TRACE})
        seconds = time.monotonic() - started
    finally:
        own_kafka.brokers[0].resume()
    assert answer.status == 504, answer
    assert seconds < DEADLINE_MS / 1000 + 0.5
    assert answer.json()["persistence"] == "PossiblyPersisted"
    own_kafka.wait_ready()
    gateway.await_ready(timeout=30)
    deadline = time.monotonic() + 20
    while gateway.http.send(topic=topic, value="after").status != 200:
        assert time.monotonic() < deadline, "does not recover"
    stored = [record.value for record in own_kafka.read(topic)]
    assert stored.count(b"before") == 1
    assert stored.count(b"during") <= 1
    (late,) = gateway.events("record-late")
    assert late["request_id"] == answer.headers["X-Request-Id"]
    assert late["trace_id"] == TRACE.split("-")[1]
    assert late["persisted"] == ("yes" if b"during" in stored else "unknown")


def test_a_clients_own_deadline_is_kept(own_kafka, start_gateway):
    gateway = start(start_gateway, own_kafka)
    topic = own_kafka.create_topic()
    assert gateway.http.send(topic=topic, value="before").status == 200
    own_kafka.brokers[0].pause()
    try:
        started = time.monotonic()
        answer = gateway.http.post_json("/api/kafka/send", {"topic": topic, "value": "v"},
                                        {"Request-Timeout-Ms": "500"})
        seconds = time.monotonic() - started
    finally:
        own_kafka.brokers[0].resume()
    assert answer.status == 504, answer
    assert 0.4 < seconds < 1


def test_it_starts_without_kafka_and_is_ready_when_kafka_comes(own_kafka, start_gateway):
    topic = own_kafka.create_topic()
    own_kafka.brokers[0].kill()
    gateway = start_gateway(own_kafka.bootstrap_servers)
    assert gateway.http.get("/health/live").status == 200
    assert gateway.http.get("/health/ready").status == 503
    own_kafka.brokers[0].start()
    own_kafka.wait_ready()
    gateway.await_ready(timeout=15)
    assert gateway.http.send(topic=topic, value="v").status == 200


def test_a_200_is_in_kafka_and_nothing_is_twice_while_the_broker_restarts(own_kafka, start_gateway):
    gateway = start(start_gateway, own_kafka)
    topic = own_kafka.create_topic(partitions=3)
    ended = threading.Event()
    fates = {}

    def client(number):
        i = 0
        while not ended.is_set():
            value = f"{number}-{i}"
            answer = gateway.http.send(topic=topic, key=str(number), value=value)
            fates[value] = (200 if answer.status == 200 else answer.json()["persistence"])
            i += 1
            if answer.status != 200:
                time.sleep(0.05)

    clients = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in clients:
        thread.start()
    for _ in range(2):
        time.sleep(1)
        own_kafka.brokers[0].kill()
        own_kafka.brokers[0].start()
        own_kafka.wait_ready()
    gateway.await_ready(timeout=20)
    time.sleep(1)
    ended.set()
    for thread in clients:
        thread.join(30)
    stored = [record.value.decode() for record in own_kafka.read(topic)]
    assert len(stored) == len(set(stored)), "a duplicate"
    assert {v for v, fate in fates.items() if fate == 200} <= set(stored), "a 200 is not in Kafka"
    assert not {v for v, fate in fates.items() if fate == "NotPersisted"} & set(stored)
    assert sum(fate == 200 for fate in fates.values()) > 20
