"""An OAuth 2 token endpoint and its key set, for Kafka's OAUTHBEARER listener and for callers with tokens.

POST /token answers the client credentials grant, GET /jwks has the keys. `mode` makes it misbehave: "error" (500),
"refuse" (401 invalid_client), "html" (200 that is no JSON), "slow" (no answer for `slow_seconds`).
"""

import base64
import http.server
import json
import subprocess
import threading
import time
import urllib.parse


def _base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class TokenIssuer:
    """Serves from construction to `close`. Attributes may change at any time."""

    def __init__(self, directory, client=("gateway", "client-secret"), subject="svc-gateway"):
        self.client = client
        self.subject = subject
        self.audience = "kafka"
        self.name = None  # None: its own URL
        self.starts_in_seconds = 0
        self.life_seconds = 600
        self.told_life_seconds = None  # the answer's expires_in; None: the life of the token
        self.mode = "good"
        self.slow_seconds = 30
        self.token_kid = None  # None: that of the key
        self.requests = []
        self._directory = directory
        self._kid = 0
        self.rotate()
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                issuer._answer(self, 200, issuer.jwks())

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                issuer._token(self, dict(urllib.parse.parse_qsl(body)))

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def token_endpoint(self):
        return f"{self.url}/token"

    def rotate(self):
        """A new key; the old one is gone."""
        self._kid += 1
        self._key = self._directory / f"issuer-{self._kid}.key"
        subprocess.run(["openssl", "genrsa", "-out", self._key, "2048"], check=True, capture_output=True)

    def jwks(self):
        text = subprocess.run(["openssl", "rsa", "-in", self._key, "-noout", "-modulus"], check=True,
                              capture_output=True, text=True).stdout
        modulus = bytes.fromhex(text.strip().partition("=")[2])
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": f"key-{self._kid}",
                          "n": _base64url(modulus), "e": "AQAB"}]}

    def token(self, **claims):
        now = int(time.time())
        claims = {"iss": self.name or self.url, "aud": self.audience, "sub": self.subject, "iat": now,
                  "nbf": now + self.starts_in_seconds, "exp": now + self.life_seconds, **claims}
        head = {"alg": "RS256", "kid": self.token_kid or f"key-{self._kid}", "typ": "at+jwt"}
        text = ".".join(_base64url(json.dumps(part).encode()) for part in (head, claims))
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self._key], check=True, capture_output=True,
                                   input=text.encode()).stdout
        return f"{text}.{_base64url(signature)}"

    def _token(self, handler, form):
        given = handler.headers.get("Authorization", "").partition("Basic ")[2]
        self.requests.append(form)
        if self.mode == "slow":
            time.sleep(self.slow_seconds)
        if self.mode == "error":
            return self._answer(handler, 500, {"error": "server_error"})
        if self.mode == "html":
            return self._answer(handler, 200, None)
        good = base64.b64encode(":".join(self.client).encode()).decode()
        if self.mode == "refuse" or given != good or form.get("grant_type") != "client_credentials":
            return self._answer(handler, 401, {"error": "invalid_client"})
        told = self.life_seconds if self.told_life_seconds is None else self.told_life_seconds
        self._answer(handler, 200, {"access_token": self.token(), "token_type": "Bearer", "expires_in": told})

    @staticmethod
    def _answer(handler, status, value):
        body = b"<html>" if value is None else json.dumps(value).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def close(self):
        self._server.shutdown()
        self._server.server_close()
