"""Requests that cannot succeed get an RFC 9457 problem quickly, and store nothing in Kafka."""

import base64
import random
import time
import uuid

import pytest


def problem(answer, status, code, persistence="NotPersisted"):
    assert answer.status == status, answer
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    body = answer.json()
    assert body["status"] == status
    assert body["type"] == f"/problems/{code}"
    assert body["persistence"] == persistence
    assert body["requestId"]
    return body


def incompressible(size):
    """Text that snappy cannot compress: topics limit the compressed size."""
    return base64.b64encode(random.Random(1).randbytes(size)).decode()[:size]


def test_an_unknown_topic_is_404_in_under_a_second(http):
    started = time.monotonic()
    answer = http.send(topic=f"never-{uuid.uuid4().hex}", value="v")
    assert time.monotonic() - started < 1
    problem(answer, 404, "topic-not-found")


def test_an_unknown_topic_is_404_in_under_a_second_the_second_time_too(http):
    topic = f"never-{uuid.uuid4().hex}"
    for _ in range(2):
        started = time.monotonic()
        problem(http.send(topic=topic, value="v"), 404, "topic-not-found")
        assert time.monotonic() - started < 1


def test_hundreds_of_unknown_topics_do_not_delay_other_requests(http, kafka, topic):
    unknown = [{"topic": f"never-{uuid.uuid4().hex}", "value": "v"} for _ in range(800)]
    started = time.monotonic()
    answer = http.send_batch([*unknown, {"topic": topic, "value": "v"}])
    assert time.monotonic() - started < 1
    assert answer.status == 207
    *failed, stored = answer.json()["results"]
    assert {result["error"]["code"] for result in failed} == {"TopicNotFound"}
    assert stored["status"] == "Success"
    assert kafka.tool.count(topic) == 1


def test_a_topic_that_is_created_after_a_404_can_be_used_soon(http, kafka):
    topic = f"later-{uuid.uuid4().hex[:8]}"
    problem(http.send(topic=topic, value="v"), 404, "topic-not-found")
    kafka.create_topic(topic)
    deadline = time.monotonic() + 10
    while http.send(topic=topic, value="v").status != 200:
        assert time.monotonic() < deadline, "still 404 ten seconds after the topic was created"
        time.sleep(0.1)
    assert [record.value for record in kafka.read(topic)] == [b"v"]


def test_a_partition_out_of_range_is_404(http, kafka, topic):
    problem(http.send(topic=topic, value="v", partition=6), 404, "partition-not-found")
    assert kafka.tool.count(topic) == 0


def test_a_record_larger_than_the_topic_allows_is_413(http, kafka):
    topic = kafka.create_topic(max_message_bytes=2000)
    body = problem(http.send(topic=topic, value=incompressible(50_000), key="k"), 413, "record-too-large")
    assert body["retriable"] is False
    assert kafka.tool.count(topic) == 0
    assert http.send(topic=topic, value="small").status == 200


def test_one_record_too_large_for_its_topic_does_not_take_others_with_it(http, kafka):
    topic = kafka.create_topic(max_message_bytes=20_000)
    answer = http.send_batch({"topic": topic, "messages": [
        {"value": "a"}, {"value": incompressible(100_000)}, {"value": "b"}]})
    assert answer.status == 207, answer
    body = answer.json()
    assert [result["status"] for result in body["results"]] == ["Success", "Failed", "Success"]
    assert body["results"][1]["error"]["status"] == 413
    assert [record.value for record in kafka.read(topic)] == [b"a", b"b"]


def test_each_record_of_a_batch_has_its_own_fate(http, kafka, topic):
    missing = f"never-{uuid.uuid4().hex}"
    answer = http.send_batch([
        {"topic": topic, "value": "a", "partition": 0},
        {"topic": missing, "value": "b"},
        {"topic": topic, "value": "c", "partition": 99},
        {"topic": topic, "value": "d", "partition": 0},
    ])
    assert answer.status == 207, answer
    body = answer.json()
    assert (body["status"], body["succeeded"], body["failed"]) == ("PartialSuccess", 2, 2)
    assert [result.get("error", {}).get("type") for result in body["results"]] == [
        None, "/problems/topic-not-found", "/problems/partition-not-found", None]
    assert [record.value for record in kafka.read(topic)] == [b"a", b"d"]


def test_when_all_records_fail_alike_the_answer_has_their_status(http):
    topic = f"never-{uuid.uuid4().hex}"
    answer = http.send_batch({"topic": topic, "messages": [{"value": 1}, {"value": 2}]})
    assert answer.status == 404, answer
    assert answer.json()["status"] == "Failed"
    assert len(answer.json()["results"]) == 2


@pytest.mark.parametrize("body", [
    b"", b"{", b"nonsense", b"[]", b'{"topic":"%(t)s"}', b'{"value":"v"}',
    b'{"topic":"%(t)s","value":"v","unknown":1}', b'{"topic":"%(t)s","value":"v","value":"w"}',
    b'{"topic":"%(t)s","value":"v","partition":-1}', b'{"topic":"%(t)s","value":"v","partition":1.5}',
    b'{"topic":"%(t)s","value":"v","timestamp":0}', b'{"topic":"%(t)s","value":"v","timestamp":"soon"}',
    b'{"topic":"%(t)s","value":"!!!!","valueEncoding":"base64"}',
    b'{"topic":"%(t)s","value":"YQ","valueEncoding":"base64"}',
    b'{"topic":"%(t)s","value":1,"valueEncoding":"base64"}',
    b'{"topic":"%(t)s","value":"v","key":1}', b'{"topic":"%(t)s","value":"v","keyEncoding":"rot13"}',
    b'{"topic":"%(t)s","value":"\xff"}', b'{"topic":"%(t)s","value":"\\ud800"}',
    b'{"topic":"%(t)s","value":01}', b'{"topic":"%(t)s","value":[1,]}', b'{"topic":"%(t)s","value":nan}',
    b'{"topic":"%(t)s","value":"v","headers":{"a":"1","a":"2"}}',
    b'{"topic":"%(t)s","value":"v","headers":[1]}',
    b'{"topic":"%(t)s","value":"v"}{"topic":"%(t)s","value":"v"}',
    b'{"topic":"%(t)s/x","value":"v"}', b'{"topic":"..","value":"v"}',
])
def test_a_bad_request_is_400_and_leaves_nothing_in_kafka(http, kafka, one_partition, body):
    answer = http.post_json("/api/kafka/send", body.replace(b"%(t)s", one_partition.encode()))
    assert answer.status == 400, answer
    assert answer.json()["persistence"] == "NotPersisted"
    assert kafka.tool.count(one_partition) == 0


def test_one_bad_record_refuses_the_whole_batch(http, kafka, one_partition):
    records = [{"topic": one_partition, "value": i} for i in range(500)]
    records[321]["partition"] = "three"
    answer = http.send_batch(records)
    assert answer.status == 400, answer
    assert answer.json()["errors"][0]["pointer"].startswith("/321")
    assert kafka.tool.count(one_partition) == 0


def test_more_errors_than_are_listed_are_said_to_be_truncated(http, kafka, one_partition):
    answer = http.send_batch([{"topic": one_partition} for _ in range(150)])
    assert answer.status == 400, answer
    body = answer.json()
    assert len(body["errors"]) == 100
    assert body["truncated"] is True
    assert kafka.tool.count(one_partition) == 0


def test_an_empty_batch_is_400(http):
    assert http.send_batch([]).status == 400


def test_an_internal_topic_is_403_whether_it_exists_or_not(http):
    problem(http.send(topic="__consumer_offsets", value="v"), 403, "topic-forbidden")
    problem(http.send(topic="__nothing", value="v"), 403, "topic-forbidden")


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/xml"])
def test_another_media_type_is_415(http, kafka, one_partition, content_type):
    headers = {"Content-Type": content_type} if content_type else {}
    body = b'{"topic":"%s","value":"v"}' % one_partition.encode()
    answer = http.request("POST", "/api/kafka/send", body, headers)
    assert answer.status == 415, answer
    assert kafka.tool.count(one_partition) == 0


def test_a_body_over_the_limit_is_413_before_it_is_sent(http):
    head = (b"POST /api/kafka/send HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 99999999\r\n\r\n")
    assert http.raw(head, timeout=5).startswith(b"HTTP/1.1 413 ")


def test_another_method_is_405_with_allow(http):
    answer = http.get("/api/kafka/send")
    assert answer.status == 405, answer
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("value", ["0", "-1", "soon", "1.5"])
def test_a_bad_deadline_is_400(http, kafka, one_partition, value):
    answer = http.post_json("/api/kafka/send", {"topic": one_partition, "value": "v"},
                            {"Request-Timeout-Ms": value})
    assert answer.status == 400, answer
    assert kafka.tool.count(one_partition) == 0


def test_a_shared_gateway_has_not_been_hurt_by_any_of_this(gateway, http, one_partition):
    assert gateway.process.poll() is None
    assert http.send(topic=one_partition, value="v").status == 200


def test_a_topic_that_asks_for_more_replicas_than_it_has_is_written_to_as_kafka_allows(http, kafka):
    topic = kafka.create_topic(min_insync_replicas=2)  # there is only one broker: Kafka requires one replica
    for value in ("a", "b"):
        assert http.send(topic=topic, value=value).status == 200
    assert [record.value for record in kafka.read(topic)] == [b"a", b"b"]
