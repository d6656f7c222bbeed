"""What the interface refuses and no schema can say: such requests are not made."""

import schemathesis

MAX_HEADERS = 64


@schemathesis.hook
def filter_case(context, case):
    del context
    return (_has_written_integers(case.body) and not _has_too_many_headers(case.body)
            and not _has_empty_coding(case.headers))


@schemathesis.hook
def map_case(context, case):
    """Bodies are sent as they are, so a coding would not be what it says."""
    del context
    if (case.headers or {}).get("Content-Encoding") in ("gzip", "x-gzip", "zstd"):
        case.headers["Content-Encoding"] = "identity"
    return case


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
