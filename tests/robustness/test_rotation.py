"""Every secret and certificate is replaced every second under load, with TLS and logins on both sides: every answer
is a 200, and Kafka has exactly what was answered."""

import itertools
import os
import signal
import socket
import ssl
import time

import access_file
import pytest
from case import REPORTED, scaled, wait_for
from secured_kafka import SecuredKafka

IDENTITIES = 3  # of the gateway, for either side, in turn
# Old keys stay valid for so many turns: a pipelined request is checked when those before it are answered.
OLD_KEYS = 6
SECONDS = scaled(9, 90)


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    with SecuredKafka(tmp_path_factory.mktemp("secured-kafka")) as kafka:
        yield kafka


@pytest.fixture
def cluster(secured):
    """The cluster of this module's cases."""
    return secured


class Rotation:
    """The gateway's files, and their next versions. What a version replaces stays valid for a while, as whoever rotates
    secrets has to see to."""

    def __init__(self, kafka, directory):
        directory.mkdir()
        self._kafka = kafka
        self._directory = directory
        self._keys = [access_file.new_key(f"load{number}") for number in range(2)]  # the last one is used next
        self._key_count = 0
        self._versions = itertools.count()
        for number in range(IDENTITIES):
            kafka.pki.issue(f"server-{number}")
            kafka.pki.issue(f"client-{number}", "gateway")
        (directory / "key").write_text(self._keys[0])
        for step in (self._write_access, self.renew_server, self.renew_client, self._write_password):
            step(next(self._versions))
        self.settings = kafka.settings(
            "BOTH", Sasl_Password=f"file:{self.path('password')}", Tls_CaFile=self.path("authorities.crt"),
            Tls_CertificateFile=self.path("client.crt"), Tls_KeyFile=self.path("client.key")) | {
                "Http:Tls:CertificateFile": self.path("server.crt"), "Http:Tls:KeyFile": self.path("server.key"),
                "Access:File": self.path("access.json"), "Management:Port": 0}

    def path(self, name):
        return self._directory / name

    def _replace(self, name, data):
        fresh = self.path(f"{name}.new")
        fresh.write_bytes(data if isinstance(data, bytes) else data.encode())
        os.replace(fresh, self.path(name))

    def _write_access(self, version):
        """Some old keys, that of the load and the next one; and other ways to say the same."""
        others = [access_file.entry(access_file.new_key(f"other{i}"), "svc-other") for i in range(version % 5)]
        self._key_count = len(self._keys) + len(others)
        access_file.write(
            self.path("access.json"),
            ApiKeys=[access_file.entry(key, "svc-load", Groups=["loaders"]) for key in self._keys] + others,
            Grants=[access_file.rule("group:loaders" if version % 2 else "svc-load", "*")],
            Rates=[access_file.rate("svc-load", RequestsPerSecond=10**6 + version)] if version % 3 else [])

    def renew_server(self, version):
        for end in ("crt", "key"):
            self._replace(f"server.{end}", self._file(f"server-{version % IDENTITIES}.{end}"))

    def renew_client(self, version):
        """The certificate for Kafka, and the authorities that it is trusted by: with or without a stranger."""
        for end in ("crt", "key"):
            self._replace(f"client.{end}", self._file(f"client-{version % IDENTITIES}.{end}"))
        stranger = self._kafka.stranger.ca.read_bytes() if version % 2 else b""
        self._replace("authorities.crt", self._kafka.pki.ca.read_bytes() + stranger)

    def _write_password(self, version):
        self._replace("password", f"alice-secret-{version}\n")

    def _file(self, name):
        return (self._kafka.directory / name).read_bytes()

    def turn(self, gateway):
        """Replaces everything and waits until it is in effect; then the load uses the next key."""
        version = next(self._versions)
        if version % 3 == 0:
            self._refuse_access(gateway)
        renewals, certificates = (len(gateway.events(name)) for name in ("kafka-reloaded", "tls-reloaded"))
        self._write_access(version)
        self.renew_server(version)
        self.renew_client(version)
        self._write_password(version)
        if version % 2:  # otherwise the gateway has to notice by itself, except for its own certificate
            gateway.signal(signal.SIGHUP)
            wait_for(lambda: len(gateway.events("tls-reloaded")) > certificates, "the new certificate")
        wait_for(lambda: gateway.events("access-reloaded")[-1:] and
                 gateway.events("access-reloaded")[-1]["apiKeys"] == self._key_count, "the new access file")
        wait_for(lambda: len(gateway.events("kafka-reloaded")) > renewals, "the new secrets of Kafka")
        self._replace("key", self._keys[-1])
        self._keys = [*self._keys, access_file.new_key(f"load{version}")][-OLD_KEYS - 2:]

    def _refuse_access(self, gateway):
        refusals = len(gateway.events("access-reload-failed"))
        access_file.write(self.path("access.json"), text='{"ApiKeys": [{"Id": ')
        gateway.signal(signal.SIGHUP)
        wait_for(lambda: len(gateway.events("access-reload-failed")) > refusals, "an access file with errors")


def shown_certificate(gateway, authority):
    context = ssl.create_default_context(cafile=authority)
    address = gateway.http.address
    with socket.create_connection(address) as plain, context.wrap_socket(plain, server_hostname=address[0]) as tls:
        return ssl.DER_cert_to_PEM_cert(tls.getpeercert(binary_form=True))


def load_options(rotation, kafka):
    return {"kinds": REPORTED, "rate": scaled(8, 12), "deadlines": 0, "authority": kafka.pki.ca,
            "key-file": rotation.path("key"), "reconnect": 20}


@pytest.mark.one_variant
def test_everything_is_rotated_every_second_and_every_answer_is_a_200(case, secured, tmp_path):
    rotation = Rotation(secured, tmp_path / "gateway")
    run = case("every secret and certificate rotates every second", settings=rotation.settings,
               bootstrap_servers=secured.addresses["BOTH"])
    end = time.monotonic() + SECONDS
    turns = 0
    with run.load(**load_options(rotation, secured)):
        while time.monotonic() < end:
            due = time.monotonic() + 1
            rotation.turn(run.gateway)
            turns += 1
            time.sleep(max(0, due - time.monotonic()))
        run.await_stored()
    run.finish()
    assert {(r.status, r.answered is not None) for r in run.ledger.requests} == {(200, True)}
    assert turns >= SECONDS / 3
    assert len(run.gateway.events("kafka-renewed")) >= turns / 2
    assert not run.gateway.events("kafka-replaced") + run.gateway.events("kafka-access")
    run.gateway.signal(signal.SIGHUP)
    served = rotation.path("server.crt").read_text().strip()
    wait_for(lambda: shown_certificate(run.gateway, secured.pki.ca).strip() == served, "the last certificate")


@pytest.mark.one_variant
@pytest.mark.skipif(scaled(True, False), reason="takes half a minute: ./dev robustness")
def test_certificates_are_renewed_while_the_broker_hangs(case, secured, tmp_path):
    """What is in flight is given up (by librdkafka, or by the gateway after 15 seconds): it may have been stored, the
    answers say so, and what the next producer sends lies behind it."""
    rotation = Rotation(secured, tmp_path / "gateway")
    run = case("certificates are renewed while the broker hangs for 20 s", settings=rotation.settings,
               bootstrap_servers=secured.addresses["BOTH"])
    with run.load(**load_options(rotation, secured)):
        secured.broker.pause()
        time.sleep(1)
        rotation.renew_client(1)
        wait_for(lambda: run.gateway.events("kafka-reloaded"), "the new certificate")
        time.sleep(20)
        secured.broker.resume()
        run.await_stored()
    run.finish()
    assert run.gateway.events("kafka-renewed")
