"""What an operator sees of an issuer of tokens whose keys (JWK set) cannot be fetched: /health, metrics, the log."""

import pytest
from access_file import entry, new_key, rule
from token_forge import KeyServer

KEY = new_key("admin")


@pytest.fixture
def server():
    server = KeyServer()
    yield server
    server.close()


@pytest.fixture
def gateway(start_with_access, forge, server):
    issuer = {"Issuer": forge.name, "Audience": forge.audience, "JwksUri": server.url, "AllowHttp": True}
    return start_with_access({"ApiKeys": [entry(KEY, "admin")], "Issuers": [issuer],
                              "Grants": [rule("ann admin", "orders")]})


def metric(gateway, name):
    lines = gateway.http.get("/metrics", **{"X-API-Key": KEY}).body.decode().splitlines()
    start = f'{name}{{issuer="https://id.example/"}} '
    return next((float(line.removeprefix(start)) for line in lines if line.startswith(start)), None)


def test_it_is_degraded_but_ready_until_the_keys_are_there(gateway, forge, server, document):
    assert "503" in gateway.await_event("keys-not-fetched")["message"]
    health = gateway.http.get("/health/ready")
    document.check("GET", "/health/ready", health)
    assert (health.status, health.json()["status"]) == (200, "Degraded")
    assert health.json()["entries"]["issuerKeys"] == {
        "status": "Degraded", "duration": "00:00:00.0000000", "tags": ["ready"], "data": {forge.name: None},
        "description": "https://id.example/: no keys are in effect, so its tokens get a 503."}
    assert metric(gateway, "kafka_gateway_issuer_keys") == 0
    assert metric(gateway, "kafka_gateway_issuer_key_fetch_failures_total") >= 1
    assert metric(gateway, "kafka_gateway_issuer_keys_age_seconds") is None
    answer = gateway.http.post_json("/api/kafka/send", {"topic": "orders", "value": 1}, {"X-API-Key": KEY})
    assert answer.status == 200, "an API key needs no issuer"

    server.answer = (200, forge.jwks())
    gateway.await_event("keys-fetched")
    health = gateway.http.get("/health").json()
    assert health["status"] == "Healthy"
    assert health["entries"]["issuerKeys"]["data"][forge.name] >= 0
    assert metric(gateway, "kafka_gateway_issuer_keys") == 1
    assert 0 <= metric(gateway, "kafka_gateway_issuer_keys_age_seconds") < 60
    assert len(gateway.events("keys-not-fetched")) == 1, "one line at each change"
