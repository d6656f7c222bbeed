"""The pages that people open in a browser: media types, headers, and no request to another host."""

import re
import urllib.parse

import pytest
from openapi_document import ROOT

STRICT = ("default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
SWAGGER = ("default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
           "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
           "frame-ancestors 'none'")


@pytest.mark.parametrize(("path", "content_type", "policy"), [
    ("/", "text/html; charset=utf-8", STRICT),
    ("/problems/", "text/html; charset=utf-8", STRICT),
    ("/problems/topic-not-found", "text/html; charset=utf-8", STRICT),
    ("/swagger/", "text/html; charset=utf-8", SWAGGER),
    ("/swagger/swagger-ui.css", "text/css; charset=utf-8", SWAGGER),
    ("/swagger/swagger-ui-bundle.js", "text/javascript; charset=utf-8", SWAGGER),
    ("/swagger/swagger-ui-standalone-preset.js", "text/javascript; charset=utf-8", SWAGGER),
    ("/swagger/swagger-initializer.js", "text/javascript; charset=utf-8", SWAGGER),
    ("/swagger/favicon-32x32.png", "image/png", SWAGGER),
    ("/swagger/LICENSE", "text/plain; charset=utf-8", SWAGGER),
    ("/openapi.json", "application/json", None),
])
def test_a_file_has_its_type_and_its_policy(embedded_gateway, path, content_type, policy):
    answer = embedded_gateway.http.get(path)
    assert answer.status == 200, answer
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if policy:
        directives = re.split(r";\s*", answer.headers["Content-Security-Policy"])
        assert directives == re.split(r";\s*", policy)


def test_the_document_is_served_byte_for_byte(embedded_gateway):
    answer = embedded_gateway.http.get("/openapi.json")
    assert answer.body == (ROOT / "openapi" / "openapi.json").read_bytes()


def test_a_file_that_the_client_has_is_not_sent_again(embedded_gateway, document):
    for path in ("/swagger/swagger-ui.css", "/openapi.json"):
        first = embedded_gateway.http.get(path)
        again = embedded_gateway.http.get(path, If_None_Match=first.headers["ETag"])
        assert (again.status, again.body) == (304, b""), path
        document.check("GET", path, again)


@pytest.mark.parametrize("path", [
    "/swagger/nothing.js", "/swagger/..%2f..%2fetc%2fpasswd", "/swagger/../openapi.json",
    "/swagger/%2e%2e/openapi.json", "/swagger/package.json", "/swagger/stamp"])
def test_there_is_no_other_file(embedded_gateway, path):
    assert embedded_gateway.http.get(path).status == 404


@pytest.mark.parametrize(("path", "to"), [
    ("/api/kafka/topics/?limit=1&after=a%2Bb", "/api/kafka/topics?limit=1&after=a%2Bb"),
    ("/api/kafka/topics/orders/", "/api/kafka/topics/orders"), ("/health/live/", "/health/live"),
    ("/metrics/", "/metrics"), ("/problems/draining/", "/problems/draining")])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("prefix", ["", "/behind/a/proxy"])
def test_a_slash_too_many_is_a_redirect_that_survives_a_prefix(
        embedded_gateway, method, path, to, prefix):
    answer = embedded_gateway.http.request(method, path)
    assert (answer.status, answer.body) == (308, b"")
    base = "http://gateway" + prefix
    assert urllib.parse.urljoin(base + path, answer.headers["Location"]) == base + to


@pytest.mark.parametrize("path", ["/swagger/", "/problems/", "/"])
def test_a_slash_that_belongs_there_is_no_redirect(embedded_gateway, path):
    assert embedded_gateway.http.get(path).status == 200


@pytest.mark.parametrize("path", ["//", "/health//", "/swagger//", "/no/"])
def test_no_other_slash_is_forgiven(embedded_gateway, path):
    assert embedded_gateway.http.get(path).status == 404


def test_the_landing_page_says_that_the_embedded_broker_keeps_nothing(embedded_gateway):
    assert "keeps nothing" in embedded_gateway.http.get("/").body.decode()


def test_every_link_of_the_pages_leads_somewhere(embedded_gateway):
    seen, todo = set(), ["/"]
    while todo:
        path = todo.pop()
        seen.add(path)
        answer = embedded_gateway.http.get(path)
        assert answer.status == 200, path
        if answer.headers["Content-Type"].startswith("text/html") and path != "/swagger/":
            links = [urllib.parse.urljoin(path, link) for link in
                     re.findall(r'<a [^>]*href="([^"]*)"', answer.body.decode())]
            todo += [link for link in links if link not in seen and link not in todo]
    assert len(seen) > 35


def test_the_page_of_every_problem_exists(embedded_gateway, document):
    for name in document.problem_names():
        assert embedded_gateway.http.get(f"/problems/{name}").status == 200, name
