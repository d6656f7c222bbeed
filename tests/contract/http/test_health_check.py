"""kafka-gateway --health-check against a gateway whose only port speaks TLS."""

import subprocess

from gateway_process import binary


def test_the_health_check_speaks_tls_where_the_gateway_does(tls_edge, certificate):
    done = subprocess.run(
        [binary(), "--health-check", f"--Http:Port={tls_edge.process.http.address[1]}",
         f"--Http:Tls:CertificateFile={certificate[0]}", f"--Http:Tls:KeyFile={certificate[1]}"],
        stdin=subprocess.DEVNULL, timeout=10, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
