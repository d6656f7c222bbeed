"""Keeps schemathesis from making requests that the gateway refuses for reasons that no schema can express."""

import datetime
import json
import re

import schemathesis
from schemathesis.core import NotSet

MAX_HEADERS = 64
TIMES = {int: 1767323045678, str: "2026-01-02T03:04:05.678Z"}
# Request headers that become record headers.
CARRIED = {"idempotency-key", "traceparent", "tracestate"}
NDJSON = "application/x-ndjson"


@schemathesis.serializer(NDJSON)
def lines(context, value):
    """A body of lines is sent unchanged."""
    del context
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


@schemathesis.hook
def filter_case(context, case):
    del context
    return (_has_written_integers(case.body) and not _has_too_many_headers(case)
            and not _has_empty_coding(case.headers) and not _is_tombstone_with_a_body(case)
            and not _has_lines_of_records(case) and not _has_forgotten_its_body(case)
            and (case.query or {}).get("split") != "array")


@schemathesis.hook
def map_case(context, case):
    """Drops Content-Encoding, because bodies are sent uncompressed. Replaces timestamps, because the gateway
    accepts few of the well-formed ones: they have bounds, one of which moves with its clock."""
    del context
    for timed in [case.query or {}, *_records(case.body)]:
        if _is_well_formed(timed.get("timestamp")):
            timed["timestamp"] = TIMES[type(timed["timestamp"])]
    if (case.headers or {}).get("Content-Encoding") in ("gzip", "x-gzip", "zstd", "deflate"):
        case.headers["Content-Encoding"] = "identity"
    return case


def _is_well_formed(timestamp):
    if not isinstance(timestamp, str):
        return type(timestamp) is int and 0 < timestamp < 2**63
    parts = re.fullmatch(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.\d+)?([Zz]|[+-]\d\d:\d\d)",
                         timestamp, re.ASCII)
    try:
        return parts and datetime.datetime.fromisoformat(
            f"{parts[1]}T{parts[2]}{parts[3].upper().replace('Z', '+00:00')}")
    except ValueError:
        return False


def _is_tombstone_with_a_body(case):
    """Lines are values, so they cannot be a tombstone."""
    return str((case.query or {}).get("tombstone")).lower() == "true"


def _has_forgotten_its_body(case):
    """Only a tombstone has no body at all; a schema cannot express this dependency."""
    return (case.operation.path == "/api/kafka/topics/{topic}" and case.operation.method == "post"
            and isinstance(case.body, NotSet)
            and str((case.query or {}).get("tombstone")).lower() != "true")


def _has_lines_of_records(case):
    """The schema of a body of lines cannot describe the single line."""
    return case.media_type == NDJSON


def _has_empty_coding(headers):
    """A list without elements, or with empty ones, names no coding; a schema cannot express this."""
    coding = (headers or {}).get("Content-Encoding")
    return isinstance(coding, str) and (not coding.strip(" \t,") or "," in coding)


def _records(body):
    """The objects in a body that are records, or that have headers of records."""
    if isinstance(body, list):
        return [record for record in body if isinstance(record, dict)]
    if not isinstance(body, dict):
        return []
    messages = body.get("messages")
    return [body] + (_records(messages) if isinstance(messages, list) else [])


def _has_written_integers(body):
    """JSON Schema accepts 7.0 as an integer; the gateway requires 7."""
    return not any(isinstance(record.get(name), float)
                   for record in _records(body) for name in ("partition", "timestamp"))


def _has_too_many_headers(case):
    """A record's headers, the default ones of its batch and those from the request count towards one limit;
    the schema can only limit each of them separately."""
    others = sum(name.lower() in CARRIED for name in case.headers or {})
    records = _records(case.body)
    if isinstance(case.body, dict) and "messages" in case.body:
        others += _count(case.body)
        records = records[1:] or records
    counts = [_count(record) for record in records]
    in_query = (case.query or {}).get("header")
    if isinstance(in_query, list):
        counts.append(len(in_query) + 1)  # and content-type
    return any(own <= MAX_HEADERS < own + others for own in counts)


def _count(record):
    headers = record.get("headers")
    return len(headers) if isinstance(headers, (dict, list)) else 0
