"""The methods of every path. (A unit test compares the routes of document and router.)"""

import pytest
from openapi_document import METHODS, OpenApiDocument


def methods_of_paths():
    methods = {}
    for method, path, operation in OpenApiDocument().operations():
        for parameter in operation.get("parameters", []):
            if parameter.get("in") == "path":
                path = path.replace("{%s}" % parameter["name"], parameter["example"])
        methods.setdefault(path, {"OPTIONS"}).add(method)
        if method == "GET":
            methods[path].add("HEAD")
    return sorted(methods.items())


@pytest.mark.parametrize(("path", "methods"), methods_of_paths())
def test_options_tells_the_methods(embedded_gateway, path, methods):
    answer = embedded_gateway.http.request("OPTIONS", path)
    assert (answer.status, answer.body) == (204, b"")
    assert set(answer.headers["Allow"].split(", ")) == methods


@pytest.mark.parametrize(("path", "methods"), methods_of_paths())
def test_any_other_method_is_refused_with_those_that_are_allowed(embedded_gateway, path, methods):
    for method in [*(method.upper() for method in METHODS), "QUERY"]:
        if method in methods:
            continue
        answer = embedded_gateway.http.request(method, path)
        assert answer.status == 405, (method, answer)
        assert set(answer.headers["Allow"].split(", ")) == methods
        assert method == "HEAD" or answer.json()["code"] == "MethodNotAllowed"
