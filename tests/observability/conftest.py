"""A gateway under load in front of a real Kafka, and a real Prometheus that scrapes it."""

import time

import pytest
from prometheus_server import PrometheusServer
from tls_gateway import start_locked_out_gateway, start_tls_gateway
from traffic import Traffic


class Observed:
    """`prometheus`, the answer of /metrics under load as `text`, and when the load ended."""

    def __init__(self, prometheus, text, end):
        self.prometheus = prometheus
        self.end = end
        self.text = text
        self.samples = {line.split("{")[0].split(" ")[0]
                        for line in text.splitlines() if line and not line.startswith("#")}


@pytest.fixture(scope="session")
def tls_gateway(tmp_path_factory, gateway_log_directory):
    """A gateway with TLS and the embedded broker. `management` is the address of its metrics."""
    process = start_tls_gateway(tmp_path_factory.mktemp("certificate"),
                                gateway_log_directory / "gateway-tls.log")
    yield process
    process.stop()


@pytest.fixture(scope="session")
def locked_out_gateway(kafka, tmp_path_factory, gateway_log_directory):
    """A gateway that Kafka does not let in. `management` is the address of its metrics."""
    process = start_locked_out_gateway(tmp_path_factory.mktemp("locked-out"),
                                       gateway_log_directory / "gateway-locked-out.log", kafka.bootstrap_servers)
    yield process
    process.stop()


@pytest.fixture(scope="session")
def observed(kafka, gateway, tls_gateway, locked_out_gateway, tmp_path_factory):
    """The state after some seconds of load, during which Prometheus scraped the gateways."""
    topics = [kafka.create_topic(partitions=3) for _ in range(2)]
    host, port = gateway.http.address
    prometheus = PrometheusServer(tmp_path_factory.mktemp("prometheus"),
                                  [f"{host}:{port}", tls_gateway.management, locked_out_gateway.management])
    try:
        with Traffic(gateway.http, topics):
            # rate() needs a few scrapes, and distributions need traffic during a scrape.
            deadline = time.monotonic() + 20
            while not prometheus.query("min_over_time(rdkafka_broker_rtt_seconds[5s])") or (
                    time.monotonic() < deadline - 13):
                assert time.monotonic() < deadline, "Prometheus sees no broker"
                time.sleep(0.1)
            text = _text_under_load(gateway.http)
            end = time.time()
        yield Observed(prometheus, text, end)
    finally:
        prometheus.stop()


def _text_under_load(http):
    """The answer of /metrics with distributions, which are present only if their last interval had traffic."""
    text = ""
    for _ in range(100):
        text = http.get("/metrics").body.decode()
        if all(f"{name}{{" in text for name in (
                "rdkafka_broker_rtt_seconds", "rdkafka_topic_batch_messages",
                "rdkafka_broker_internal_latency_seconds", "rdkafka_broker_outbuf_latency_seconds")):
            return text
        time.sleep(0.05)
    return text
