"""While no leader answers, records are queued in the gateway: they are withdrawn at their deadline, and the
answer says so."""

import collections
import threading
import time

import pytest
from kafka_cluster import KafkaCluster

OUTAGE_SECONDS = 12
DEADLINE_MS = 1000  # one record per client is in flight when the broker fails: 8 of about 90
CLIENTS = 8


@pytest.fixture
def own_kafka():
    """A broker that this test may stop."""
    with KafkaCluster(1) as cluster:
        yield cluster


def send_throughout(gateway, topic, outage):
    """The outcome of each value that the clients send before, during and after `outage()`. Each client sends one
    request after the other."""
    ended = threading.Event()
    fates = {}

    def client(number):
        i = 0
        while not ended.is_set():
            value = f"{number}-{i}"
            answer = gateway.http.post_json(
                "/api/kafka/send", {"topic": topic, "key": value, "value": value},
                {"Request-Timeout-Ms": str(DEADLINE_MS)})
            fates[value] = 200 if answer.status == 200 else answer.json()["persistence"]
            i += 1
            if answer.status != 200:
                time.sleep(0.05)

    clients = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in clients:
        thread.start()
    time.sleep(1)
    outage()
    time.sleep(3)
    ended.set()
    for thread in clients:
        thread.join(30)
    return fates


@pytest.mark.parametrize("how", ["killed", "hung"])
def test_most_records_that_fail_in_an_outage_were_never_sent(own_kafka, start_gateway, how):
    gateway = start_gateway(own_kafka.bootstrap_servers)
    gateway.await_ready()
    topic = own_kafka.create_topic(partitions=6)
    assert gateway.http.send(topic=topic, value="before").status == 200
    broker = own_kafka.brokers[0]

    def outage():
        if how == "hung":
            broker.pause()
            time.sleep(OUTAGE_SECONDS)
            broker.resume()
        else:
            broker.kill()
            time.sleep(OUTAGE_SECONDS)
            broker.start()
        own_kafka.wait_ready()
        gateway.await_ready(timeout=30)

    fates = send_throughout(gateway, topic, outage)
    counts = collections.Counter(fates.values())
    failed = counts["NotPersisted"] + counts["PossiblyPersisted"]
    assert failed >= 2 * CLIENTS
    assert counts["NotPersisted"] >= failed * 5 / 6, counts
    # A late record may still be in flight.
    while gateway.http.get("/metrics").body.find(b"\nkafka_gateway_in_flight_records 0") < 0:
        time.sleep(0.2)
    stored = [record.value.decode() for record in own_kafka.read(topic)]
    assert len(stored) == len(set(stored)), "a duplicate"
    assert not {v for v, fate in fates.items() if fate == "NotPersisted"} & set(stored)
    assert {v for v, fate in fates.items() if fate == 200} <= set(stored)
