"""A gateway with a certificate, for the metrics about it."""

import subprocess

from gateway_process import GatewayProcess


def start_tls_gateway(directory, log_path, days=30):
    """With the embedded broker. `management` is the address of its metrics, without TLS."""
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", str(days), "-subj",
                    "/CN=localhost", "-out", certificate, "-keyout", key],
                   check=True, capture_output=True)
    process = GatewayProcess(log_path, "embedded", settings={
        "Http:Tls:CertificateFile": certificate, "Http:Tls:KeyFile": key, "Management:Port": 0})
    process.management = process.await_event("management-listening")["url"].split("//")[1].strip("/")
    return process
