"""Sends every example of the document and of openapi/examples/, and compares the answers."""

import json
import time

import pytest
from expected_json import differences
from openapi_document import ROOT, OpenApiDocument, media_type

PAIRS = sorted((ROOT / "openapi" / "examples").glob("*.json"))
EXPECTED_STATUS = {"partlyPossible": 207}


def request_examples():
    for method, path, operation in OpenApiDocument().operations():
        for parameter in operation.get("parameters", []):
            if parameter.get("in") == "path":
                path = path.replace("{%s}" % parameter["name"], parameter["example"])
        for media, body in operation.get("requestBody", {}).get("content", {}).items():
            for name, example in body.get("examples", {}).items():
                yield pytest.param(method, path, media, name, example["value"],
                                   id=f"{operation['operationId']}-{name}")


@pytest.mark.parametrize(("method", "path", "media", "name", "value"), list(request_examples()))
def test_an_example_of_the_document_is_answered_as_documented(
        embedded_gateway, document, method, path, media, name, value):
    body = json.dumps(value) if media == "application/json" else value
    answer = embedded_gateway.http.request(method, path, body.encode(), {"Content-Type": media})
    assert answer.status == EXPECTED_STATUS.get(name, 200), answer
    document.check(method, path, answer)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.stem)
def test_a_written_down_request_has_its_written_down_answer(embedded_gateway, document, pair):
    case = json.loads(pair.read_text(encoding="utf-8"))
    request, expected = case["request"], case["answer"]
    body = request.get("text", json.dumps(request["json"]) if "json" in request else None)
    answer = embedded_gateway.http.request(
        request["method"], request["path"],
        None if body is None else body.encode(), request["headers"])
    assert answer.status == expected["status"], answer
    assert media_type(answer.headers["Content-Type"]) == expected["contentType"]
    for name, value in expected.get("headers", {}).items():
        assert answer.headers[name] == value
    assert differences(expected["json"], answer.json()) == []
    if document.find(request["method"], request["path"]):
        document.check(request["method"], request["path"], answer)


def test_there_are_pairs():
    assert len(PAIRS) > 30


@pytest.fixture(scope="module")
def existing_topic(embedded_gateway):
    """The topic of the document's examples; the embedded broker creates it with its first record."""
    name = "sensor-readings"
    assert embedded_gateway.http.send(topic=name, value=1).status == 200
    for _ in range(100):  # the list of topics may be a second old
        if embedded_gateway.http.get(f"/api/kafka/topics/{name}").status == 200:
            return name
        time.sleep(0.05)
    raise AssertionError(f"{name} does not show")


def get_operations():
    for method, template, operation in OpenApiDocument().operations():
        if method != "GET":
            continue
        for parameter in operation.get("parameters", []):
            if parameter.get("in") == "path":
                template = template.replace("{%s}" % parameter["name"], parameter["example"])
        yield pytest.param(template, id=operation["operationId"])


@pytest.mark.parametrize("path", list(get_operations()))
def test_every_get_is_answered_as_documented(
        embedded_gateway, document, existing_topic, path):
    answer = embedded_gateway.http.get(path)
    assert answer.status in (200, 308), answer
    document.check("GET", path, answer)


@pytest.mark.parametrize("path", list(get_operations()))
def test_head_answers_as_get_does_without_a_body(embedded_gateway, existing_topic, path):
    get = embedded_gateway.http.get(path)
    head = embedded_gateway.http.request("HEAD", path)
    assert (head.status, head.body) == (get.status, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


def test_a_record_that_is_too_large_is_413(embedded_gateway, document):
    answer = embedded_gateway.http.send(topic="orders", value="x" * 1_000_001)
    assert (answer.status, answer.json()["code"]) == (413, "RecordTooLarge")
    document.check("POST", "/api/kafka/send", answer)


def test_a_body_that_is_too_large_is_413(embedded_gateway, document):
    answer = embedded_gateway.http.post_json("/api/kafka/send", b" " * 10_485_761)
    assert (answer.status, answer.json()["code"]) == (413, "BodyTooLarge")
    document.check("POST", "/api/kafka/send", answer)


def test_a_batch_with_too_many_records_is_413(embedded_gateway, document):
    answer = embedded_gateway.http.send_batch([{"topic": "orders", "value": 1}] * 10_001)
    assert (answer.status, answer.json()["code"]) == (413, "TooManyRecords")
    document.check("POST", "/api/kafka/send/batch", answer)


def test_a_largest_batch_is_stored(embedded_gateway, document):
    answer = embedded_gateway.http.send_batch([{"topic": "orders", "value": 1}] * 10_000)
    assert answer.status == 200
    document.check("POST", "/api/kafka/send/batch", answer)


@pytest.mark.parametrize(("name", "header", "status"), [
    ("coding", {"Content-Encoding": "br"}, 415),
    ("expectation", {"Expect": "a-miracle"}, 417),
    ("head", {"X-Long": "x" * 20_000}, 431),
    ("transfer", {"Transfer-Encoding": "gzip"}, 501),
])
@pytest.mark.parametrize("path", ["/api/kafka/send", "/api/kafka/send/batch",
                                  "/api/kafka/topics/orders"])
def test_a_refusal_because_of_the_head_alone_is_documented(
        embedded_gateway, document, path, name, header, status):
    del name
    headers = {"Content-Type": "application/json", **header}
    answer = embedded_gateway.http.request("POST", path, None, headers)
    assert answer.status == status, answer
    document.check("POST", path, answer)


def test_a_target_that_is_too_long_is_414(embedded_gateway, document):
    answer = embedded_gateway.http.get("/health?" + "x" * 9_000)
    assert answer.status == 414
    document.check("GET", "/health", answer)


def test_an_answer_at_the_deadline_is_documented(embedded_gateway, document):
    """1 ms may be enough or not: the document has both answers."""
    for _ in range(20):
        answer = embedded_gateway.http.post_json(
            "/api/kafka/send", {"topic": "orders", "value": 1}, {"Request-Timeout-Ms": "1"})
        assert answer.status in (200, 504), answer
        document.check("POST", "/api/kafka/send", answer)


def test_topics_come_in_pages_and_without_those_that_are_denied(
        embedded_gateway, document, existing_topic):
    seen, target = [], "/api/kafka/topics?limit=1"
    while target:
        answer = embedded_gateway.http.get(target)
        document.check("GET", target, answer)
        page = answer.json()
        seen += [topic["name"] for topic in page["topics"]]
        target = f"/api/kafka/topics?limit=1&after={page['next']}" if "next" in page else None
    assert existing_topic in seen and seen == sorted(set(seen))
    for target, status in (("/api/kafka/topics?limit=0", 400), ("/api/kafka/topics/a%20b", 400),
                           ("/api/kafka/topics/__consumer_offsets", 403),
                           ("/api/kafka/topics/never-made", 404)):
        answer = embedded_gateway.http.get(target)
        assert answer.status == status, answer
        document.check("GET", target, answer)


NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.mark.parametrize("path", ["/api/kafka/send/batch", "/api/kafka/topics/orders"])
@pytest.mark.parametrize("prefer", ["return=minimal", "respond-async", ""])
def test_lines_are_answered_in_lines_as_documented(embedded_gateway, document, path, prefer):
    body = b'{"topic": "orders", "value": 1}\n' * 3
    answer = embedded_gateway.http.request(
        "POST", path, body, {**NDJSON, "Accept": "application/x-ndjson", "Prefer": prefer})
    document.check("POST", path, answer)
    if prefer == "respond-async":
        assert (answer.status, answer.json()) == (202, {"status": "Accepted", "total": 3})
        return
    assert answer.status == 200, answer
    lines = [json.loads(line) for line in answer.body.splitlines()]
    assert [line["line"] for line in lines[:-1]] == ([] if prefer else [1, 2, 3])
    assert lines[-1]["succeeded"] == 3


def test_raw_lines_may_be_as_many_and_as_large_as_a_body_is(embedded_gateway, document):
    path = "/api/kafka/topics/orders"
    body = (b"x" * 1_040 + b"\n") * 10_000
    assert 10_400_000 < len(body) <= 10_485_760
    answer = embedded_gateway.http.request("POST", path, body, NDJSON)
    assert answer.status == 200, answer
    assert len(answer.json()["results"]) == 10_000
    document.check("POST", path, answer)
    answer = embedded_gateway.http.request("POST", path, b"1\n" * 10_001, NDJSON)
    assert (answer.status, answer.json()["code"]) == (413, "TooManyRecords")
    document.check("POST", path, answer)


def test_a_raw_value_may_be_as_large_as_a_record(embedded_gateway, document):
    path = "/api/kafka/topics/orders"
    answer = embedded_gateway.http.request("POST", path, b"\xff" * 1_000_000)
    assert answer.status == 200, answer
    answer = embedded_gateway.http.request("POST", path, b"\xff" * 1_000_001)
    assert (answer.status, answer.json()["code"]) == (413, "RecordTooLarge")
    document.check("POST", path, answer)


def test_a_hundred_faults_are_listed_and_more_are_said_to_be(embedded_gateway, document):
    answer = embedded_gateway.http.send_batch([{"topic": "a b", "value": 1}] * 101)
    assert (answer.status, len(answer.json()["errors"])) == (400, 100)
    assert answer.json()["truncated"] is True
    document.check("POST", "/api/kafka/send/batch", answer)
