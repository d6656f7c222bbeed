"""Tests of the document itself, without a gateway."""

import json
import re

import pytest
from openapi_document import ROOT, OpenApiDocument

DOCUMENT = OpenApiDocument()
PROBLEMS = re.findall(
    r'ProblemInfo\{\s*k\w+,\s*"([^"]+)",\s*"([^"]+)",\s*(\d+),',
    (ROOT / "src" / "api" / "problem" / "problem.cc").read_text(encoding="utf-8"))


def media_types():
    """Each (location, media type object) of the document, of requests and of answers."""
    for _, _, operation in DOCUMENT.operations():
        name = operation["operationId"]
        for media, body in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{name}-request-{media}", body
        for status, answer in operation["responses"].items():
            for media, body in DOCUMENT.resolve(answer).get("content", {}).items():
                yield f"{name}-{status}-{media}", body


def examples():
    for where, body in media_types():
        for name, example in body.get("examples", {}).items():
            yield pytest.param(body["schema"], example["value"], id=f"{where}-{name}")


def test_every_operation_has_an_id_of_its_own_a_tag_and_a_summary():
    operations = [operation for _, _, operation in DOCUMENT.operations()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    tags = {tag["name"] for tag in DOCUMENT.content["tags"]}
    for operation in operations:
        assert operation["summary"] and set(operation["tags"]) <= tags


@pytest.mark.parametrize(("schema", "value"), list(examples()))
def test_every_example_fits_its_schema(schema, value):
    assert DOCUMENT.faults(schema, value) == []


def test_codes_and_names_of_problems_are_those_of_the_table():
    assert len(PROBLEMS) > 30
    schemas = DOCUMENT.content["components"]["schemas"]
    assert DOCUMENT.problem_names() == [name for name, _, _ in PROBLEMS]
    assert schemas["ProblemCode"]["enum"] == [code for _, code, _ in PROBLEMS]


def test_an_answer_lists_only_codes_that_have_its_status():
    status_of = {code: int(status) for _, code, status in PROBLEMS}
    found = 0
    for where, body in media_types():
        for part in body["schema"].get("dependentSchemas", {}).values():
            properties = part["properties"]
            for code in properties.get("code", {}).get("enum", []):
                assert status_of[code] == properties["status"]["const"], where
                found += 1
    assert found > 100


def test_every_component_is_used():
    text = json.dumps(DOCUMENT.content)
    for kind, components in DOCUMENT.content["components"].items():
        if kind == "securitySchemes":  # named without a $ref
            assert set(components) == {name for way in DOCUMENT.content["security"] for name in way}
            continue
        for name in components:
            assert f'"#/components/{kind}/{name}"' in text, f"{kind}/{name}"


@pytest.mark.parametrize("record", [
    {"topic": "a", "value": None},
    {"topic": "a" * 249, "value": [1, {"b": None}], "key": None, "keyEncoding": "base64"},
    {"topic": "a", "value": "", "key": "", "valueEncoding": "base64"},
    {"topic": "a", "value": 1e400, "key": [1], "keyEncoding": "json"},
    {"topic": "a", "value": 0, "timestamp": 1, "partition": 2147483647},
    {"topic": "a", "value": 0, "timestamp": "2026-01-02t03:04:05z", "headers": {"": None}},
    {"topic": "a", "value": 0, "headers": [{"name": "n", "value": {"x": 1}, "encoding": "json"}]},
], ids=str)
def test_the_schema_takes_what_the_interface_takes(record):
    assert DOCUMENT.faults({"$ref": "#/components/schemas/ProducerRecord"}, record) == []


@pytest.mark.parametrize("record", [
    {"value": 1},
    {"topic": "a"},
    {"topic": "", "value": 1},
    {"topic": "..", "value": 1},
    {"topic": "a b", "value": 1},
    {"topic": "a" * 250, "value": 1},
    {"topic": "a", "value": 1, "more": 1},
    {"topic": "a", "value": 1, "key": 1},
    {"topic": "a", "value": 1, "valueEncoding": "base64"},
    {"topic": "a", "value": "AB==", "valueEncoding": "base64"},
    {"topic": "a", "value": "A", "valueEncoding": "base64"},
    {"topic": "a", "value": "YWI", "valueEncoding": "base64"},
    {"topic": "a", "value": 1, "keyEncoding": "hex"},
    {"topic": "a", "value": 1, "partition": -1},
    {"topic": "a", "value": 1, "partition": 2147483648},
    {"topic": "a", "value": 1, "timestamp": 0},
    {"topic": "a", "value": 1, "timestamp": "2026-01-02 03:04:05Z"},
    {"topic": "a", "value": 1, "timestamp": "2026-01-02T03:04:05"},
    {"topic": "a", "value": 1, "headers": {"n": 1}},
    {"topic": "a", "value": 1, "headers": [{"name": "n"}]},
    {"topic": "a", "value": 1, "headers": [{"name": "n", "value": 1}]},
    {"topic": "a", "value": 1, "headers": [{"name": "n", "value": "?", "encoding": "base64"}]},
], ids=str)
def test_the_schema_refuses_what_the_interface_refuses(record):
    assert DOCUMENT.faults({"$ref": "#/components/schemas/ProducerRecord"}, record) != []


@pytest.mark.parametrize(("batch", "good"), [
    ([{"topic": "a", "value": 1}], True),
    ({"topic": "a", "messages": [{"value": 1}]}, True),
    ({"messages": [{"topic": "a", "value": 1}]}, True),
    ([], False),
    ([{"value": 1}], False),
    ({"messages": [{"topic": "a", "value": 1}, {"value": 1}]}, False),
    ({"topic": "a", "messages": []}, False),
    ({"topic": "a"}, False),
    ({"topic": "a", "value": 1}, False),
], ids=str)
def test_a_batch_needs_records_and_each_record_a_topic(batch, good):
    assert (DOCUMENT.faults({"$ref": "#/components/schemas/BatchRequest"}, batch) == []) == good
