"""Records in Kafka are, byte for byte, what was sent."""

import base64
import datetime
import gzip
import json
import subprocess
import urllib.parse

import pytest

BINARY = bytes(range(256))


def stored(kafka, topic):
    (record,) = kafka.read(topic)
    return record


def send_text(http, text):
    """Sends a handwritten body, so that no JSON library normalizes it."""
    answer = http.post_json("/api/kafka/send", text.encode())
    assert answer.status == 200, answer
    return answer.json()


@pytest.mark.parametrize("value", [
    "", "plain", "ünïcödé ✓ 𝄞", 'quotes " and \\ and \n and \t', "\u0000 zero", "é" * 5000,
])
def test_a_string_is_stored_as_its_utf8_bytes(http, kafka, one_partition, value):
    assert http.send(topic=one_partition, value=value).status == 200
    assert stored(kafka, one_partition).value == value.encode()


def test_escapes_of_a_string_are_decoded(http, kafka, one_partition):
    send_text(http, r'{"topic":"%s","value":"\u00e9\ud834\udd1e\/\b\f"}' % one_partition)
    assert stored(kafka, one_partition).value == "é𝄞/\b\f".encode()


@pytest.mark.parametrize("text", [
    '{"b":1,"a":2,"b2":{"z":0,"y":[ ]}}',
    '{ "spaced" :\t1 ,\r\n "x":[ 1 , 2 ] }',
    "1e400", "-0", "-0.0", "1E+2", "0.10", "123456789012345678901234567890",
    "9007199254740993", "true", "false", "[]", "{}", "[1,[2,[3,[]]]]",
    r'{"escaped":"\u00e9\/"}', r'["\ud834\udd1e"]', '{"a":1e400,"n":123456789012345678901234567890}',
])
def test_other_json_is_stored_as_the_bytes_that_came(http, kafka, one_partition, text):
    send_text(http, '{"topic":"%s" , "value" : %s }' % (one_partition, text))
    assert stored(kafka, one_partition).value == text.encode()


@pytest.mark.parametrize("text", ['"quoted"', '""', r'"\u00e9"', "12.50", '{"a": 1}'])
def test_the_json_encoding_keeps_the_json_text_of_value_and_key(http, kafka, one_partition, text):
    send_text(http, '{"topic":"%s","key":%s,"keyEncoding":"json","value":%s,"valueEncoding":"json"}'
              % (one_partition, text, text))
    record = stored(kafka, one_partition)
    assert record.key == text.encode()
    assert record.value == text.encode()


@pytest.mark.parametrize("data", [b"", b"\x00", b"ab", b"abc", BINARY])
def test_base64_is_stored_decoded(http, kafka, one_partition, data):
    encoded = base64.b64encode(data).decode()
    answer = http.send(topic=one_partition, key=encoded, keyEncoding="base64",
                       value=encoded, valueEncoding="base64")
    assert answer.status == 200, answer
    record = stored(kafka, one_partition)
    assert (record.key, record.value) == (data, data)


@pytest.mark.parametrize("encoding", ["text", "base64", "json"])
def test_null_is_a_tombstone_and_no_key_under_each_encoding(http, kafka, one_partition, encoding):
    answer = http.send(topic=one_partition, key=None, keyEncoding=encoding,
                       value=None, valueEncoding=encoding)
    assert answer.status == 200, answer
    record = stored(kafka, one_partition)
    assert (record.key, record.value) == (None, None)


def test_an_empty_key_and_value_are_not_null(http, kafka, one_partition):
    assert http.send(topic=one_partition, key="", value="").status == 200
    record = stored(kafka, one_partition)
    assert (record.key, record.value) == (b"", b"")


def test_a_key_is_never_invented(http, kafka, one_partition):
    assert http.send(topic=one_partition, value="v").status == 200
    assert stored(kafka, one_partition).key is None


def test_headers_of_the_object_form_are_stored_with_null_values(http, kafka, one_partition):
    answer = http.send(topic=one_partition, value="v", headers={"a": "1", "b": None, "ü": "é", "e": ""})
    assert answer.status == 200, answer
    assert stored(kafka, one_partition).headers == [
        ("a", b"1"), ("b", None), ("ü", "é".encode()), ("e", b"")]


def test_headers_of_the_array_form_keep_order_duplicates_and_bytes(http, kafka, one_partition):
    headers = [
        {"name": "x", "value": "1"},
        {"name": "y", "value": base64.b64encode(BINARY).decode(), "encoding": "base64"},
        {"name": "x", "value": None},
        {"name": "x", "value": "2", "encoding": "text"},
    ]
    answer = http.send(topic=one_partition, value="v", headers=headers)
    assert answer.status == 200, answer
    assert stored(kafka, one_partition).headers == [("x", b"1"), ("y", BINARY), ("x", None), ("x", b"2")]


@pytest.mark.parametrize("timestamp, milliseconds", [
    (946684800000, 946684800000),
    (1767323045001, 1767323045001),
    (1767323045678, 1767323045678),
    ("2026-01-02T03:04:05.678Z", 1767323045678),
    ("2026-01-02T05:04:05.678+02:00", 1767323045678),
    ("2026-01-02T03:04:05Z", 1767323045000),
])
def test_a_timestamp_is_stored_and_answered(http, kafka, one_partition, timestamp, milliseconds):
    answer = http.send(topic=one_partition, value="v", timestamp=timestamp)
    assert answer.status == 200, answer
    assert stored(kafka, one_partition).timestamp == milliseconds
    said = datetime.datetime.fromisoformat(answer.json()["timestamp"].replace("Z", "+00:00"))
    assert round(said.timestamp() * 1000) == milliseconds


def test_the_answer_names_where_the_record_is(http, kafka, topic):
    answer = http.send(topic=topic, key="k", value="v", partition=4).json()
    (record,) = kafka.read(topic)
    assert answer["status"] == "Success"
    assert (answer["topic"], answer["partition"], answer["offset"]) == (topic, 4, 0)
    assert (record.partition, record.offset) == (4, 0)


def test_raw_bytes_are_the_value_untouched(http, kafka, one_partition):
    target = (f"/api/kafka/topics/{one_partition}?key={urllib.parse.quote_from_bytes(BINARY)}"
              "&header=Name:a%2Bb&header=Name:c")
    answer = http.request("POST", target, BINARY * 10, {
        "Content-Type": "application/octet-stream", "Kafka-Header-Trace-Id": "t1"})
    assert answer.status == 200, answer
    record = stored(kafka, one_partition)
    assert (record.key, record.value) == (BINARY, BINARY * 10)
    assert [value for name, value in record.headers if name == "Name"] == [b"a+b", b"c"]
    assert ("trace-id", b"t1") in record.headers
    assert ("content-type", b"application/octet-stream") in record.headers


def test_raw_empty_body_is_an_empty_value_and_tombstone_is_null(http, kafka, one_partition):
    plain = {"Content-Type": "text/plain"}
    base = f"/api/kafka/topics/{one_partition}"
    assert http.request("POST", f"{base}?key=", b"", plain).status == 200
    assert http.request("POST", f"{base}?key=a+b&tombstone=true", b"", plain).status == 200
    first, second = kafka.read(one_partition)
    assert (first.key, first.value) == (b"", b"")
    assert (second.key, second.value) == (b"a b", None)


def test_raw_ndjson_makes_each_line_a_record_untouched(http, kafka, one_partition):
    body = b'{"a": 1}\r\nnot json\n\n[ 2 ]\n\xff\xfe'
    answer = http.request("POST", f"/api/kafka/topics/{one_partition}", body,
                          {"Content-Type": "application/x-ndjson"})
    assert answer.status == 200, answer
    records = kafka.read(one_partition)
    assert [record.value for record in records] == [b'{"a": 1}', b"not json", b"[ 2 ]", b"\xff\xfe"]
    assert all(record.headers == [] for record in records)
    assert [result["line"] for result in answer.json()["results"]] == [1, 2, 4, 5]


def test_trace_and_idempotency_key_of_the_request_become_record_headers(
        http, kafka, one_partition):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    answer = http.post_json("/api/kafka/send", {"topic": one_partition, "value": "v"}, {
        "traceparent": trace, "tracestate": "a=b", "Idempotency-Key": "order-7"})
    assert answer.status == 200, answer
    headers = {name.lower(): value for name, value in stored(kafka, one_partition).headers}
    assert headers == {
        "traceparent": trace.encode(), "tracestate": b"a=b", "idempotency-key": b"order-7"}


CARRIED = {"Records:HeadersFromRequest:0": "X-GitHub-*", "Records:HeadersFromRequest:1": "ce-*"}
WEBHOOK = [("X-GitHub-Event", b"push"), ("X-GitHub-Delivery", b"72d3162e"), ("Ce-Id", b"\xff 1"),
           ("ce-id", b"2"), ("X-Other", b"no"), ("Authorization", b"Bearer secret")]


@pytest.mark.parametrize(("path", "content_type", "body", "own"), [
    ("send", "application/json", '{"topic":"%s","value":"v"}', []),
    ("send/batch", "application/json", '[{"topic":"%s","value":"v"},{"topic":"%s","value":"v"}]', []),
    ("send/batch", "application/x-ndjson", '{"topic":"%s","value":"v"}\n', []),
    ("topics/%s", "text/plain", "v", [("content-type", b"text/plain")]),
    ("topics/%s", "application/x-ndjson", "v\nv\n", []),
], ids=["single", "batch", "lines", "raw", "raw-lines"])
def test_configured_fields_of_the_request_become_record_headers(
        start_gateway, kafka, one_partition, path, content_type, body, own):
    gateway = start_gateway(kafka.bootstrap_servers, settings=CARRIED)
    path, body = (text.replace("%s", one_partition) for text in (path, body))
    head = b"POST /api/kafka/%s HTTP/1.1\r\nHost: h\r\nContent-Type: %s\r\nContent-Length: %d\r\n" % (
        path.encode(), content_type.encode(), len(body))
    fields = b"".join(b"%s: %s\r\n" % (name.encode(), value) for name, value in WEBHOOK)
    answer = gateway.http.raw(head + fields + b"Connection: close\r\n\r\n" + body.encode())
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    for record in kafka.read(one_partition):
        assert (record.value, record.headers) == (b"v", own + [
            ("x-github-event", b"push"), ("x-github-delivery", b"72d3162e"), ("ce-id", b"\xff 1"),
            ("ce-id", b"2")])


RECORDS = [{"key": f"k{i}", "value": {"n": i}, "headers": {"h": str(i)}} for i in range(5)]


def array_form(topic):
    return json.dumps([{"topic": topic, **record} for record in RECORDS]), "application/json"


def object_form(topic):
    return json.dumps({"topic": topic, "messages": RECORDS}), "application/json"


def lines_form(topic):
    lines = (json.dumps({"topic": topic, **record}) for record in RECORDS)
    return "\n".join(lines), "application/x-ndjson"


@pytest.mark.parametrize("form", [array_form, object_form, lines_form])
def test_each_form_of_a_batch_stores_the_same(http, kafka, one_partition, form):
    body, content_type = form(one_partition)
    answer = http.request("POST", "/api/kafka/send/batch", body.encode(),
                          {"Content-Type": content_type})
    assert answer.status == 200, answer
    assert answer.json()["succeeded"] == 5
    assert [(r.key, r.value, r.headers) for r in kafka.read(one_partition)] == [
        (b"k%d" % i, b'{"n": %d}' % i, [("h", b"%d" % i)]) for i in range(5)]


def test_default_headers_of_a_batch_come_first_and_a_records_own_replace_them(
        http, kafka, one_partition):
    answer = http.send_batch({
        "topic": one_partition,
        "headers": {"source": "shop", "kind": "default"},
        "messages": [{"value": "1"}, {"value": "2", "headers": {"kind": "own"}}],
    })
    assert answer.status == 200, answer
    first, second = kafka.read(one_partition)
    assert first.headers == [("source", b"shop"), ("kind", b"default")]
    assert second.headers == [("source", b"shop"), ("kind", b"own")]


@pytest.mark.parametrize("coding, compress", [
    ("gzip", gzip.compress),
    # With the program zstd, because the standard library has it only since Python 3.14.
    ("zstd", lambda data: subprocess.run(["zstd", "-q", "-c"], input=data, check=True,
                                         stdout=subprocess.PIPE).stdout),
])
def test_a_compressed_body_is_the_same_request(http, kafka, one_partition, coding, compress):
    body = compress(json.dumps({"topic": one_partition, "value": "x" * 3000}).encode())
    answer = http.post_json("/api/kafka/send", body, {"Content-Encoding": coding})
    assert answer.status == 200, answer
    assert stored(kafka, one_partition).value == b"x" * 3000
