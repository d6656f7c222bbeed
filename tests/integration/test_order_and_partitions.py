"""The partition of records, and their order."""

import base64
import collections
import json

import pytest


def test_200_keys_go_where_javas_own_producer_puts_them(http, kafka, java_client):
    topic = kafka.create_topic(partitions=17)
    keys = [key.encode() for key in (
        ["", "a", "ü", "customer-42", "𝄞", "x" * 300] + [f"key-{i * 7919}" for i in range(194)])]
    answer = http.send_batch([{"topic": topic, "key": key.decode(), "value": "v"} for key in keys])
    assert answer.status == 200, answer
    expected = java_client.partitions_of_keys(keys, 17)
    assert [result["partition"] for result in answer.json()["results"]] == expected
    assert {record.key: record.partition for record in kafka.read(topic)} == dict(zip(keys, expected))


def test_binary_keys_go_where_javas_own_producer_puts_them(http, kafka, java_client):
    topic = kafka.create_topic(partitions=5)
    keys = [bytes([i, 255 - i, 0x80][: 1 + i % 3]) for i in range(256)]
    answer = http.send_batch({"topic": topic, "messages": [
        {"key": base64.b64encode(key).decode(), "keyEncoding": "base64", "value": 1} for key in keys]})
    assert answer.status == 200, answer
    assert [result["partition"] for result in answer.json()["results"]] == \
        java_client.partitions_of_keys(keys, 5)


def test_10_000_records_of_a_batch_lie_in_the_order_of_the_request(http, kafka, topic):
    records = [{"topic": topic, "key": f"k{i % 97}", "value": i} for i in range(10_000)]
    answer = http.send_batch(records)
    assert answer.status == 200, answer
    body = answer.json()
    assert (body["total"], body["succeeded"], body["failed"]) == (10_000, 10_000, 0)
    assert [result["index"] for result in body["results"]] == list(range(10_000))

    stored = {(r.partition, r.offset): int(r.value) for r in kafka.read(topic)}
    assert len(stored) == 10_000
    by_partition = collections.defaultdict(list)
    for (partition, _), value in sorted(stored.items()):
        by_partition[partition].append(value)
    assert len(by_partition) == 6
    assert all(values == sorted(values) for values in by_partition.values())
    # Each result has the position of its own record.
    assert all(stored[result["partition"], result["offset"]] == result["index"]
               for result in body["results"])


def test_requests_one_after_the_other_keep_their_order(http, kafka, one_partition):
    for i in range(50):
        assert http.send(topic=one_partition, value=i).json()["offset"] == i
    assert [int(record.value) for record in kafka.read(one_partition)] == list(range(50))


def test_pipelined_requests_keep_their_order(http, kafka, one_partition):
    def request(i):
        body = json.dumps({"topic": one_partition, "value": i}).encode()
        close = b"Connection: close\r\n" if i == 99 else b""
        return (b"POST /api/kafka/send HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%b"
                b"Content-Length: %d\r\n\r\n%b" % (close, len(body), body))

    answers = http.raw(b"".join(request(i) for i in range(100)), timeout=20)
    assert answers.count(b"HTTP/1.1 200 ") == 100
    assert [int(record.value) for record in kafka.read(one_partition)] == list(range(100))


def test_records_without_a_key_are_spread_over_time_but_each_batch_keeps_its_order(http, kafka, topic):
    for start in range(0, 600, 100):
        answer = http.send_batch([{"topic": topic, "value": start + i} for i in range(100)])
        assert answer.status == 200, answer
    by_partition = collections.defaultdict(list)
    for record in kafka.read(topic):
        by_partition[record.partition].append(int(record.value))
    assert sorted(v for values in by_partition.values() for v in values) == list(range(600))
    assert all(values == sorted(values) for values in by_partition.values())


def test_return_minimal_sums_up_the_partitions(http, kafka, topic):
    answer = http.post_json(
        "/api/kafka/send/batch",
        [{"topic": topic, "partition": i % 2, "value": i} for i in range(10)],
        {"Prefer": "return=minimal"})
    assert answer.status == 200, answer
    partitions = sorted(answer.json()["partitions"], key=lambda p: p["partition"])
    assert partitions == [
        {"topic": topic, "partition": p, "firstOffset": 0, "lastOffset": 4, "count": 5}
        for p in (0, 1)]


def test_respond_async_answers_before_and_delivers_all_the_same(http, kafka, one_partition):
    answer = http.post_json("/api/kafka/send/batch",
                            [{"topic": one_partition, "value": i} for i in range(100)],
                            {"Prefer": "respond-async"})
    assert answer.status == 202, answer
    assert answer.json() == {"status": "Accepted", "total": 100}
    assert "respond-async" in answer.headers["Preference-Applied"]
    # Kafka acknowledges a later record of the same partition only after those 100.
    assert http.send(topic=one_partition, value="last").json()["offset"] == 100
    assert kafka.tool.count(one_partition) == 101
