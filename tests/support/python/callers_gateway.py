"""A gateway with TLS and an access file, for callers with credentials of every kind."""

import contextlib

from access_file import write
from certificates import Identity
from gateway_process import GatewayProcess


@contextlib.contextmanager
def callers_gateway(folder, authority, sections, settings=None, name="gateway"):
    """Runs a gateway with the embedded broker and an access file of these sections, at `access_path`. `authority`
    issued its certificate, and may issue those of clients, which need none. Health and metrics have a port of their
    own; guessing is not limited. If the gateway does not end well, the test fails."""
    server = Identity(folder, f"{name}-server", "/CN=server", authority, "IP:127.0.0.1")
    access_path = folder / f"{name}.json"
    write(access_path, **sections)
    process = GatewayProcess(folder / f"{name}.log", "embedded", {
        "Http:Tls:CertificateFile": server.certificate, "Http:Tls:KeyFile": server.key,
        "Http:Tls:ClientCaFile": authority.certificate, "Http:Tls:ClientCertificates": "optional",
        "Management:Port": 0, "Access:File": access_path, "Access:FailedAttemptsPerMinute": 0, **(settings or {})})
    process.access_path = access_path
    try:
        yield process
        process.stop()
    finally:
        process.kill()
