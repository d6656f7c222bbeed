"""What the interface refuses and no schema can say: such requests are not made."""

import json

import schemathesis

MAX_HEADERS = 64
NDJSON = "application/x-ndjson"


@schemathesis.serializer(NDJSON)
def lines(context, value):
    """A text of lines goes over the wire as it is."""
    del context
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


@schemathesis.hook
def filter_case(context, case):
    del context
    return (_has_written_integers(case.body) and not _has_too_many_headers(case.body)
            and not _has_empty_coding(case.headers) and not _is_tombstone_with_a_body(case)
            and not _has_lines_of_records(case) and not _is_before_1970(case))


@schemathesis.hook
def map_case(context, case):
    """Bodies are sent as they are, so a coding would not be what it says."""
    del context
    if (case.headers or {}).get("Content-Encoding") in ("gzip", "x-gzip", "zstd", "deflate"):
        case.headers["Content-Encoding"] = "identity"
    return case


def _is_before_1970(case):
    """0, and what lies before it in its own time zone, is refused."""
    timestamps = [record.get("timestamp") for record in _records(case.body)]
    timestamps.append((case.query or {}).get("timestamp"))
    return any(str(timestamp).startswith("1970-01-01") for timestamp in timestamps)


def _is_tombstone_with_a_body(case):
    """A tombstone has no value, and lines are values."""
    return str((case.query or {}).get("tombstone")).lower() == "true"


def _has_lines_of_records(case):
    """The schema of lines cannot say what each of them is; what is no text cannot be sent as such."""
    return case.media_type == NDJSON and (
        case.operation.path == "/api/kafka/send/batch" or not isinstance(case.body, str))


def _has_empty_coding(headers):
    """A list with no elements, or with empty ones, names no coding; a schema cannot say it."""
    coding = (headers or {}).get("Content-Encoding")
    return isinstance(coding, str) and (not coding.strip(" \t,") or "," in coding)


def _records(body):
    """The objects of a body that are records or have headers of records."""
    if isinstance(body, list):
        return [record for record in body if isinstance(record, dict)]
    if not isinstance(body, dict):
        return []
    messages = body.get("messages")
    return [body] + (_records(messages) if isinstance(messages, list) else [])


def _has_written_integers(body):
    """JSON Schema takes 7.0 for an integer; the interface wants it written as one."""
    return not any(isinstance(record.get(name), float)
                   for record in _records(body) for name in ("partition", "timestamp"))


def _has_too_many_headers(body):
    """A record's headers count together with the default ones of its batch."""
    if not isinstance(body, dict) or "messages" not in body:
        return False
    return any(_count(body) + _count(record) > MAX_HEADERS for record in _records(body)[1:])


def _count(record):
    headers = record.get("headers")
    return len(headers) if isinstance(headers, (dict, list)) else 0
