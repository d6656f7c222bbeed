"""The access file, key sets and certificates are replaced all the time, while callers with every kind of credentials
send: nobody is refused. Most useful with a sanitizer: `./dev test --only tsan` and `asan` run it with those builds
($GATEWAY_BINARY)."""

import itertools
import os
import signal
import ssl
import threading
import time

import access_file
import pytest
from certificates import Identity
from clients import connect, read_answer, scaled, status
from token_forge import KeyServer, TokenForge

SECONDS = scaled(5, 30)  # at least, and until everything was reloaded and everybody answered often enough
CEILING = 90
CLIENTS_OF_A_KIND = 2
REQUESTS_OF_A_CONNECTION = 8
TOKENS = 24  # more than requests between two reloads, after which each is verified again
PASSWORD = "open: sesame"
PAUSE = 0.02  # between two replacements
BODY = b'{"topic":"orders","value":"v","key":"k"}'


class Files:
    """What the gateway reads, and the next version of it. Every version lets the same callers in."""

    def __init__(self, directory):
        self._directory = directory
        self._versions = itertools.count()
        self.authority = Identity(directory, "authority", "/CN=authority")
        self._stranger = Identity(directory, "stranger", "/CN=stranger")
        self._servers = [Identity(directory, f"server-{i}", "/CN=server", self.authority, "IP:127.0.0.1")
                         for i in range(2)]
        self.client = Identity(directory, "shop", "/CN=shop", self.authority, "DNS:shop.test")
        self._forge = TokenForge(directory)
        self._remote = TokenForge(directory / "remote", "https://remote.example/")
        self._forge.rotate()
        self._server = KeyServer()
        self._server.answer = (200, self._remote.jwks())
        self._hash = access_file.hash_password(PASSWORD)
        self.key = access_file.new_key("shop1")
        self.replace()

    def close(self):
        self._server.close()

    def path(self, name):
        return self._directory / name

    def credentials(self):
        """By kind, the values of Authorization that a client sends in turn; None: its certificate is enough."""
        tokens = [self._forge.token(self._forge.claims(jti=str(i))) for i in range(TOKENS)]
        return {"key": [f"Bearer {self.key}"], "password": [access_file.basic("ann", PASSWORD)], "certificate": [None],
                "token": [f"Bearer {tokens[0]}"], "tokens": [f"Bearer {token}" for token in tokens],
                "remote token": [f"Bearer {self._remote.token()}"]}

    def replace(self):
        version = next(self._versions)
        self._write("jwks.json", self._forge.jwks(self._forge.keys[-1:] if version % 2 else None))
        server = self._servers[version % 2]
        self._write("server.pem", server.certificate.read_text())
        self._write("server.key", server.key.read_text())
        stranger = self._stranger.certificate.read_text() if version % 2 else ""
        self._write("clients.pem", self.authority.certificate.read_text() + stranger)
        if version % 7 == 6:
            access_file.write(self.path("access.json"), text="{")
            return
        issuers = [{"Issuer": self._forge.name, "Audience": self._forge.audience, "JwksFile": "jwks.json"},
                   self._fetched(self._remote.name, self._server.url),
                   *[self._fetched(f"https://{version}.example/", f"{self._server.url}/{version}")] * (version % 2)]
        access_file.write(
            self.path("access.json"), ApiKeys=[access_file.entry(self.key, "svc-shop")], Issuers=issuers,
            Users=[{"Name": "ann", "Hash": self._hash}],
            ClientCertificates=[{"From": "SanDns", "Match": "*.test", "Principal": "svc-$1"}],
            Grants=[access_file.rule("*" if version % 2 else "svc-shop ann", "orders", "Write")],
            Rates=[access_file.rate("*", RequestsPerSecond=10**6 + version, BytesPerSecond=10**10)])

    def _fetched(self, name, url):
        return {"Issuer": name, "Audience": self._remote.audience, "JwksUri": url, "AllowHttp": True}

    def _write(self, name, text):
        fresh = self.path(f"{name}.new")
        fresh.write_text(text)
        os.replace(fresh, self.path(name))


@pytest.fixture
def files(tmp_path):
    (tmp_path / "remote").mkdir()
    files = Files(tmp_path)
    yield files
    files.close()


class Caller(threading.Thread):
    """Sends with these credentials in turn until `stopped`, and connects again now and then."""

    def __init__(self, address, files, kind, credentials, stopped):
        super().__init__(daemon=True)
        self.kind = kind
        self.answered = 0
        self.fault = None
        self._address = address
        self._credentials = itertools.cycle(credentials)
        self._stopped = stopped
        self._context = ssl.create_default_context(cafile=files.authority.certificate)
        if kind == "certificate":
            self._context.load_cert_chain(files.client.certificate, files.client.key)

    def run(self):
        try:
            while not self._stopped.is_set():
                with self._context.wrap_socket(connect(self._address), server_hostname=self._address[0]) as connection:
                    self._use(connection)
        except BaseException as fault:  # pylint: disable=broad-except
            self.fault = fault

    def _use(self, connection):
        for _ in range(REQUESTS_OF_A_CONNECTION):
            value = next(self._credentials)
            field = f"Authorization: {value}\r\n" if value else ""
            connection.sendall(b"POST /api/kafka/send HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                               b"%sContent-Length: %d\r\n\r\n%s" % (field.encode(), len(BODY), BODY))
            answer = read_answer(connection)
            assert answer is not None and status(answer[0]) == 200, (self.kind, answer)
            self.answered += 1


def reloads(gateway):
    return {event: len(gateway.events(event)) for event in ("access-reloaded", "access-reload-failed", "tls-reloaded")}


def answers(callers):
    return {caller.kind: caller.answered for caller in callers}


def enough(gateway, callers):
    """Or too much: a caller has failed."""
    return any(caller.fault for caller in callers) or (
        min(reloads(gateway).values()) >= 2 and
        all(caller.answered > 2 * REQUESTS_OF_A_CONNECTION for caller in callers))


def test_reloads_under_load_refuse_nobody(start_gateway, files, report):
    gateway = start_gateway("embedded", settings={
        "Http:Tls:CertificateFile": files.path("server.pem"), "Http:Tls:KeyFile": files.path("server.key"),
        "Http:Tls:ClientCaFile": files.path("clients.pem"), "Http:Tls:ClientCertificates": "optional",
        "Access:File": files.path("access.json"), "Management:Port": 0, "Http:Threads": 4})
    gateway.await_ready()
    gateway.await_event("keys-fetched")
    stopped = threading.Event()
    callers = [Caller(gateway.http.address, files, kind, values, stopped)
               for kind, values in files.credentials().items() for _ in range(CLIENTS_OF_A_KIND)]
    for caller in callers:
        caller.start()
    began = time.monotonic()
    while time.monotonic() < began + SECONDS or not enough(gateway, callers):
        assert time.monotonic() < began + CEILING, (reloads(gateway), answers(callers))
        files.replace()
        gateway.signal(signal.SIGHUP)
        time.sleep(PAUSE)
    stopped.set()
    for caller in callers:
        caller.join(60)
    faults = [caller.fault for caller in callers if caller.fault]
    assert not faults, (faults[0], gateway.log())
    report("reloads", reloads(gateway))
    report("answers", answers(callers))
    gateway.stop()
    assert "Sanitizer" not in gateway.log_path.read_text(errors="replace")
    assert not gateway.events("handler-fault") + gateway.events("connection-fault") + gateway.events("io-loop-fault")
