"""The cell `access`: the cost of a caller's identity and of TLS. Gateways that differ only in that take turns with the
same load: single requests with 997 keys on 64 connections."""

import base64
import contextlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support" / "python")]

import access_file  # noqa: E402: the path above is needed first
from pki import Pki  # noqa: E402
from programs import Gateway, kill_process, start_process  # noqa: E402
from rounds import Subject, say  # noqa: E402
from token_forge import TokenForge  # noqa: E402

FLAGS = {"format": "single", "keys": 997, "connections": 64}
PASSWORD = "correct horse battery staple"


class Callers:
    """An access file in `directory` with a key, a user and an issuer, and the credentials of each."""

    def __init__(self, directory, binary):
        self.forge = TokenForge(directory)
        self.file = directory / "access.json"
        key = access_file.new_key("bench")
        (directory / "jwks.json").write_text(self.forge.jwks())
        hashed = subprocess.run([binary, "access", "hash-password"], input=PASSWORD + "\n", text=True,
                                capture_output=True, check=True).stdout.strip()
        access_file.write(
            self.file,
            ApiKeys=[access_file.entry(key, "bench")],
            Users=[{"Name": "bench", "Hash": hashed, "Principal": "bench"}],
            Issuers=[{"Issuer": self.forge.name, "Audience": self.forge.audience, "JwksFile": "jwks.json"}],
            Grants=[access_file.rule("bench ann", "*")])
        self.key = f"X-API-Key: {key}"
        self.password = "Authorization: Basic " + base64.b64encode(f"bench:{PASSWORD}".encode()).decode()

    def token(self, seconds):
        """One that expires in so many seconds. If it expired a moment ago, it is within the clocks' skew: it is still
        accepted, and no longer remembered, so every request verifies its signature."""
        claims = self.forge.claims(exp=int(time.time()) + seconds)
        return f"Authorization: Bearer {self.forge.token(claims)}"


@contextlib.contextmanager
def _gateways(binary, kafka, settings):
    """A gateway for each {name: settings}."""
    running = {name: Gateway(binary, kafka.bootstrap_servers, its) for name, its in settings.items()}
    try:
        yield {name: Subject(name, gateway.url, gateway.pid) for name, gateway in running.items()}
    finally:
        for gateway in running.values():
            gateway.stop()


def access(rounds, binary, kafka):
    """Requests per second, latency, CPU and memory without an access file, with each scheme, and with TLS; and
    handshakes per second, beside `openssl s_server` with the same certificate."""
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        callers = Callers(directory, binary)
        certificate = Pki(directory).issue("server")
        file = {"Access:File": callers.file}
        tls = {"Http:Tls:CertificateFile": certificate, "Http:Tls:KeyFile": directory / "server.key"}
        settings = {"anonymous": {}, "key": file, "token": file, "token, verified each time": file,
                    "password": file | {"Access:AllowPlaintextPasswords": "true"}, "TLS": tls}
        headers = {"key": lambda: callers.key, "token": lambda: callers.token(600),
                   "token, verified each time": lambda: callers.token(-1), "password": lambda: callers.password}
        with _gateways(binary, kafka, settings) as subjects:
            for number in range(rounds.rounds):
                order = list(subjects.items())
                for subject_name, subject in order if number % 2 == 0 else reversed(order):
                    flags = dict(FLAGS)
                    if subject_name in headers:
                        flags["header"] = headers[subject_name]()
                    rounds.measure("access", subject, flags)
            _handshakes(rounds, subjects["TLS"].url, certificate)


def _handshakes(rounds, url, certificate):
    port = url.rpartition(":")[2]
    server = start_process(["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-www"],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)
    try:
        accepts = next(line for line in server.stdout if line.startswith("ACCEPT"))
        floor_port = accepts.split(":")[1].split()[0]
        runs = []
        for _ in range(rounds.rounds):
            runs.append({"handshakes": _full_handshakes(port), "floor": _full_handshakes(floor_port)})
            say(f"handshakes per second: {runs[-1]['handshakes']:.0f}, openssl s_server {runs[-1]['floor']:.0f}")
    finally:
        kill_process(server)
    rounds.results["handshakes"] = {"gateway": runs}


def _full_handshakes(port):
    """Full handshakes per second of one client, without resumption."""
    out = subprocess.run(["openssl", "s_time", "-connect", f"127.0.0.1:{port}", "-new", "-time", "3"],
                         capture_output=True, text=True, check=True).stdout
    connections, seconds = re.search(r"(\d+) connections in (\d+) real seconds", out).groups()
    return int(connections) / max(1, int(seconds))
