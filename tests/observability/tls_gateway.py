"""A gateway with a certificate, for the metrics about it."""

import ssl
import subprocess
import urllib.error
import urllib.request

from access_file import entry, new_key, rate, write
from gateway_process import GatewayProcess


def start_tls_gateway(directory, log_path, days=30):
    """With the embedded broker. `management` is the address of its metrics, without TLS."""
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", str(days), "-subj",
                    "/CN=localhost", "-out", certificate, "-keyout", key],
                   check=True, capture_output=True)
    secret = new_key("shop1")
    write(directory / "access.json", ApiKeys=[entry(secret, "svc-shop")],
          Rates=[rate("svc-shop", RequestsPerSecond=1, BurstSeconds=2)])
    process = GatewayProcess(log_path, "embedded", settings={
        "Http:Tls:CertificateFile": certificate, "Http:Tls:KeyFile": key, "Management:Port": 0,
        "Access:File": directory / "access.json"})
    process.management = process.await_event("management-listening")["url"].split("//")[1].strip("/")
    for keys in [{}] + [{"X-API-Key": secret}] * 5:  # nobody, somebody, and somebody who sends too much
        _get(process.url.rstrip("/") + "/openapi.json", keys, certificate)
    return process


def _get(url, headers, authority):
    context = ssl.create_default_context(cafile=authority)
    context.check_hostname = False
    try:
        urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20, context=context).read()
    except urllib.error.HTTPError as refused:
        assert refused.code in (401, 429)
