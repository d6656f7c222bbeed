"""Gateways for the metrics that exist only with certificates, an access file, or a Kafka with TLS."""

import ssl
import subprocess
import urllib.error
import urllib.request

from access_file import entry, new_key, rate, rule, write
from gateway_process import GatewayProcess
from token_forge import KeyServer, TokenForge


def start_tls_gateway(directory, log_path, days=30):
    """With the embedded broker, after some requests of callers that it knows or refuses. `management` is the address
    of its metrics, without TLS."""
    certificate, key = _certificate(directory, "certificate", days)
    secret, issuer, server = new_key("shop1"), TokenForge(directory), KeyServer()
    write(directory / "access.json", ApiKeys=[entry(secret, "svc-shop")], Grants=[rule("svc-shop", "orders")],
          Issuers=[{"Issuer": issuer.name, "Audience": issuer.audience, "JwksUri": server.url, "AllowHttp": True}],
          Rates=[rate("svc-shop", RequestsPerSecond=1, BurstSeconds=2)])
    process = GatewayProcess(log_path, "embedded", settings={
        "Http:Tls:CertificateFile": certificate, "Http:Tls:KeyFile": key, "Management:Port": 0,
        "Access:File": directory / "access.json"})
    process.management = _management(process)
    process.await_event("keys-not-fetched")
    server.answer = (200, issuer.jwks())
    process.await_event("keys-fetched")
    # Nobody, somebody who sends too much, and somebody who guesses.
    for headers in [{}] + [{"X-API-Key": secret}] * 5 + [{"X-API-Key": new_key("nobody")}] * 25:
        _get(process.url.rstrip("/") + "/api/kafka/topics/payroll", headers, certificate)
    return process


def start_locked_out_gateway(directory, log_path, bootstrap_servers):
    """It connects with TLS to a Kafka without, so it never becomes ready. `management` as above."""
    certificate, key = _certificate(directory, "kafka-client", 90)
    process = GatewayProcess(log_path, bootstrap_servers, settings={
        "Kafka:Security:Protocol": "ssl", "Kafka:Tls:CaFile": certificate, "Kafka:Tls:CertificateFile": certificate,
        "Kafka:Tls:KeyFile": key, "Management:Port": 0})
    process.management = _management(process)
    return process


def _management(process):
    return process.await_event("management-listening")["url"].split("//")[1].strip("/")


def _certificate(directory, name, days):
    certificate, key = directory / f"{name}.pem", directory / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", str(days), "-subj",
                    "/CN=localhost", "-out", certificate, "-keyout", key],
                   check=True, capture_output=True)
    return certificate, key


def _get(url, headers, authority):
    context = ssl.create_default_context(cafile=authority)
    context.check_hostname = False
    try:
        urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20, context=context).read()
    except urllib.error.HTTPError as refused:
        assert refused.code in (401, 403, 429)
