"""Compares an answer with an expected one, some members of which differ each time."""

import re

KINDS = {
    "<integer>": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "<string>": lambda value: isinstance(value, str) and value != "",
    "<timestamp>": lambda value: isinstance(value, str) and re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value),
    "<requestId>": lambda value: isinstance(value, str) and re.fullmatch(
        r"[A-Za-z0-9._-]{1,128}", value),
}


def differences(expected, actual, where="$"):
    """The differences between `actual` and `expected`, as sentences. A string of KINDS stands for a value of that
    kind; objects have the same members in the same order."""
    if isinstance(expected, str) and expected in KINDS:
        return [] if KINDS[expected](actual) else [f"{where}: {actual!r} is no {expected}"]
    if type(expected) is not type(actual):
        return [f"{where}: {actual!r} instead of {expected!r}"]
    if isinstance(expected, dict):
        if list(expected) != list(actual):
            return [f"{where}: the members {list(actual)} instead of {list(expected)}"]
        return [fault for name in expected
                for fault in differences(expected[name], actual[name], f"{where}.{name}")]
    if isinstance(expected, list):
        if len(expected) != len(actual):
            return [f"{where}: {len(actual)} elements instead of {len(expected)}"]
        return [fault for i, (one, other) in enumerate(zip(expected, actual))
                for fault in differences(one, other, f"{where}[{i}]")]
    return [] if expected == actual else [f"{where}: {actual!r} instead of {expected!r}"]
