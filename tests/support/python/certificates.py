"""Authorities and certificates for tests, made by openssl."""

import subprocess


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


class Identity:
    """A certificate and its key, as files in `folder`: NAME.pem, NAME.key."""

    def __init__(self, folder, name, subject, issuer=None, alternative_names=""):
        self.certificate, self.key = folder / f"{name}.pem", folder / f"{name}.key"
        request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 2,
                   "-subj", subject, "-out", self.certificate, "-keyout", self.key]
        if issuer is None:
            _openssl(*request)
            return
        if alternative_names:
            request += ["-addext", f"subjectAltName={alternative_names}"]
        _openssl(*request, "-addext", "basicConstraints=critical,CA:FALSE",
                 "-CA", issuer.certificate, "-CAkey", issuer.key)
