"""The document and the router have the same routes."""

import re
import subprocess

from gateway_process import binary


def routes_of_the_gateway():
    printed = subprocess.run(
        [binary(), "--print-routes"], check=True, capture_output=True, text=True, timeout=20)
    return {normalized(line) for line in printed.stdout.splitlines() if line}


def normalized(route):
    """The names of parameters do not matter."""
    return re.sub(r"\{[^}]*\}", "{}", route)


def test_every_route_is_documented_and_everything_documented_is_a_route(document):
    documented = {normalized(f"{method} {path}") for method, path, _ in document.operations()}
    routes = routes_of_the_gateway()
    assert routes, "--print-routes printed nothing"
    assert sorted(routes - documented) == [], "not in openapi/openapi.json"
    assert sorted(documented - routes) == [], "in openapi/openapi.json, but no route"


def test_options_tells_the_methods_of_every_path(embedded_gateway, document):
    methods = {}
    for method, path, _ in document.operations():
        methods.setdefault(path, {"OPTIONS"}).add(method)
        if method == "GET":
            methods[path].add("HEAD")
    for path, expected in methods.items():
        answer = embedded_gateway.http.request("OPTIONS", re.sub(r"\{[^}]*\}", "internal", path))
        assert answer.status == 204, (path, answer)
        assert set(answer.headers["Allow"].split(", ")) == expected, path
