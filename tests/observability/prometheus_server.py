"""Runs a real Prometheus as a process, and sends it PromQL queries."""

import json
import pathlib
import re
import time
import urllib.parse
import urllib.request

from kafka_cluster import free_ports, kill_process, start_process

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy" / "prometheus" / "kafka-gateway.rules.yml"
METRIC = re.compile(r"\b(?:kafka_gateway|rdkafka|http_server|process)_[a-z0-9_]+")
# Absent without TLS, an access file, issuers with a URL, or secrets of Kafka.
CONFIGURED = {"kafka_gateway_tls_certificate_expiry_timestamp_seconds", "kafka_gateway_access_file_stale",
              "kafka_gateway_kafka_certificate_expiry_timestamp_seconds", "kafka_gateway_kafka_secrets_stale",
              "kafka_gateway_authentications_total", "kafka_gateway_principal_requests_total",
              "kafka_gateway_rate_limited_total", "kafka_gateway_issuer_keys", "kafka_gateway_issuer_keys_age_seconds",
              "kafka_gateway_issuer_key_fetch_failures_total"}

CONFIGURATION = """\
global: {{scrape_interval: {interval}, scrape_timeout: {interval}, evaluation_interval: {interval}}}
rule_files: [{rules}]
scrape_configs:
  - job_name: kafka-gateway
    static_configs: [{{targets: [{targets}]}}]
"""


class PrometheusServer:
    """Scrapes `targets` ("host:port") every `interval`, with the alert rules of this tree."""

    def __init__(self, directory, targets, interval="500ms"):
        directory.mkdir(parents=True, exist_ok=True)
        configuration = directory / "prometheus.yml"
        configuration.write_text(CONFIGURATION.format(
            interval=interval, rules=RULES, targets=", ".join(f'"{target}"' for target in targets)))
        (port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{port}"
        self._log_path = directory / "prometheus.log"
        with open(self._log_path, "wb") as log:
            self.process = start_process(
                ["prometheus", f"--config.file={configuration}",
                 f"--storage.tsdb.path={directory / 'data'}",
                 f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
        try:
            self._await_ready()
        except BaseException:
            self.stop()
            raise

    def _await_ready(self, timeout=20):
        deadline = time.monotonic() + timeout
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/-/ready", timeout=2):
                    return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < deadline, (
                    f"Prometheus does not start:\n{self._log_path.read_text()[-2000:]}")
                time.sleep(0.05)

    def ask(self, path, **parameters):
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{parameters}: {error.read().decode()}") from error

    def query(self, expression):
        """[(labels, value)] of an instant query."""
        return [(series["metric"], float(series["value"][1]))
                for series in self.ask("query", query=expression)["result"]]

    def query_range(self, expression, start, end, step):
        """[(labels, [(time, value)])]."""
        return [(series["metric"], [(float(at), float(value)) for at, value in series["values"]])
                for series in self.ask("query_range", query=expression, start=start, end=end,
                                       step=step)["result"]]

    def stop(self):
        kill_process(self.process)


def metrics_in(expression):
    """The names of the gateway's metrics in an expression."""
    return set(METRIC.findall(expression))
