"""The gateway connects to a Kafka with TLS, logins and ACLs."""

import subprocess
import uuid

import pytest
from gateway_process import binary


def start(start_gateway, kafka, listener, **settings):
    gateway = start_gateway(kafka.addresses[listener], settings=kafka.settings(listener, **settings))
    gateway.await_ready()
    return gateway


def send_and_read_back(gateway, kafka, topic="orders"):
    value = uuid.uuid4().hex
    answer = gateway.http.send(topic=topic, value=value)
    assert answer.status == 200, answer
    assert kafka.tool.read(topic)[-1].value == value.encode()


def check_config(kafka, listener, **settings):
    command = [binary(), "--check-config", f"--Kafka:BootstrapServers={kafka.addresses[listener]}"]
    command += [f"--{key}={value}" for key, value in kafka.settings(listener, **settings).items()]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


@pytest.mark.parametrize("listener", ["SECURE", "MTLS", "OIDC", "CLEAR"])
def test_a_record_gets_through(secured_kafka, start_gateway, listener):
    gateway = start(start_gateway, secured_kafka, listener)
    send_and_read_back(gateway, secured_kafka)


def test_secrets_come_from_files_and_are_in_no_output(secured_kafka, start_gateway, tmp_path):
    secured_kafka.pki.issue("encrypted", "gateway", password="key-secret")
    password = tmp_path / "password"
    password.write_text("alice-secret\n")
    gateway = start(start_gateway, secured_kafka, "SECURE", Sasl_Password=f"file:{password}",
                    Tls_CertificateFile=secured_kafka.file("encrypted.crt"),
                    Tls_KeyFile=secured_kafka.file("encrypted.key"), Tls_KeyPassword="key-secret")
    send_and_read_back(gateway, secured_kafka)
    for secret in ("alice-secret", "key-secret"):
        assert secret not in gateway.log(10**6)
        assert secret.encode() not in gateway.http.get("/metrics").body + gateway.http.get("/health").body


def test_what_librdkafka_would_refuse_at_start_is_refused_by_check_config(secured_kafka):
    assert check_config(secured_kafka, "MTLS").returncode == 0
    for settings, sentence in [
        ({"Tls_CaFile": "/nonexistent"}, "Kafka:Tls:CaFile: the file /nonexistent cannot be read"),
        ({"Tls_KeyFile": secured_kafka.file("other.key")}, "Kafka:Tls:KeyFile: librdkafka cannot use it: "),
        ({"Tls_KeyFile": None}, "Kafka:Tls:CertificateFile: is set without Kafka:Tls:KeyFile"),
        ({"Sasl_Mechanism": "PLAIN"}, "Kafka:Sasl:Mechanism: has no effect with this Kafka:Security:Protocol"),
        ({"Sasl_Mechanism": "GSSAPI"}, "Kafka:Sasl:Mechanism: \"GSSAPI\" is not allowed"),
    ]:
        result = check_config(secured_kafka, "MTLS", **settings)
        assert result.returncode == 78, result
        lines = result.stderr.splitlines()
        assert len(lines) == 1 and sentence in lines[0], result.stderr


def test_check_config_connects_to_nobody(secured_kafka):
    """Otherwise a password that is not valid yet would make every check of a deployment fail."""
    result = check_config(secured_kafka, "SECURE", Sasl_Password="wrong")
    assert result.returncode == 0, result
    assert result.stderr == ""


def test_scram_with_a_librdkafka_that_kafka_4_refuses_is_warned_of(secured_kafka, start_gateway):
    version = subprocess.run([binary(), "--version"], capture_output=True, text=True).stdout
    number = tuple(map(int, version.rpartition("librdkafka ")[2].strip().strip(")").split(".")))
    gateway = start_gateway(secured_kafka.addresses["SECURE"],
                            settings=secured_kafka.settings("SECURE", Sasl_Mechanism="SCRAM-SHA-512"))
    warnings = [line["message"] for line in gateway.events("kafka-security")]
    if number >= (2, 6, 1):
        gateway.await_ready()
        send_and_read_back(gateway, secured_kafka)
        assert not warnings
    else:
        assert len(warnings) == 1 and "SCRAM" in warnings[0] and "2.6.1" in warnings[0], warnings
