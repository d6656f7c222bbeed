"""Callers that present a client certificate: whom it proves, and what is refused."""

import http.client
import ssl
import urllib.request

import pytest
from access_file import entry, new_key, rule, write
from callers_gateway import callers_gateway
from certificates import Identity
from https_client import Https

KEY = new_key("shop1")
SECTIONS = {
    "ApiKeys": [entry(KEY, "svc-key")],
    "ClientCertificates": [
        {"From": "SanUri", "Match": "spiffe://test/ns/*/sa/*", "Principal": "$2.$1"},
        {"From": "SanDns", "Match": "*.clients.test", "Principal": "dns-$1"},
        {"From": "Subject", "Match": "CN=*,OU=edge", "Principal": "edge-$1"},
    ],
    "Grants": [rule("pay.eu dns-* edge-* svc-key", "orders"), rule("anonymous", "public")],
}


@pytest.fixture(scope="module")
def identities(folder, authority):
    made = {"pay": ("/CN=pay", "URI:spiffe://test/ns/eu/sa/pay"),
            "cart": ("/CN=x", "DNS:other.test,DNS:CART.clients.test"),
            "edge": ("/OU=edge/CN=one", ""),
            "stranger": ("/CN=stranger", "URI:spiffe://test.evil/ns/eu/sa/pay,DNS:clients.test"),
            "deeper": ("/CN=a\\,OU\\=edge", "URI:spiffe://test/ns/eu/sa/pay/more")}
    return {name: Identity(folder, name, subject, authority, names) for name, (subject, names) in made.items()}


@pytest.fixture(scope="module")
def gateway(folder, authority):
    with callers_gateway(folder, authority, SECTIONS, {"Logging:Access": "all"}) as process:
        yield process


@pytest.mark.parametrize(("name", "principal"), [("pay", "pay.eu"), ("cart", "dns-cart"), ("edge", "edge-one")])
def test_a_certificate_proves_the_principal_of_the_first_rule_that_fits(gateway, authority, identities, name, principal):
    client = Https(gateway, authority, identities[name])
    for _ in range(3):
        answer = client.send()
        assert answer.status == 200, answer
    refused = client.send("payroll")
    assert refused.status == 403
    assert refused.json()["detail"] == f'"{principal}" may not write to "payroll".'


@pytest.mark.parametrize("name", ["stranger", "deeper"])
def test_a_certificate_that_no_rule_fits_is_refused(gateway, authority, identities, name):
    for topic in ("orders", "public"):
        answer = Https(gateway, authority, identities[name]).send(topic)
        assert (answer.status, answer.json()["code"]) == (401, "Unauthorized")


def test_without_a_certificate_other_credentials_count(gateway, authority, identities):
    nobody = Https(gateway, authority)
    assert nobody.send("public").status == 200
    assert nobody.send("orders").status == 403
    assert nobody.send("orders", {"X-API-Key": KEY}).status == 200
    both = Https(gateway, authority, identities["pay"]).send("payroll", {"X-API-Key": KEY})
    assert both.json()["detail"].startswith('"svc-key" '), "the key counts"
    wrong = Https(gateway, authority, identities["pay"]).send("orders", {"X-API-Key": new_key("other")})
    assert wrong.status == 401, "although the certificate would do"


def test_a_certificate_of_another_authority_is_refused_in_the_handshake(gateway, authority, folder):
    other = Identity(folder, "other", "/CN=other")
    stranger = Identity(folder, "foreign", "/CN=x", other, "URI:spiffe://test/ns/eu/sa/pay")
    with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
        Https(gateway, authority, stranger).send()


def test_certificates_are_counted_as_a_scheme_and_the_log_says_who(gateway, authority, identities):
    Https(gateway, authority, identities["pay"]).send()
    Https(gateway, authority, identities["stranger"]).send()
    address = gateway.await_event("management-listening")["url"]
    metrics = urllib.request.urlopen(f"{address}/metrics", timeout=10).read().decode()
    for result in ("accepted", "unknown"):
        assert f'kafka_gateway_authentications_total{{scheme="certificate",result="{result}"}}' in metrics
    assert any(line.get("enduser.id") == "pay.eu" for line in gateway.events("request"))


def test_a_reload_counts_on_connections_that_are_open(gateway, authority, identities):
    client = Https(gateway, authority, identities["edge"])
    assert client.send().status == 200
    write(gateway.access_path, **{**SECTIONS, "ClientCertificates": SECTIONS["ClientCertificates"][:2]})
    try:
        gateway.await_event("access-reloaded")
        assert client.send().status == 401
    finally:
        write(gateway.access_path, **SECTIONS)


def test_required_means_that_nobody_comes_without_one(folder, authority, identities):
    settings = {"Http:Tls:ClientCertificates": "required"}
    with callers_gateway(folder, authority, SECTIONS, settings, "required") as process:
        assert Https(process, authority, identities["pay"]).send().status == 200
        with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
            Https(process, authority).send()
