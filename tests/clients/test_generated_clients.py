"""Clients made by common generators work: each sends a record, a batch with a tombstone and a header, and
bytes, and two requests that are refused; it reads the answers by their typed fields.

GATEWAY_CLIENTS=quick leaves out the clients that take long to build."""

import json
import os

import pytest
import workshop

CLIENTS = [
    (workshop.openapi_python_client, "python"),
    (workshop.openapi_typescript, "node"),
    (workshop.openapi_generator_python, "python"),
    (workshop.openapi_generator_axios, "node"),
    (workshop.openapi_generator_go, "go"),
    (workshop.openapi_generator_java, "java"),
]
SLOW = {workshop.openapi_generator_go, workshop.openapi_generator_java}


def chosen():
    quick = os.environ.get("GATEWAY_CLIENTS") == "quick"
    for client, tool in CLIENTS:
        if not (quick and client in SLOW):
            yield pytest.param(client, tool, id=client.__name__)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("client", "tool"), list(chosen()))
def test_a_generated_client_sends_and_reads_typed_answers(client, tool, kafka, http, one_partition):
    if reason := workshop.why_not(tool):
        pytest.skip(reason)
    topic = one_partition
    url = f"http://{http.address[0]}:{http.address[1]}"
    assert json.loads(client(url, topic)) == {
        "sent": ["Success", topic, 0, 0],
        "batch": ["Success", 2, 1, 2],
        "raw": ["Success", 3],
        "refused": [403, "TopicForbidden", False, "NotPersisted", "/0/topic"],
        "failed": [404, 1, "PartitionNotFound"],
    }
    stored = kafka.read(topic)
    assert [record.key for record in stored] == [b"order-1042", b"order-1", None, None]
    assert json.loads(stored[0].value) == {"total": 99.5}
    assert [record.value for record in stored[1:]] == [None, b"shipped", b"\x00\xff\n\x01"]
    assert stored[2].headers == [("trace", b"warehouse")]
    assert stored[3].headers == [("content-type", b"application/octet-stream")]
