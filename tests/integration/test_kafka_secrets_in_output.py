"""No secret with which the gateway logs in to Kafka is in any output, also with everything that librdkafka can log."""

import subprocess
import time

import pytest
from gateway_process import binary

VERBOSE = {"Logging:Level": "Trace", "Kafka:Librdkafka:debug": "all"}


def encrypted_key(kafka):
    kafka.pki.issue("verbose", "gateway", password="key-SECRET")
    return {"Tls_CertificateFile": kafka.file("verbose.crt"), "Tls_KeyFile": kafka.file("verbose.key"),
            "Tls_KeyPassword": "key-SECRET"}


# By name: the listener, settings, and what must not be seen.
CASES = {
    "PLAIN": ("SECURE", {}, ["alice-secret"]),
    "PLAIN, wrong": ("SECURE", {"Sasl_Password": "wrong-SECRET"}, ["wrong-SECRET"]),
    "PLAIN without TLS": ("CLEAR", {}, ["alice-secret"]),
    "SCRAM": ("SECURE", {"Sasl_Mechanism": "SCRAM-SHA-512"}, ["alice-secret"]),
    "OAUTHBEARER": ("OIDC", {}, ["client-secret", "Z2F0ZXdheTpjbGllbnQtc2VjcmV0", "eyJ"]),
    "OAUTHBEARER, wrong": ("OIDC", {"OAuth_ClientSecret": "wrong-SECRET"}, ["wrong-SECRET"]),
    "encrypted key": ("MTLS", encrypted_key, ["key-SECRET", "PRIVATE KEY"]),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_no_secret_for_kafka_is_in_any_output(secured_kafka, start_gateway, case):
    listener, settings, secrets = case
    settings = settings(secured_kafka) if callable(settings) else settings
    settings = secured_kafka.settings(listener, **settings)
    gateway = start_gateway(secured_kafka.addresses[listener], settings={**settings, **VERBOSE})
    deadline = time.monotonic() + 20
    while gateway.http.get("/health/ready").status != 200 and not gateway.events("kafka-access"):
        assert time.monotonic() < deadline, gateway.log()
        time.sleep(0.05)
    answer = gateway.http.send(topic="orders", value="x")
    printed = subprocess.run([binary(), "--print-config", *(f"--{key}={value}" for key, value in settings.items())],
                             capture_output=True, timeout=20)
    outputs = {"answer": answer.body, "print-config": printed.stdout + printed.stderr}
    for path in ("/metrics", "/health"):
        outputs[path] = gateway.http.get(path).body
    outputs["log"] = gateway.log_path.read_bytes()
    assert b'"level":"debug"' in outputs["log"] and b"SASL" in outputs["log"] or listener == "MTLS"
    assert printed.returncode == 0, printed.stderr
    assert {name: secret for name, output in outputs.items() for secret in secrets if secret.encode() in output} == {}
