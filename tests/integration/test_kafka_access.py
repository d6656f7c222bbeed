"""The cluster does not let the gateway in: each reason is answered soon, with what to correct, and heals by itself."""

import dataclasses
import time

import pytest
from shifted_clock import shifted_clock

SOON_SECONDS = 2
SENDS = "Kafka:Sasl:Username and Kafka:Sasl:Password"


@dataclasses.dataclass
class Case:
    """A gateway that cannot get in at `listener`; `settings` replace those with which it could, `issuer` attributes of
    the issuer of tokens. Its clock is ahead by `clock`, or behind."""

    listener: str
    settings: dict
    access: str
    sentence: str
    issuer: dict = dataclasses.field(default_factory=dict)
    clock: dict = dataclasses.field(default_factory=dict)


def stranger_ca(kafka):
    return {"Tls_CaFile": kafka.stranger.ca}


def certificate_of_a_stranger(kafka):
    kafka.stranger.issue("intruder", "gateway")
    return {"Tls_CertificateFile": kafka.file("intruder.crt"), "Tls_KeyFile": kafka.file("intruder.key")}


def expired_certificate(kafka):
    kafka.pki.issue("lapsed", "gateway", days=-1)
    return {"Tls_CertificateFile": kafka.file("lapsed.crt"), "Tls_KeyFile": kafka.file("lapsed.key")}


def future_certificate(kafka):
    kafka.pki.issue("early", "gateway", starts_in_days=1)
    return {"Tls_CertificateFile": kafka.file("early.crt"), "Tls_KeyFile": kafka.file("early.key")}


CASES = {
    "wrong password": Case("SECURE", {"Sasl_Password": "wrong"}, "CredentialsRefused", SENDS),
    "unknown user": Case("SECURE", {"Sasl_Username": "nobody"}, "CredentialsRefused", SENDS),
    "wrong password with SCRAM": Case(
        "SECURE", {"Sasl_Mechanism": "SCRAM-SHA-512", "Sasl_Password": "wrong"}, "CredentialsRefused", SENDS),
    "mechanism that is not offered": Case(
        "WRONG", {"Tls_VerifyHostname": "false"}, "MechanismRefused", "PLAIN, but SCRAM-SHA-512"),
    "login at a listener without logins": Case("TLS", {
        "Security_Protocol": "sasl_ssl", "Sasl_Mechanism": "PLAIN", "Sasl_Username": "alice",
        "Sasl_Password": "alice-secret"}, "ProtocolMismatch", "does not speak sasl_ssl"),
    "no login at a listener with logins": Case("SECURE", {
        "Security_Protocol": "ssl", "Sasl_Mechanism": None, "Sasl_Username": None, "Sasl_Password": None,
    }, "ProtocolMismatch", "does not speak ssl"),
    "no TLS at a listener with TLS": Case("TLS", {
        "Security_Protocol": "plaintext", "Tls_CaFile": None}, "ProtocolMismatch", "does not speak plaintext"),
    "TLS at a listener without TLS": Case("PLAIN", {"Security_Protocol": "ssl"}, "ProtocolMismatch",
                                          "does not speak ssl"),
    "certificate of another authority": Case("SECURE", stranger_ca, "TrustFailed", "Set Kafka:Tls:CaFile"),
    "no authority": Case("SECURE", {"Tls_CaFile": None}, "TrustFailed", "Set Kafka:Tls:CaFile"),
    "certificate for another name": Case("WRONG", {}, "TrustFailed", "for another name"),
    "expired certificate": Case("EXPIRED", {}, "TrustFailed", "has expired"),
    "certificate that is not valid yet": Case("FUTURE", {}, "TrustFailed", "is not valid yet"),
    "clock that is behind": Case("SECURE", {}, "TrustFailed", "is not valid yet by the gateway's clock",
                                 clock={"days": -10}),
    "clock that is ahead": Case("SECURE", {}, "TrustFailed", "has expired by the gateway's clock", clock={"days": 60}),
    "no client certificate": Case("MTLS", {
        "Tls_CertificateFile": None, "Tls_KeyFile": None}, "ClientCertificateRefused", "require a client certificate"),
    "client certificate of a stranger": Case(
        "MTLS", certificate_of_a_stranger, "ClientCertificateRefused", "reject the gateway's client certificate"),
    "client certificate that has expired": Case(
        "MTLS", expired_certificate, "ClientCertificateRefused", "one that is valid now"),
    "client certificate that is not valid yet": Case(
        "MTLS", future_certificate, "ClientCertificateRefused", "one that is valid now"),
    "no right to write anywhere": Case(
        "SECURE", {"Sasl_Username": "dave", "Sasl_Password": "dave-secret"}, "ClusterDenied", "Grant it WRITE"),
}


def start(start_gateway, kafka, listener, settings, clock=None):
    more = settings(kafka) if callable(settings) else settings
    return start_gateway(kafka.addresses[listener], settings=kafka.settings(listener, **more),
                         environment=shifted_clock(**clock) if clock else None)


def timed_send(gateway, topic="orders"):
    started = time.monotonic()
    return gateway.http.send(topic=topic, value="x"), time.monotonic() - started


def assert_refused(answer, sentence):
    assert answer.status == 502, answer
    problem = answer.json()
    assert problem["code"] == "KafkaAccess"
    assert problem["persistence"] == "NotPersisted"
    assert problem["retriable"] is True
    assert sentence in problem["detail"], problem["detail"]


def await_access(gateway, access, timeout=15):
    """Waits until the metric says so."""
    deadline = time.monotonic() + timeout
    wanted = f'kafka_gateway_kafka_access{{state="{access}"}} 1'.encode()
    while wanted not in gateway.http.get("/metrics").body.splitlines():
        assert time.monotonic() < deadline, gateway.log()
        time.sleep(0.02)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_who_is_not_let_in_says_why_within_two_seconds(secured_kafka, start_gateway, case):
    stored = secured_kafka.tool.count("orders")
    gateway = start(start_gateway, secured_kafka, case.listener, case.settings, case.clock)
    if case.access == "ClusterDenied":  # before that it is a 403: the user may not see the topic either
        await_access(gateway, case.access)
    for _ in range(3):  # the first at once, the last when nothing new happens
        answer, seconds = timed_send(gateway)
        assert_refused(answer, case.sentence)
        assert seconds < SOON_SECONDS
        await_access(gateway, case.access)

    ready = gateway.http.get("/health/ready")
    assert ready.status == 503
    kafka = ready.json()["entries"]["kafka"]
    assert kafka["data"]["access"] == case.access
    assert case.sentence in kafka["description"]
    lines = gateway.events("kafka-access")
    assert [line["access"] for line in lines] == [case.access]
    assert case.sentence in lines[0]["message"]
    assert gateway.http.get("/health/live").status == 200
    assert secured_kafka.tool.count("orders") == stored
    assert "secret" not in gateway.log(10**6)


def test_a_batch_is_refused_as_a_whole(secured_kafka, start_gateway):
    gateway = start(start_gateway, secured_kafka, "SECURE", {"Sasl_Password": "wrong"})
    started = time.monotonic()
    answer = gateway.http.send_batch([{"topic": "orders", "value": "a"}, {"topic": "payments", "value": "b"}])
    assert time.monotonic() - started < SOON_SECONDS
    assert answer.status == 502
    assert [result["error"]["code"] for result in answer.json()["results"]] == ["KafkaAccess"] * 2


def test_a_right_that_is_granted_heals_without_a_restart(secured_kafka, start_gateway):
    gateway = start(start_gateway, secured_kafka, "SECURE", CASES["no right to write anywhere"].settings)
    await_access(gateway, "ClusterDenied")
    # No loop: at most one new producer within a second, and fewer later.
    time.sleep(3)
    assert len(gateway.events("kafka-replaced")) <= 3
    secured_kafka.grant("dave", "orders")
    try:
        gateway.await_ready(timeout=30)
        assert gateway.http.send(topic="orders", value="x").status == 200
        await_access(gateway, "Ok")
        assert [line["access"] for line in gateway.events("kafka-access")] == ["ClusterDenied", "Ok"]
    finally:
        secured_kafka.revoke("dave")


def test_a_right_to_describe_is_none_to_write(secured_kafka, start_gateway):
    """For whom may write elsewhere it is a 403, at once; for whom may write nowhere, a 502."""
    stored = secured_kafka.tool.count("payments")
    for principal in ("alice", "dave"):
        secured_kafka.grant(principal, "payments", "DESCRIBE")
    try:
        gateway = start(start_gateway, secured_kafka, "SECURE", {})
        gateway.await_ready()
        for _ in range(2):  # before its partitions are known, and afterwards
            answer, seconds = timed_send(gateway, "payments")
            assert answer.status == 403, answer
            problem = answer.json()
            assert (problem["code"], problem["persistence"]) == ("TopicNotAuthorized", "NotPersisted")
            assert problem["retriable"] is False
            assert "grants WRITE and DESCRIBE" in problem["detail"]
            assert seconds < SOON_SECONDS
        assert gateway.http.send(topic="orders", value="x").status == 200, "the producer lives"

        nowhere = start(start_gateway, secured_kafka, "SECURE", CASES["no right to write anywhere"].settings)
        await_access(nowhere, "ClusterDenied")
        answer, seconds = timed_send(nowhere, "payments")
        assert_refused(answer, "Grant it WRITE")
        assert seconds < SOON_SECONDS
    finally:
        for principal in ("alice", "dave"):
            secured_kafka.revoke(principal)
        secured_kafka.grant("alice", "orders")
    assert secured_kafka.tool.count("payments") == stored


@pytest.mark.parametrize("topic", ["payments", "nowhere"])
def test_a_topic_without_a_right_is_a_403_and_so_is_one_that_is_missing(secured_kafka, start_gateway, topic):
    gateway = start(start_gateway, secured_kafka, "SECURE", {})
    gateway.await_ready()
    answer, seconds = timed_send(gateway, topic)
    assert answer.status == 403, answer
    problem = answer.json()
    assert problem["code"] == "TopicNotAuthorized"
    assert problem["persistence"] == "NotPersisted"
    assert problem["retriable"] is False
    assert "or has no such topic" in problem["detail"]
    assert seconds < SOON_SECONDS


def test_a_right_that_is_withdrawn_and_given_back_needs_no_restart(secured_kafka, start_gateway):
    gateway = start(start_gateway, secured_kafka, "MTLS", {})
    gateway.await_ready()
    assert gateway.http.send(topic="orders", value="x").status == 200
    secured_kafka.revoke("gateway")
    try:
        deadline = time.monotonic() + 10
        while (answer := gateway.http.send(topic="orders", value="x")).status == 200:
            assert time.monotonic() < deadline
        assert answer.status == 403, answer
        assert answer.json()["code"] == "TopicNotAuthorized"
    finally:
        secured_kafka.grant("gateway", "orders")
    deadline = time.monotonic() + 10
    while (answer := gateway.http.send(topic="orders", value="x")).status != 200:
        assert time.monotonic() < deadline, answer
    assert not gateway.events("kafka-fatal")


def test_a_broker_that_is_down_is_not_taken_for_one_that_refuses(secured_kafka, start_gateway):
    gateway = start(start_gateway, secured_kafka, "SECURE", {})
    gateway.await_ready()
    secured_kafka.broker.kill()
    try:
        gateway.await_ready(False)
        answer = gateway.http.post_json("/api/kafka/send", {"topic": "orders", "value": "x"},
                                        {"Request-Timeout-Ms": "1500"})
        assert answer.status in (503, 504), answer
    finally:
        secured_kafka.broker.start()
        secured_kafka._await()
    gateway.await_ready()
    assert gateway.http.send(topic="orders", value="x").status == 200
    assert not gateway.events("kafka-access")


@pytest.fixture
def issuer(secured_kafka):
    """As the test found it, afterwards."""
    found = dict(vars(secured_kafka.issuer))
    yield secured_kafka.issuer
    vars(secured_kafka.issuer).update(found)


def oauth_case(access, sentence, settings=None, clock=None, **issuer):
    return Case("OIDC", settings or {}, access, sentence, issuer, clock or {})


OAUTH_CASES = {
    "wrong issuer": oauth_case("CredentialsRefused", "reject the gateway's token", name="http://other.example"),
    "wrong audience": oauth_case("CredentialsRefused", "reject the gateway's token", audience="other"),
    "unknown key": oauth_case("CredentialsRefused", "reject the gateway's token", token_kid="unknown"),
    "not valid yet": oauth_case("CredentialsRefused", "the clocks of issuer and brokers", starts_in_seconds=60),
    "expired": oauth_case("TokenUnavailable", "have expired", life_seconds=-60),
    # Kafka would still let it in for 30 s, and break every connection off.
    "expired within the brokers' tolerance": oauth_case(
        "TokenUnavailable", "Check the clocks of both", life_seconds=-10, told_life_seconds=600),
    "expired by a clock that is ahead": oauth_case(
        "TokenUnavailable", "Check the clocks of both", clock={"seconds": 3600}),
    "wrong secret": oauth_case(
        "TokenUnavailable", "answers 401 (invalid_client)", {"OAuth_ClientSecret": "wrong"}),
    "failing endpoint": oauth_case("TokenUnavailable", "answers 500", mode="error"),
    "endpoint of something else": oauth_case("TokenUnavailable", "answers without a token", mode="html"),
    "no endpoint": oauth_case(
        "TokenUnavailable", "does not answer", {"OAuth_TokenEndpoint": "http://127.0.0.1:1/token"}),
}


@pytest.mark.parametrize("case", OAUTH_CASES.values(), ids=OAUTH_CASES.keys())
def test_who_has_no_good_token_is_told_so_within_two_seconds(secured_kafka, issuer, start_gateway, case):
    vars(issuer).update(case.issuer)
    gateway = start(start_gateway, secured_kafka, case.listener, case.settings, case.clock)
    await_access(gateway, case.access)
    for _ in range(2):
        answer, seconds = timed_send(gateway)
        assert_refused(answer, case.sentence)
        assert seconds < SOON_SECONDS
    kafka = gateway.http.get("/health/ready").json()["entries"]["kafka"]
    assert kafka["data"]["access"] == case.access
    log = gateway.log(10**6)
    assert "client-secret" not in log and "eyJ" not in log, "a secret or a token"


def test_a_token_endpoint_that_recovers_heals_without_a_restart(secured_kafka, issuer, start_gateway):
    issuer.mode = "error"
    gateway = start(start_gateway, secured_kafka, "OIDC", {})
    await_access(gateway, "TokenUnavailable")
    issuer.mode = "good"
    gateway.await_ready(timeout=25)
    assert gateway.http.send(topic="orders", value="x").status == 200


@pytest.mark.parametrize("behind_seconds", [0, 60])
def test_tokens_are_renewed_and_their_end_does_not_show(secured_kafka, issuer, start_gateway, behind_seconds):
    issuer.life_seconds = 12
    gateway = start(start_gateway, secured_kafka, "OIDC", {}, {"seconds": -behind_seconds})
    gateway.await_ready()
    issuer.requests.clear()
    stored = secured_kafka.tool.count("orders")
    end = time.monotonic() + 16
    sent = 0
    while time.monotonic() < end:
        answer = gateway.http.send(topic="orders", value="x")
        assert answer.status == 200, answer
        assert gateway.http.get("/health/ready").status == 200
        sent += 1
        time.sleep(0.05)
    assert secured_kafka.tool.count("orders") == stored + sent
    assert 1 <= len(issuer.requests) <= 4, "the clients share a token"
    assert not gateway.events("kafka-not-ready") and not gateway.events("kafka-access")
