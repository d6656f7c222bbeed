"""What a proxy says of its client counts only if the proxy is trusted: here 127.0.0.2 and a network, but not 127.0.0.1."""

import http.client
import json
import subprocess

import pytest
from access_file import entry, new_key, rule, write
from gateway_process import GatewayProcess, Response, binary

KEY = new_key("shop1")
XFCC = "X-Forwarded-Client-Cert"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    folder = tmp_path_factory.mktemp("proxies")
    write(folder / "access.json", ApiKeys=[entry(KEY, "svc-key")],
          ClientCertificates=[{"From": "SanUri", "Match": "spiffe://test/*", "Principal": "svc-$1"},
                              {"From": "Subject", "Match": "CN=*", "Principal": "cn-$1"}],
          Grants=[rule("svc-* cn-*", "orders")])
    process = GatewayProcess(folder / "gateway.log", "embedded", {
        "Access:File": folder / "access.json", "Access:TrustedProxies:0": "127.0.0.2",
        "Access:TrustedProxies:1": "127.0.1.0/24", "Logging:Access": "all", "Access:FailedAttemptsPerMinute": 2})
    try:
        process.await_ready()
        yield process
        process.stop()
    finally:
        process.kill()


def send(gateway, source, *headers):
    """`headers`: pairs, so that a name may come twice."""
    connection = http.client.HTTPConnection(*gateway.http.address, timeout=20, source_address=(source, 0))
    try:
        body = json.dumps({"topic": "orders", "value": 1}).encode()
        connection.putrequest("POST", "/api/kafka/send")
        for name, value in [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *headers]:
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return Response(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def line_of(gateway, answer):
    identifier = answer.headers["X-Request-Id"]
    while True:
        for line in gateway.events("request"):
            if line["request_id"] == identifier:
                return line


@pytest.mark.parametrize("source", ["127.0.0.2", "127.0.1.77"])
def test_a_trusted_proxy_names_the_certificate_of_its_client(gateway, source):
    answer = send(gateway, source, (XFCC, "By=spiffe://test/proxy;Hash=00;URI=spiffe://test/shop"))
    assert answer.status == 200, answer
    assert line_of(gateway, answer)["enduser.id"] == "svc-shop"
    answer = send(gateway, source, (XFCC, 'Subject="CN=pay"'))
    assert line_of(gateway, answer)["enduser.id"] == "cn-pay"


@pytest.mark.parametrize("source", ["127.0.0.1", "127.0.0.3", "127.0.2.1"])
def test_anybody_else_names_nothing(gateway, source):
    answer = send(gateway, source, (XFCC, "URI=spiffe://test/shop"), ("X-Forwarded-For", "203.0.113.1"),
                  ("Forwarded", "for=203.0.113.1"))
    assert (answer.status, answer.json()["code"]) == (401, "Unauthorized")
    line = line_of(gateway, answer)
    assert line["client.address"] == source
    assert "network.peer.address" not in line
    assert line["auth.refusal"] == "missing"


@pytest.mark.parametrize("headers", [
    [(XFCC, "URI=spiffe://test/shop,URI=spiffe://other/x")],
    [(XFCC, "URI=spiffe://test/shop"), (XFCC, "Hash=00")],
    [(XFCC, "URI=spiffe://test/shop,")],
    [(XFCC, 'URI="spiffe://test/shop')],
    [(XFCC, "URI=spiffe://test/shop;garbage")],
    [(XFCC, "URI=spiffe://test/a/b")],
    [(XFCC, 'Subject="CN=a,O=b"')],
    [(XFCC, "")],
    [(XFCC, ";" * 5000)],
], ids=str)
def test_several_and_malformed_certificates_prove_nobody(gateway, headers):
    address = f"203.0.113.{abs(hash(str(headers))) % 250}"
    answer = send(gateway, "127.0.0.2", *headers, ("X-Forwarded-For", address))
    assert answer.status in (401, 429), answer


def test_credentials_in_the_request_count_before_the_certificate(gateway):
    answer = send(gateway, "127.0.0.2", (XFCC, "URI=spiffe://test/shop"), ("X-API-Key", KEY))
    assert line_of(gateway, answer)["enduser.id"] == "svc-key"


@pytest.mark.parametrize(("headers", "client"), [
    ([("X-Forwarded-For", "203.0.113.66, 198.51.100.1")], "198.51.100.1"),
    ([("X-Forwarded-For", "203.0.113.66"), ("X-Forwarded-For", "198.51.100.2, 127.0.1.9")], "198.51.100.2"),
    ([("Forwarded", 'for=203.0.113.66, for="[2001:db8::1]:80";proto=https')], "2001:db8::1"),
    ([("Forwarded", "for=203.0.113.66"), ("X-Forwarded-For", "198.51.100.3")], "127.0.0.2"),
    ([("X-Forwarded-For", "203.0.113.66, <script>")], "127.0.0.2"),
    ([("X-Forwarded-For", "203.0.113.66, 1.2.3.4.5")], "127.0.0.2"),
    ([("Forwarded", 'for="203.0.113.66')], "127.0.0.2"),
], ids=str)
def test_the_client_is_the_right_most_address_that_is_not_trusted(gateway, headers, client):
    line = line_of(gateway, send(gateway, "127.0.0.2", ("X-API-Key", KEY), *headers))
    assert line["client.address"] == client
    assert line["network.peer.address"] == "127.0.0.2"


def test_failed_attempts_count_for_the_client_and_not_for_the_proxy(gateway):
    wrong = ("X-API-Key", new_key("nobody"))
    attempt = lambda spoofed, client: send(gateway, "127.0.0.2", wrong, ("X-Forwarded-For", f"{spoofed}, {client}")).status
    statuses = [attempt(f"192.0.2.{i}", "198.51.100.9") for i in range(10)]
    assert statuses[0] == 401
    assert statuses.count(429) >= 7, "whatever it makes up to the left"
    assert attempt("192.0.2.1", "198.51.100.10") == 401


@pytest.mark.parametrize("value", ["proxy.test", "10.0.0.1/8", "10.0.0.0/33", "*"])
def test_what_is_no_network_prevents_the_start(value):
    run = subprocess.run([binary(), "--check-config", f"--Access:TrustedProxies:0={value}"], capture_output=True, text=True, timeout=30)
    assert run.returncode == 78
    assert f'Access:TrustedProxies: "{value}" is neither an address nor a network' in run.stderr
