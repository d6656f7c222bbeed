"""A gateway that trusts an issuer of tokens, over HTTP: claims, groups, attacks, and keys that change."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from access_file import rule
from token_forge import KeyServer, TokenForge, base64url

NOW = time.time


@pytest.fixture(scope="module")
def gateway(folder, forge, start_with_access):
    (folder / "jwks.json").write_text(forge.jwks())
    entry = {"Issuer": forge.name, "Audience": forge.audience, "JwksFile": "jwks.json"}
    return start_with_access({"Issuers": [entry], "Grants": [rule("ann", "orders"), rule("group:ops", "*", "Write", "Read")]},
                             directory=folder)


def send(gateway, topic, token):
    return gateway.http.post_json("/api/kafka/send", {"topic": topic, "value": 1}, {"Authorization": f"Bearer {token}"})


def refused(answer):
    assert answer.status == 401, answer
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="kafka-gateway", error="invalid_token"'
    assert answer.json()["detail"] == "The credentials of the request are not valid."
    return True


def test_a_token_writes_what_is_granted_to_its_principal_and_groups(gateway, forge):
    assert send(gateway, "orders", forge.token()).status == 200
    assert send(gateway, "payroll", forge.token()).status == 403
    assert send(gateway, "payroll", forge.token(forge.claims(groups=["dev", "ops"]))).status == 200
    assert send(gateway, "payroll", forge.token(forge.claims(groups="ops"))).status == 200


@pytest.mark.parametrize("claims", [
    {"exp": None}, {"exp": "soon"}, {"exp": lambda: NOW() - 62}, {"nbf": lambda: NOW() + 70}, {"nbf": "now"},
    {"iat": lambda: NOW() + 70}, {"iss": None}, {"iss": "https://id.example"}, {"iss": "https://id.example//"},
    {"iss": ["https://id.example/"]}, {"aud": None}, {"aud": "other"}, {"aud": ["other"]}, {"aud": {"a": 1}},
    {"sub": None}, {"sub": ""}, {"sub": 5}, {"sub": "anonymous"}, {"sub": "group:ops"}], ids=str)
def test_claims_that_are_absent_or_wrong_are_401(gateway, forge, claims):
    changes = {name: value() if callable(value) else value for name, value in claims.items()}
    assert refused(send(gateway, "orders", forge.token(forge.claims(**changes))))


@pytest.mark.parametrize("claims", [
    {"exp": lambda: NOW() - 50}, {"nbf": lambda: NOW() + 50}, {"iat": lambda: NOW() + 50}, {"aud": ["x", "kafka-gateway"]},
    {"exp": lambda: NOW() + 0.5}], ids=str)
def test_clocks_may_differ_by_a_minute_and_audiences_may_be_several(gateway, forge, claims):
    changes = {name: value() if callable(value) else value for name, value in claims.items()}
    assert send(gateway, "orders", forge.token(forge.claims(**changes))).status == 200


def test_tokens_that_others_have_fallen_for_are_401(gateway, forge):
    head = lambda **header: base64url(json.dumps(header).encode())
    body = base64url(json.dumps(forge.claims()).encode())
    mac = lambda text, secret: base64url(hmac.new(secret, text.encode(), hashlib.sha256).digest())
    pem = forge.keys[0].public_pem()
    attacks = [f"{head(alg=name, kid='k1')}.{body}." for name in ("none", "None", "NONE", "nOnE")]
    for secret in (pem, pem.strip(), base64.urlsafe_b64decode(forge.keys[0].jwk()["n"] + "==")):
        for algorithm in ("HS256", "RS256"):
            text = f"{head(alg=algorithm, kid='k1')}.{body}"
            attacks.append(f"{text}.{mac(text, secret)}")
    attacks += [forge.token(kid={"a": 1}), forge.token(alg=256), forge.token(crit=["exp"]), forge.token(b64=False),
                forge.token(kid="k2"), forge.token(x=json.loads("[" * 900 + "]" * 900)), "", "a", "a.b", "a.b.c", "..",
                forge.token() + "=", forge.token() + ".", "x" * 9000]
    for attack in attacks:
        assert refused(send(gateway, "orders", attack)), attack


def test_the_log_and_metrics_say_why_and_have_no_token(gateway, forge):
    tokens = [forge.token(), forge.token(forge.claims(aud="other")), forge.token(kid="k9")]
    for token in tokens:
        send(gateway, "orders", token)
    reasons = {line.get("auth.refusal") for line in gateway.events("request")}
    assert {"wrong-audience", "unknown-key"} <= reasons
    metrics = gateway.http.get("/metrics", Authorization=f"Bearer {tokens[0]}").body.decode()
    assert 'kafka_gateway_authentications_total{scheme="jwt",result="accepted"}' in metrics
    assert 'kafka_gateway_authentications_total{scheme="jwt",result="wrong-audience"}' in metrics
    for token in tokens:
        signature = token.rsplit(".", 1)[1]
        assert signature not in metrics and signature not in gateway.log()


def test_keys_are_read_again_when_their_file_changes(gateway, forge, folder):
    old = forge.token()
    forge.rotate()
    new = forge.token()
    assert refused(send(gateway, "orders", new))
    fresh = folder / "jwks.new"
    fresh.write_text(forge.jwks(forge.keys[1:]))
    fresh.replace(folder / "jwks.json")
    deadline = time.monotonic() + 10
    while send(gateway, "orders", new).status != 200:
        assert time.monotonic() < deadline, gateway.log()
        time.sleep(0.05)
    assert refused(send(gateway, "orders", old)), "its key is gone"


def entry_of(forge, server):
    return {"Issuer": forge.name, "Audience": forge.audience, "JwksUri": server.url, "AllowHttp": True}


def token_of_unknown_key(forge, number):
    head = base64url(json.dumps({"alg": "RS256", "kid": f"unknown-{number}"}).encode())
    return f"{head}.{base64url(json.dumps(forge.claims()).encode())}.AAAA"


def test_keys_come_from_a_url_and_until_then_the_answer_is_503(tmp_path, document, start_with_access):
    forge, server = TokenForge(tmp_path), KeyServer()
    try:
        gateway = start_with_access({"Issuers": [entry_of(forge, server)], "Grants": [rule("ann", "orders")]})
        assert "it answers 503" in gateway.await_event("keys-not-fetched")["error"]
        answer = send(gateway, "orders", forge.token())
        assert (answer.status, answer.json()["code"]) == (503, "AuthenticationUnavailable")
        assert int(answer.headers["Retry-After"]) >= 1 and answer.json()["retriable"]
        assert answer.json()["persistence"] == "NotPersisted" and "WWW-Authenticate" not in answer.headers
        document.check("POST", "/api/kafka/send", answer)
        assert refused(send(gateway, "orders", "a.b.c")), "what is no token needs no keys"
        server.answer = (200, forge.jwks())
        assert gateway.await_event("keys-fetched")["keys"] == 1
        assert send(gateway, "orders", forge.token()).status == 200
        before = len(server.times)
        for number in range(200):
            assert refused(send(gateway, "orders", token_of_unknown_key(forge, number)))
        assert len(server.times) <= before + 1, "unknown keys cause one fetch in 30 seconds"
    finally:
        server.close()


def test_rotated_keys_are_fetched_once_and_a_server_that_fails_takes_none_away(tmp_path, start_with_access):
    """Two issuers make new keys. Half a minute after its last fetch the gateway asks both: one server has the new set,
    the other one fails."""
    forges, servers = [], []
    for name in ("good", "failing"):
        (tmp_path / name).mkdir()
        forges.append(TokenForge(tmp_path / name, f"https://{name}.example/"))
        servers.append(KeyServer(200, forges[-1].jwks()))
    good, failing = forges
    try:
        gateway = start_with_access({"Issuers": [entry_of(*pair) for pair in zip(forges, servers, strict=True)],
                                     "Grants": [rule("ann", "orders")]})
        old = [forge.token() for forge in forges]
        deadline = time.monotonic() + 10
        while [send(gateway, "orders", token).status for token in old] != [200, 200]:
            assert time.monotonic() < deadline, gateway.log()
            time.sleep(0.05)
        for forge in forges:
            forge.rotate()
        servers[0].answer = (200, good.jwks(good.keys[1:]))
        servers[1].answer = (500, "")

        new = [forge.token() for forge in forges]
        deadline = time.monotonic() + 45
        while send(gateway, "orders", new[0]).status != 200:
            assert refused(send(gateway, "orders", new[1]))
            assert send(gateway, "orders", old[1]).status == 200
            for number, forge in enumerate(forges):
                assert refused(send(gateway, "orders", token_of_unknown_key(forge, number)))
            assert time.monotonic() < deadline, gateway.log()
            time.sleep(0.1)
        assert refused(send(gateway, "orders", old[0])), "the issuer has removed its key"
        assert "it answers 500" in gateway.await_event("keys-not-fetched")["error"]
        assert send(gateway, "orders", old[1]).status == 200
        assert send(gateway, "orders", failing.token(key=failing.keys[0])).status == 200, "verified anew"
        assert refused(send(gateway, "orders", new[1]))
        for number in range(50):
            for forge in forges:
                assert refused(send(gateway, "orders", token_of_unknown_key(forge, number)))
        for server in servers:
            first, second = server.times
            assert second - first >= 30
    finally:
        for server in servers:
            server.close()
