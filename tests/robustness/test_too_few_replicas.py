"""A leader without enough in-sync replicas rejects acks=all: the gateway sends nothing, and the answer says why."""

import time

from case import wait_for
from gateway_process import GatewayProcess


def test_with_too_few_replicas_in_sync_records_are_refused_until_they_are_back(cluster, tmp_path):
    topic = cluster.tool.create_topic(partitions=1, replication=2, min_insync_replicas=2)
    gateway = GatewayProcess(tmp_path / "gateway.log", cluster.bootstrap_servers)
    try:
        gateway.await_ready()
        assert gateway.http.send(topic=topic, value="before").status == 200
        partition = cluster.tool.describe(topic)[0]
        follower = next(id for id in partition["replicas"] if id != partition["leader"])
        broker = cluster.brokers[follower - 1]
        broker.kill()
        wait_for(lambda: len(cluster.tool.describe(topic)[0]["isr"]) == 1, "one replica in sync")
        # The gateway's metadata is at most five seconds old; the outcome of earlier records is unknown.
        wait_for(lambda: gateway.http.post_json("/api/kafka/send", {"topic": topic, "value": "maybe"}, {
            "Request-Timeout-Ms": "2000"}).status == 503, "503")
        for _ in range(3):
            started = time.monotonic()
            answer = gateway.http.send(topic=topic, value="refused")
            assert answer.status == 503, answer
            body = answer.json()
            assert (body["type"], body["persistence"]) == ("/problems/not-enough-replicas", "NotPersisted")
            assert time.monotonic() - started < 3
        broker.start()
        cluster.wait_ready()
        wait_for(lambda: gateway.http.send(topic=topic, value="after").status == 200, "200")
        values = [record.value for record in cluster.read(topic)]
        assert b"refused" not in values
        assert values[0] == b"before" and values[-1] == b"after"
    finally:
        gateway.kill()
