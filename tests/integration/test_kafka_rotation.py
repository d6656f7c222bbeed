"""Passwords and certificates for Kafka are replaced while the gateway runs: nothing fails for it."""

import os
import shutil
import signal
import threading
import time

import pytest


def await_events(gateway, event, count, timeout=20):
    deadline = time.monotonic() + timeout
    while len(gateway.events(event)) < count:
        assert time.monotonic() < deadline, f"no {count} '{event}':\n{gateway.log()}"
        time.sleep(0.02)


def replace(path, text):
    path.with_suffix(".new").write_text(text)
    os.replace(path.with_suffix(".new"), path)


class Load:
    """Sends records one after the other, from several threads, and remembers each answer."""

    def __init__(self, gateway, threads=4):
        self._gateway = gateway
        self._stop = threading.Event()
        self.statuses = []
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _run(self):
        while not self._stop.is_set():
            self.statuses.append(self._gateway.http.send(topic="orders", value="x").status)

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        return self.statuses


def test_a_password_that_is_corrected_in_its_file_heals(secured_kafka, start_gateway, tmp_path):
    password = tmp_path / "password"
    password.write_text("wrong\n")
    gateway = start_gateway(secured_kafka.addresses["SECURE"],
                            settings=secured_kafka.settings("SECURE", Sasl_Password=f"file:{password}"))
    gateway.await_event("kafka-access")
    replace(password, "alice-secret\n")
    gateway.await_ready(timeout=10)
    assert gateway.http.send(topic="orders", value="x").status == 200
    await_events(gateway, "kafka-reloaded", 1)
    assert "alice-secret" not in gateway.log(10**6)


def test_a_wrong_new_password_does_not_break_open_connections(secured_kafka, start_gateway, tmp_path):
    password = tmp_path / "password"
    password.write_text("alice-secret\n")
    gateway = start_gateway(secured_kafka.addresses["SECURE"],
                            settings=secured_kafka.settings("SECURE", Sasl_Password=f"file:{password}"))
    gateway.await_ready()
    assert gateway.http.send(topic="orders", value="x").status == 200
    replace(password, "wrong\n")
    await_events(gateway, "kafka-reloaded", 1)
    for _ in range(20):
        assert gateway.http.send(topic="orders", value="x").status == 200
    unknown = secured_kafka.create_topic()
    assert gateway.http.send(topic=unknown, value="x").status == 200, "look-ups keep their connections, too"
    password.unlink()
    await_events(gateway, "kafka-reload-failed", 1)
    assert b"kafka_gateway_kafka_secrets_stale 1" in gateway.http.get("/metrics").body.splitlines()


@pytest.fixture
def identity(secured_kafka, tmp_path):
    """Copies of the gateway's certificate and key, to be replaced."""

    def renew(name="renewed", days=30):
        secured_kafka.pki.issue(name, "gateway", days=days)
        for end in ("key", "crt"):
            shutil.copy(secured_kafka.file(f"{name}.{end}"), tmp_path / f"{end}.new")
            os.replace(tmp_path / f"{end}.new", tmp_path / f"gateway.{end}")

    renew()
    renew.settings = {"Tls_CertificateFile": tmp_path / "gateway.crt", "Tls_KeyFile": tmp_path / "gateway.key"}
    return renew


def certificate_expiry(gateway):
    for line in gateway.http.get("/metrics").body.decode().splitlines():
        if line.startswith('kafka_gateway_kafka_certificate_expiry_timestamp_seconds{use="client"}'):
            return float(line.split()[-1])
    return None


def test_certificates_are_renewed_under_load_and_nothing_fails(secured_kafka, start_gateway, identity):
    gateway = start_gateway(secured_kafka.addresses["MTLS"],
                            settings=secured_kafka.settings("MTLS", **identity.settings))
    gateway.await_ready()
    before = certificate_expiry(gateway)
    stored = secured_kafka.tool.count("orders")
    load = Load(gateway)
    try:
        for i in range(3):
            identity(days=60 + i)
            await_events(gateway, "kafka-renewed", i + 1)
    finally:
        statuses = load.stop()
    assert set(statuses) == {200}, sorted(statuses)[-5:]
    assert len(statuses) > 10
    assert secured_kafka.tool.count("orders") == stored + len(statuses)
    assert certificate_expiry(gateway) > before
    assert not gateway.events("kafka-not-ready")
    assert b"kafka_gateway_producer_replacements_total 0" in gateway.http.get("/metrics").body.splitlines()


def test_files_that_do_not_fit_together_change_nothing(secured_kafka, start_gateway, identity, tmp_path):
    gateway = start_gateway(secured_kafka.addresses["MTLS"],
                            settings=secured_kafka.settings("MTLS", **identity.settings))
    gateway.await_ready()
    secured_kafka.pki.issue("unrelated", "gateway")
    shutil.copy(secured_kafka.file("unrelated.key"), tmp_path / "key.new")
    os.replace(tmp_path / "key.new", tmp_path / "gateway.key")
    await_events(gateway, "kafka-reload-failed", 1)
    assert "Kafka:Tls:KeyFile" in gateway.events("kafka-reload-failed")[0]["error"]
    assert gateway.http.send(topic="orders", value="x").status == 200
    assert not gateway.events("kafka-renewed")
    identity()
    await_events(gateway, "kafka-renewed", 1)
    assert gateway.http.send(topic="orders", value="x").status == 200


def test_sighup_reads_everything_again(secured_kafka, start_gateway, identity):
    gateway = start_gateway(secured_kafka.addresses["MTLS"],
                            settings=secured_kafka.settings("MTLS", **identity.settings))
    gateway.await_ready()
    gateway.signal(signal.SIGHUP)
    await_events(gateway, "kafka-renewed", 1)
    assert gateway.http.send(topic="orders", value="x").status == 200
