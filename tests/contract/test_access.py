"""A gateway with an access file, over HTTP: accepted and refused callers, reloads, and no secret in any output."""

import json
import signal
import subprocess
import time

import pytest
from access_file import entry, new_key, rule, write
from gateway_process import GatewayProcess, Http, binary

KEYS = {name: new_key(name) for name in ("shop1", "shop2", "audit", "early", "late", "disabled", "wrong", "admin")}
PAST, FUTURE = "2001-01-01T00:00:00Z", "2101-01-01T00:00:00Z"
SECTIONS = {
    "ApiKeys": [
        entry(KEYS["shop1"], "svc-shop"),
        entry(KEYS["shop2"], "svc-shop", NotBefore=PAST, Expires=FUTURE),
        entry(KEYS["audit"], "audit", Groups=["auditors"]),
        entry(KEYS["early"], "svc-shop", NotBefore=FUTURE),
        entry(KEYS["late"], "svc-shop", Expires=PAST),
        entry(KEYS["disabled"], "svc-shop", Disabled=True),
        {**entry(KEYS["wrong"], "svc-shop"), "Sha256": "0" * 64},
        entry(KEYS["admin"], "admin"),
    ],
    "Grants": [
        rule("svc-*", "orders payments.*"),
        rule("group:auditors", "audit.*", "Read"),
        rule("anonymous", "public"),
        rule("admin", "*", "Write", "Read"),
    ],
    "Denials": [rule("*", "payments.secret", "Write", "Read")],
}


@pytest.fixture(scope="module")
def access_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("access") / "access.json"
    write(path, **SECTIONS)
    return path


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, access_path):
    log = tmp_path_factory.mktemp("gateway") / "access.log"
    process = GatewayProcess(log, "embedded", {"Access:File": access_path, "Access:FailedAttemptsPerMinute": 0, "Logging:Access": "all"})
    try:
        process.await_ready()
        yield process
        process.stop()
    finally:
        process.kill()


def send(gateway, topic, key=None, headers=None):
    headers = {**({"X-API-Key": key} if key else {}), **(headers or {})}
    return gateway.http.post_json("/api/kafka/send", {"topic": topic, "value": 1}, headers)


def problem(answer, status, code, document=None, path=None, method="POST"):
    assert answer.status == status, answer
    assert answer.json()["code"] == code
    assert answer.json()["persistence"] == "NotPersisted"
    if document:
        document.check(method, path, answer)
    return answer.json()


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
def test_a_key_writes_what_is_granted_to_its_principal(gateway, header):
    for key in (KEYS["shop1"], KEYS["shop2"]):
        value = key if header == "X-API-Key" else f"Bearer {key}"
        assert send(gateway, "orders", headers={header: value}).status == 200
        assert send(gateway, "payments.eu.card", headers={header: value}).status == 200


def test_a_topic_that_is_not_granted_is_403_whether_it_exists_or_not(gateway, document):
    for topic in ("audit.log", "public", "payments.secret", "no-such-topic"):
        body = problem(send(gateway, topic, KEYS["shop1"]), 403, "Forbidden", document, "/api/kafka/send")
        assert body["detail"] == f'"svc-shop" may not write to "{topic}".'
        assert body["errors"] == [{"pointer": "/topic", "detail": body["detail"]}]


def test_without_credentials_only_what_is_granted_to_anonymous(gateway):
    assert send(gateway, "public").status == 200
    problem(send(gateway, "orders"), 403, "Forbidden")


@pytest.mark.parametrize("name", ["early", "late", "disabled", "wrong", "unknown", "malformed", "basic", "token"])
def test_every_refusal_of_credentials_is_the_same(gateway, document, name):
    headers = {"unknown": {"X-API-Key": new_key("nobody")}, "malformed": {"X-API-Key": "kgw_shop1_x"},
               "basic": {"Authorization": "Basic YTpi"}, "token": {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."},
               }.get(name) or {"X-API-Key": KEYS[name]}
    answer = send(gateway, "public", headers=headers)
    body = problem(answer, 401, "Unauthorized", document, "/api/kafka/send")
    assert body["detail"] == "The credentials of the request are not valid."
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="kafka-gateway", error="invalid_token"'


def test_credentials_that_differ_are_400(gateway):
    problem(send(gateway, "orders", KEYS["shop1"], {"Authorization": "Bearer " + KEYS["shop2"]}), 400, "BadRequest")
    same = {"Authorization": "Bearer " + KEYS["shop1"]}
    assert send(gateway, "orders", KEYS["shop1"], same).status == 200


def test_a_batch_is_refused_whole_with_a_pointer_for_each_record(gateway, document):
    batch = [{"topic": topic, "value": 1} for topic in ("orders", "audit.log", "payments.a", "other")]
    answer = gateway.http.send_batch(batch, {"X-API-Key": KEYS["shop1"]})
    body = problem(answer, 403, "Forbidden", document, "/api/kafka/send/batch")
    assert [error["pointer"] for error in body["errors"]] == ["/1/topic", "/3/topic"]


def test_a_raw_send_is_refused_before_its_body_is_read(gateway, document):
    head = (f"POST /api/kafka/topics/audit.log HTTP/1.1\r\nHost: h\r\nX-API-Key: {KEYS['shop1']}\r\n"
            "Content-Type: text/plain\r\nContent-Length: 100\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
    received = gateway.http.raw(head.encode(), close_write=True)
    assert received.startswith(b"HTTP/1.1 403"), received
    body = json.loads(received.split(b"\r\n\r\n", 1)[1])
    assert body["errors"] == [{"parameter": "topic", "detail": '"svc-shop" may not write to "audit.log".'}]


def test_a_caller_sees_the_topics_that_it_may_touch(gateway):
    # The embedded broker creates topics on their first record.
    for topic in ("orders", "audit.log", "public", "payments.secret"):
        send(gateway, topic, KEYS["admin"])
    deadline = time.monotonic() + 10

    def names(key):
        answer = gateway.http.get("/api/kafka/topics", **{"X-API-Key": KEYS[key]})
        return {topic["name"] for topic in answer.json()["topics"]}

    while not {"orders", "public", "audit.log"} <= names("admin"):
        assert time.monotonic() < deadline, names("admin")
        time.sleep(0.05)
    assert "orders" in names("shop1")
    assert all(name == "orders" or name.startswith("payments.") for name in names("shop1"))
    assert names("audit") == {"audit.log"}
    show = lambda topic, key: gateway.http.get(f"/api/kafka/topics/{topic}", **{"X-API-Key": KEYS[key]})
    assert show("audit.log", "audit").status == 200
    problem(show("audit.log", "shop1"), 403, "Forbidden")
    problem(show("no-such-topic", "shop1"), 403, "Forbidden")
    problem(send(gateway, "audit.log", KEYS["audit"]), 403, "Forbidden")  # it may only read


def test_health_and_problem_pages_are_open_and_the_rest_needs_a_caller(gateway, document):
    for path in ("/health", "/health/live", "/health/ready", "/api/kafka/health", "/problems/", "/problems/forbidden"):
        assert gateway.http.get(path).status == 200, path
    for path in ("/metrics", "/openapi.json", "/swagger/", "/"):
        problem(gateway.http.get(path), 401, "Unauthorized", document, path, "GET")
        assert gateway.http.get(path, **{"X-API-Key": KEYS["audit"]}).status != 401, path


def test_everything_that_it_counts_and_logs_names_principals_and_reasons(gateway):
    send(gateway, "orders", KEYS["shop1"])
    send(gateway, "orders", KEYS["late"])
    metrics = gateway.http.get("/metrics", **{"X-API-Key": KEYS["admin"]}).body.decode()
    assert 'kafka_gateway_authentications_total{scheme="api-key",result="accepted"}' in metrics
    assert 'kafka_gateway_authentications_total{scheme="api-key",result="expired"}' in metrics
    assert 'kafka_gateway_principal_requests_total{principal="svc-shop",class="2xx"}' in metrics
    requests = gateway.events("request")
    assert any(line.get("enduser.id") == "svc-shop" for line in requests)
    assert any(line.get("auth.refusal") == "expired" for line in requests)


def test_no_secret_is_in_any_output(gateway, access_path):
    answers = [send(gateway, "none", key) for key in KEYS.values()]
    answers += [gateway.http.get(path, **{"X-API-Key": KEYS["admin"]}) for path in ("/metrics", "/health", "/openapi.json")]
    printed = subprocess.run([binary(), "--print-config", f"--Access:File={access_path}"], capture_output=True)
    outputs = [answer.body + bytes(str(answer.headers), "utf-8") for answer in answers]
    outputs += [printed.stdout, printed.stderr, gateway.log_path.read_bytes()]
    assert b"svc-shop" in gateway.log_path.read_bytes()
    secrets = [key.split("_", 2)[2] for key in KEYS.values()] + [key["Sha256"] for key in SECTIONS["ApiKeys"][:6]]
    for output in outputs:
        assert [secret for secret in secrets if secret.encode() in output] == []


@pytest.fixture
def own(tmp_path):
    """(gateway, path of its access file), for one test only."""
    path = tmp_path / "access.json"
    write(path, **SECTIONS)
    process = GatewayProcess(tmp_path / "gateway.log", "embedded",
                             {"Access:File": path, "Access:FailedAttemptsPerMinute": 0})
    try:
        process.await_ready()
        yield process, path
        process.stop()
    finally:
        process.kill()


def await_status(gateway, topic, key, status):
    deadline = time.monotonic() + 10
    while send(gateway, topic, key).status != status:
        assert time.monotonic() < deadline, f"not {status}:\n{gateway.log()}"
        time.sleep(0.05)


def test_a_changed_file_takes_effect_by_itself(own):
    gateway, path = own
    fresh = new_key("fresh")
    assert send(gateway, "orders", fresh).status == 401
    write(path, ApiKeys=[entry(fresh, "svc-shop")], Grants=SECTIONS["Grants"])
    await_status(gateway, "orders", fresh, 200)
    assert send(gateway, "orders", KEYS["shop1"]).status == 401
    assert gateway.events("access-reloaded")


def test_a_file_with_errors_changes_nothing_but_is_told_everywhere(own):
    gateway, path = own
    write(path, text='{"ApiKeys": [],\n "Grant": []}')
    error = gateway.await_event("access-reload-failed")
    assert f"file {path}, line 2: Grant: unknown key" in error["error"]
    assert send(gateway, "orders", KEYS["shop1"]).status == 200
    health = gateway.http.get("/health/ready")
    assert (health.status, health.json()["status"]) == (200, "Degraded")
    assert health.json()["entries"]["access"]["status"] == "Degraded"
    metrics = lambda: gateway.http.get("/metrics", **{"X-API-Key": KEYS["shop1"]}).body.decode().splitlines()
    assert "kafka_gateway_access_file_stale 1" in metrics()
    write(path, **SECTIONS)
    gateway.await_event("access-reloaded")
    assert gateway.http.get("/health").json()["status"] == "Healthy"
    assert "kafka_gateway_access_file_stale 0" in metrics()
    assert len(gateway.events("access-reload-failed")) == 1, "once, although the file is looked at each second"


def test_a_file_that_vanishes_changes_nothing(own):
    gateway, path = own
    path.unlink()
    gateway.await_event("access-reload-failed")
    assert send(gateway, "orders", KEYS["shop1"]).status == 200


def test_sighup_reads_the_file_again(own):
    gateway, _ = own
    gateway.signal(signal.SIGHUP)
    gateway.await_event("access-reloaded")
    assert send(gateway, "orders", KEYS["shop1"]).status == 200


def test_a_file_with_errors_prevents_the_start_with_all_of_them(tmp_path):
    path = tmp_path / "access.json"
    write(path, text='{"ApiKey": [],\n "Grant": []}')
    for option in ("--check-config", "--Http:Port=0"):
        run = subprocess.run([binary(), option, f"--Access:File={path}", "--Kafka:BootstrapServers=embedded"],
                             capture_output=True, text=True, timeout=30)
        assert run.returncode == 78
        assert len(run.stderr.splitlines()) == 2, run.stderr
    missing = subprocess.run([binary(), "--check-config", "--Access:File=/nowhere/a.json"], capture_output=True, text=True)
    assert missing.returncode == 78
    assert "/nowhere/a.json: cannot be read" in missing.stderr


def test_on_the_management_port_everything_is_open(tmp_path):
    path = tmp_path / "access.json"
    write(path, **SECTIONS)
    process = GatewayProcess(tmp_path / "gateway.log", "embedded", {"Access:File": path, "Management:Port": 0})
    try:
        management = Http(process.await_event("management-listening")["url"])
        assert management.get("/metrics").status == 200
        assert management.get("/health").json()["entries"]["access"]["status"] == "Healthy"
    finally:
        process.kill()


@pytest.mark.parametrize(("settings", "warns"), [
    ({"Http:Address": "0.0.0.0"}, True), ({"Http:Address": "::1"}, False), ({}, False)], ids=str)
def test_without_a_file_everybody_may_write_and_the_log_says_so_once_if_others_can_come(tmp_path, settings, warns):
    process = GatewayProcess(tmp_path / "gateway.log", "embedded", settings)
    try:
        assert send(process, "anything", "kgw_whatever").status == 200 if not warns else True
        assert len(process.events("callers-not-authenticated")) == (1 if warns else 0)
    finally:
        process.kill()


def test_failed_attempts_of_an_address_are_limited_but_valid_keys_are_not(tmp_path, document):
    path = tmp_path / "access.json"
    write(path, **SECTIONS)
    process = GatewayProcess(tmp_path / "gateway.log", "embedded",
                             {"Access:File": path, "Access:FailedAttemptsPerMinute": 1})
    try:
        statuses = [send(process, "orders", KEYS["wrong"]).status for _ in range(20)]
        assert statuses[0] == 401
        assert statuses.count(429) >= 18
        answer = send(process, "orders", new_key("nobody"))
        problem(answer, 429, "RateLimited", document, "/api/kafka/send")
        assert answer.headers["RateLimit-Policy"] == '"failed-attempts";q=1;w=60'
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert "WWW-Authenticate" not in answer.headers
        assert send(process, "orders", KEYS["shop1"]).status == 200
        assert send(process, "orders").status == 403, "who shows nothing tries nothing"
        text = process.http.get("/metrics", **{"X-API-Key": KEYS["shop1"]}).body.decode()
        assert 'kafka_gateway_http_rejected_total{reason="failed-attempts"}' in text
    finally:
        process.kill()
