"""Gateways with the embedded broker, one that speaks plain TCP and one that speaks TLS."""

import json
import shutil
import ssl
import subprocess
import time
import types

import pytest
from gateway_process import ROOT, GatewayProcess
from wire import Wire


def tls_is_built():
    """True if this gateway has the key Http:Tls."""
    settings = json.loads((ROOT / "config" / "appsettings.json").read_text())
    schema = (ROOT / "config" / "appsettings.schema.json").read_text()
    return "Tls" in settings["Http"] or '"CertificateFile"' in schema


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A self-signed certificate for localhost: (certificate file, key file)."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    directory = tmp_path_factory.mktemp("certificate")
    files = directory / "certificate.pem", directory / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files


def _run(tmp_path_factory, name, settings, tls=None):
    process = GatewayProcess(tmp_path_factory.mktemp("gateway") / f"{name}.log", "embedded",
                             settings={"Logging:Access": "all", **settings})
    try:
        address = process.http.address

        def connect():
            return Wire(address, tls)

        _await_records(connect)
        yield types.SimpleNamespace(name=name, process=process, connect=connect)
        process.stop()
    finally:
        process.kill()


def _await_records(connect):
    """Waits until a record is accepted: the embedded broker creates the topic with the first one."""
    body = b'{"topic":"edge","value":"v"}'
    request = (b"POST /api/kafka/send HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
               b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body)) + body
    deadline = time.monotonic() + 20
    while True:
        with connect() as wire:
            wire.send(request)
            answer = wire.answer()
        if answer.status == 200:
            return
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)


@pytest.fixture(scope="session")
def plain_edge(tmp_path_factory):
    yield from _run(tmp_path_factory, "plain", {})


@pytest.fixture(scope="session")
def tls_edge(tmp_path_factory, certificate):
    if not tls_is_built():
        pytest.skip("Http:Tls is not built yet")
    context = ssl.create_default_context(cafile=certificate[0])
    yield from _run(tmp_path_factory, "tls", {
        "Http:Tls:CertificateFile": certificate[0], "Http:Tls:KeyFile": certificate[1]}, context)


@pytest.fixture(params=["plain", "tls"])
def edge(request):
    """The gateway, once over plain TCP and once over TLS."""
    return request.getfixturevalue(f"{request.param}_edge")
