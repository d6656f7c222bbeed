"""A maker of JSON Web Tokens for tests: keys of its own, their JWK set, and tokens with any header and claims.

Signs with the command `openssl`, so that the tests need no further package.
"""

import base64
import http.server
import json
import subprocess
import threading
import time


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


class SigningKey:
    """An RSA key with its id, in a file of `directory`."""

    def __init__(self, directory, identifier):
        self.identifier = identifier
        self.path = directory / f"{identifier}.pem"
        self.path.write_bytes(_openssl("genrsa", "2048"))

    def jwk(self):
        modulus = _openssl("rsa", "-in", self.path, "-noout", "-modulus").decode().strip().split("=")[1]
        return {"kty": "RSA", "kid": self.identifier, "use": "sig", "e": "AQAB", "n": base64url(bytes.fromhex(modulus))}

    def public_pem(self):
        return _openssl("rsa", "-in", self.path, "-pubout")

    def sign(self, text):
        return _openssl("dgst", "-sha256", "-sign", self.path, data=text)


class TokenForge:
    """Tokens of `name` for `audience`, signed by its current key."""

    def __init__(self, directory, name="https://id.example/", audience="kafka-gateway"):
        self.name, self.audience, self._directory = name, audience, directory
        self.keys = [SigningKey(directory, "k1")]

    def rotate(self):
        """A new key signs from now on; the old ones stay in the set."""
        self.keys.append(SigningKey(self._directory, f"k{len(self.keys) + 1}"))

    def jwks(self, keys=None):
        return json.dumps({"keys": [key.jwk() for key in keys or self.keys]})

    def claims(self, **changes):
        claims = {"iss": self.name, "aud": self.audience, "sub": "ann", "exp": int(time.time()) + 300}
        claims.update(changes)
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, claims=None, key=None, **header):
        key = key or self.keys[-1]
        header = {"alg": "RS256", "kid": key.identifier, **header}
        parts = [header, self.claims() if claims is None else claims]
        text = ".".join(base64url(json.dumps(part).encode()) for part in parts)
        return f"{text}.{base64url(key.sign(text.encode()))}"


class KeyServer:
    """Serves `answer`, a pair of status and text, at every path. `times` has the time of each request (monotonic)."""

    def __init__(self, status=503, text="not now"):
        self.answer = (status, text)
        self.times = []
        served = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                served.times.append(time.monotonic())
                status, text = served.answer
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/jwks"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
