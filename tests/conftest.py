"""Fixtures of every Python test: a real Kafka, a gateway in front of it, topics, and issuers of credentials."""

import itertools
import os

import pytest
from certificates import Identity
from gateway_process import GatewayProcess, binary
from kafka_cluster import KafkaCluster, KafkaTool
from token_forge import TokenForge


def pytest_collection_modifyitems(items):
    """Defines the mark `unbuilt`, for a part of the contract that no code implements yet. Such a test must fail;
    once it passes, the run fails, so that the mark is removed together with the change."""
    for item in items:
        if item.get_closest_marker("unbuilt"):
            item.add_marker(pytest.mark.xfail(strict=True, reason="not built yet"))


@pytest.fixture(scope="session")
def kafka(tmp_path_factory):
    """One broker, shared by all tests: do not stop it."""
    with KafkaCluster(1, tmp_path_factory.mktemp("kafka") / "cluster") as cluster:
        yield cluster


@pytest.fixture(scope="session")
def java_client():
    """Kafka's own Java code without a broker, for values that it computes."""
    tool = KafkaTool()
    yield tool
    tool.close()


@pytest.fixture(scope="session")
def gateway_log_directory(tmp_path_factory):
    """The folder of the gateways' logs; set $GATEWAY_LOGS to keep it."""
    kept = os.environ.get("GATEWAY_LOGS")
    if kept:
        os.makedirs(kept, exist_ok=True)
        return type(tmp_path_factory.getbasetemp())(kept)
    return tmp_path_factory.mktemp("gateway")


_log_numbers = itertools.count(1)


def _start(directory, bootstrap_servers, **options):
    if not binary().exists():
        pytest.fail(f"{binary()} is not built: ./dev build dev")
    return GatewayProcess(
        directory / f"gateway-{next(_log_numbers)}.log", bootstrap_servers, **options)


@pytest.fixture(scope="session")
def gateway(kafka, gateway_log_directory):
    """A gateway with default settings in front of `kafka`, shared. If it does not end well, the run fails."""
    process = _start(gateway_log_directory, kafka.bootstrap_servers)
    process.await_ready()
    yield process
    process.stop()


@pytest.fixture(scope="session")
def http(gateway):
    """The client of the shared gateway."""
    return gateway.http


@pytest.fixture
def start_gateway(gateway_log_directory):
    """start_gateway(bootstrap_servers, settings={…}, environment={…}): a gateway for this test alone. The
    fixture stops it at the end, and it must exit with 0 unless the test has ended it itself."""
    started = []

    def start(bootstrap_servers, **options):
        started.append(_start(gateway_log_directory, bootstrap_servers, **options))
        return started[-1]

    yield start
    try:
        for process in started:
            if process.process.poll() is None:
                process.stop()
    finally:
        for process in started:
            process.kill()


@pytest.fixture
def topic(kafka):
    """A fresh topic with six partitions."""
    return kafka.create_topic(partitions=6)


@pytest.fixture
def one_partition(kafka):
    """A fresh topic with one partition, so that records are read in the order in which they were stored."""
    return kafka.create_topic(partitions=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files of this module's gateways."""
    return tmp_path_factory.mktemp("gateway-files")


@pytest.fixture(scope="module")
def forge(folder):
    """An issuer of tokens."""
    return TokenForge(folder)


@pytest.fixture(scope="module")
def authority(folder):
    """An issuer of certificates."""
    return Identity(folder, "authority", "/CN=authority")
