"""No secret of a caller or of the configuration is in any output of the gateway, also with the most verbose log."""

import http.client
import json
import ssl
import subprocess

import pytest
from access_file import basic, entry, hash_password, new_key, rule, write
from callers_gateway import callers_gateway
from certificates import Identity
from gateway_process import GatewayProcess, Http, Response, binary
from token_forge import KeyServer

KEY, UNKNOWN_KEY = new_key("shop1"), new_key("nobody")
PASSWORD, WRONG_PASSWORD = "pass-SECRET-word", "wrong-SECRET-word"
PATHS = ("/metrics", "/health", "/health/ready", "/openapi.json", "/api/kafka/topics", "/")


@pytest.fixture(scope="module")
def sections(forge):
    return {"ApiKeys": [entry(KEY, "svc-shop")], "Users": [{"Name": "ann", "Hash": hash_password(PASSWORD)}],
            "ClientCertificates": [{"From": "CommonName", "Match": "*", "Principal": "cert-$1"}],
            "Grants": [rule("svc-shop ann cert-*", "orders", "Write", "Read")]}


@pytest.fixture(scope="module")
def gateway(folder, forge, authority, sections):
    keys = KeyServer()
    keys.answer = (200, forge.jwks())
    issuer = {"Issuer": forge.name, "Audience": forge.audience, "JwksUri": keys.url + "?key=url-SECRET", "AllowHttp": True}
    settings = {"Logging:Level": "Trace", "Logging:Access": "all", "Kafka:Librdkafka:debug": "all"}
    try:
        with callers_gateway(folder, authority, {**sections, "Issuers": [issuer]}, settings) as process:
            process.await_event("keys-fetched")
            yield process
    finally:
        keys.close()


@pytest.fixture(scope="module")
def credentials(forge):
    """Headers of each kind of credentials, good, bad and misplaced, by name."""
    token = forge.token()
    bent = token[:-40] + token[-40:][::-1]
    return {
        "key": {"X-API-Key": KEY}, "bearer": {"Authorization": f"Bearer {KEY}"}, "unknown key": {"X-API-Key": UNKNOWN_KEY},
        "malformed key": {"X-API-Key": "kgw_shop1_malformed-SECRET"}, "no key": {"X-API-Key": "plain-SECRET"},
        "password": {"Authorization": basic("ann", PASSWORD)},
        "wrong password": {"Authorization": basic("ann", WRONG_PASSWORD)},
        "malformed password": {"Authorization": "Basic malformed-SECRET"},
        "token": {"Authorization": f"Bearer {token}"}, "forged token": {"Authorization": f"Bearer {bent}"},
        "expired token": {"Authorization": f"Bearer {forge.token(forge.claims(exp=1000))}"},
        "malformed token": {"Authorization": "Bearer a.b.malformed-SECRET"},
        "other scheme": {"Authorization": "Digest response=digest-SECRET"}, "no scheme": {"Authorization": "scheme-SECRET"},
        "two": {"X-API-Key": KEY, "Authorization": f"Bearer {UNKNOWN_KEY}"},
        "cookie": {"X-API-Key": KEY, "Cookie": "session=cookie-SECRET"},
        "proxy": {"X-API-Key": KEY, "Proxy-Authorization": "Basic proxy-SECRET"},
        "query": {"X-API-Key": KEY, ":query": "?access_token=query-SECRET"},
    }


@pytest.fixture(scope="module")
def secrets(credentials, sections, folder, authority):
    """Everything that must not be seen."""
    texts = []
    for headers in credentials.values():
        for name, value in headers.items():
            texts.append(value.split("=")[-1] if name in (":query", "Cookie") else value.split(" ")[-1])
    texts += [text.split("_", 2)[2] for text in (KEY, UNKNOWN_KEY)] + [PASSWORD, WRONG_PASSWORD, "url-SECRET"]
    texts += [text.rsplit(".", 1)[1] for text in texts if text.count(".") == 2]
    texts += [sections["ApiKeys"][0]["Sha256"], sections["Users"][0]["Hash"], sections["Users"][0]["Hash"].rsplit("$", 1)[1]]
    for key in (folder / "gateway-server.key", folder / "k1.pem", authority.key):
        texts += [line for line in key.read_text().splitlines() if len(line) > 30 and not line.startswith("-")]
    return sorted(set(texts))


def ask(gateway, authority, method, target, headers, body=None, certificate=None):
    context = ssl.create_default_context(cafile=authority.certificate)
    if certificate:
        context.load_cert_chain(certificate.certificate, certificate.key)
    host, port = gateway.url.removeprefix("https://").rstrip("/").split(":")
    connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=20)
    headers = dict(headers)
    connection.request(method, target + headers.pop(":query", ""), body, headers)
    answer = connection.getresponse()
    found = Response(answer.status, answer.headers, answer.read())
    connection.close()
    return found


def found_in(outputs, secrets):
    return {name: [secret for secret in secrets if secret.encode() in output or json.dumps(secret)[1:-1].encode() in output]
            for name, output in outputs.items()
            if any(secret.encode() in output or json.dumps(secret)[1:-1].encode() in output for secret in secrets)}


def test_no_secret_of_a_caller_is_in_answers_metrics_health_or_the_log(gateway, authority, folder, credentials, secrets):
    outputs, statuses = {}, set()
    client = Identity(folder, "client", "/CN=shop", authority)
    for name, headers in {**credentials, "certificate": {}}.items():
        certificate = client if name == "certificate" else None
        for path in PATHS:
            answer = ask(gateway, authority, "GET", path, headers, certificate=certificate)
            outputs[f"{name} {path}"] = answer.body + str(answer.headers).encode()
        for topic in ("orders", "payroll"):
            answer = ask(gateway, authority, "POST", "/api/kafka/send", {"Content-Type": "application/json", **headers},
                         json.dumps({"topic": topic, "value": 1}), certificate)
            outputs[f"{name} {topic}"] = answer.body + str(answer.headers).encode()
            statuses.add(answer.status)
    assert statuses == {200, 400, 401, 403}
    management = Http(gateway.events("management-listening")[0]["url"])
    for path in ("/metrics", "/health"):
        outputs[f"management {path}"] = management.get(path).body
    log = gateway.log_path.read_bytes()
    assert b'"level":"debug"' in log and b"librdkafka" in log and b"svc-shop" in log
    assert found_in({**outputs, "log": log}, secrets) == {}


def test_no_secret_of_requests_that_are_not_http_is_in_answers_or_the_log(tmp_path):
    write(tmp_path / "access.json", ApiKeys=[entry(KEY, "svc-shop")])
    gateway = GatewayProcess(tmp_path / "gateway.log", "embedded", {
        "Access:File": tmp_path / "access.json", "Logging:Level": "Trace", "Logging:Access": "all"})
    try:
        gateway.await_ready()
        outputs = {str(number): gateway.http.raw(text.encode(), timeout=5, close_write=True) for number, text in enumerate((
            f"POST /api/kafka/send HTTP/1.1\r\nHost: h\r\nX-API-Key : {KEY}\r\n\r\n",
            f"POST /api/kafka/send HTTP/1.1\r\nHost: h\r\nX-API-Key: {KEY}\x01\r\n\r\n",
            f"POST /api/kafka/send HTTP/1.1\r\nHost: h\r\nX-API-Key: {KEY}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            f"POST /api/kafka/send HTTP/1.1\r\nX-API-Key: {KEY}\r\n\r\n",
            f"POST /api/kafka/send HTTP/1.1\r\nHost: h\r\nX-API-Key: {KEY}",
            f"X-API-Key: {KEY}\r\n\r\n"))}
        assert all(output.startswith(b"HTTP/1.1 4") for name, output in outputs.items() if name != "4"), outputs
        gateway.stop()
        assert found_in({**outputs, "log": gateway.log_path.read_bytes()}, [KEY.split("_", 2)[2]]) == {}
    finally:
        gateway.kill()


def test_errors_of_the_access_file_do_not_quote_secrets(tmp_path):
    secret = "SECRET" * 4
    write(tmp_path / "access.json",
          ApiKeys=[{"Id": "shop1", "Sha256": secret, "Principal": "a"}, {"Id": "shop2", "Key": secret}],
          Users=[{"Name": "ann", "Hash": f"$apr1$salt${secret}"}, {"Name": "bob", "Password": secret}],
          Issuers=[{"Issuer": "a", "Audience": "b", "JwksUri": f"https://user:{secret}@id.example/jwks"}])
    for command in (["access", "check", tmp_path / "access.json"],
                    ["access", "explain", tmp_path / "access.json", "--principal=a", "--topic=b"],
                    ["--check-config", f"--Access:File={tmp_path / 'access.json'}"]):
        run = subprocess.run([binary(), *command], capture_output=True, timeout=30)
        assert run.returncode == 78 and len(run.stderr.splitlines()) >= 5, run
        assert secret.encode() not in run.stdout + run.stderr


SETTINGS = {"Kafka:Sasl:Password": "sasl-SECRET", "Kafka:OAuth:ClientSecret": "oauth-SECRET",
            "Kafka:Tls:KeyPassword": "tls-SECRET", "Kafka:Librdkafka:sasl.password": "own-SECRET",
            "Kafka:Librdkafka:ssl.key.password": "key-SECRET", "Kafka:Librdkafka:ssl.keystore.password": "store-SECRET",
            "Kafka:Librdkafka:sasl.oauthbearer.client.secret": "client-SECRET",
            "Kafka:Librdkafka:sasl.oauthbearer.config": "config-SECRET",
            "Kafka:Librdkafka:ssl.key.pem": "pem-SECRET"}


@pytest.mark.parametrize("key", SETTINGS)
@pytest.mark.parametrize("option", ["--print-config", "--check-config"])
@pytest.mark.parametrize("by", ["argument", "environment", "file"])
def test_the_configuration_is_printed_without_secrets(tmp_path, key, option, by):
    secret, environment, arguments = SETTINGS[key], {}, []
    if by == "argument":
        arguments = [f"--{key}={secret}"]
    elif by == "environment":
        environment = {key.replace(":", "__").replace(".", "_"): secret}
    else:
        section, rest = key.split(":", 1)
        part, name = rest.split(":", 1)
        (tmp_path / "own.json").write_text(json.dumps({section: {part: {name: secret}}}))
        arguments = ["--config", tmp_path / "own.json"]
    run = subprocess.run([binary(), option, *arguments, "--Kafka:BootstrapServers=kafka:9092"], capture_output=True, timeout=30,
                         env={"PATH": "/usr/bin:/bin", **environment})
    assert run.returncode in (0, 78)
    assert run.stdout + run.stderr or option == "--check-config"
    assert secret.encode() not in run.stdout + run.stderr
