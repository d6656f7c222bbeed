"""Certificates for tests, made by openssl."""

import os
import subprocess

from shifted_clock import shifted_clock


def _openssl(*arguments, starts_in_days=0):
    environment = {**os.environ, **shifted_clock(days=starts_in_days)} if starts_in_days else None
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, env=environment).stdout


class Pki:
    """An authority and the certificates that it issued, as files of a folder: `NAME.crt`, `NAME.key`, and
    `NAME.pem` with both. Certificates are valid for `days`, which may be negative: expired; `starts_in_days` may be
    negative, too: since some days ago."""

    def __init__(self, directory, name="authority", starts_in_days=0):
        self.directory = directory
        self.ca = directory / f"{name}.crt"
        self._key = directory / f"{name}.key"
        _openssl("req", "-x509", *self._new_key(self._key), "-days", 30, "-subj", f"/CN={name}", "-out", self.ca,
                 "-addext", "basicConstraints=critical,CA:TRUE", starts_in_days=starts_in_days)

    @staticmethod
    def _new_key(path):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path]

    def issue(self, name, common_name=None, names="IP:127.0.0.1,DNS:localhost", days=30, password=None,
              starts_in_days=0):
        """Issues a certificate for `name`; replaces each of its files atomically. Returns the path of NAME.pem."""
        request, key, certificate = (self.directory / f"{name}.{end}" for end in ("csr", "key.new", "crt.new"))
        _openssl("req", "-new", *self._new_key(key), "-subj", f"/CN={common_name or name}", "-out", request)
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\nextendedKeyUsage=serverAuth,clientAuth\n")
        _openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self._key, "-CAcreateserial", "-days", days,
                 "-extfile", extensions, "-out", certificate, starts_in_days=starts_in_days)
        if password:
            key.write_bytes(_openssl("pkcs8", "-topk8", "-in", key, "-passout", f"pass:{password}"))
        whole = self.directory / f"{name}.pem.new"
        whole.write_bytes(key.read_bytes() + certificate.read_bytes() + self.ca.read_bytes())
        for path in (key, certificate, whole):
            path.rename(path.with_suffix(""))
        return self.directory / f"{name}.pem"
