"""Fixtures of the contract tests: the document, and a gateway with the embedded broker to compare with it."""

import pytest
from gateway_process import GatewayProcess
from openapi_document import OpenApiDocument


@pytest.fixture(scope="session")
def document():
    return OpenApiDocument()


@pytest.fixture(scope="session")
def embedded_gateway(tmp_path_factory):
    """A gateway that needs no Kafka, shared. If it does not end well, the run fails."""
    yield from _run(tmp_path_factory)


@pytest.fixture
def gateway_of_its_own(tmp_path_factory):
    """The same, but for one test only, which fills the embedded broker with topics."""
    yield from _run(tmp_path_factory)


def _run(tmp_path_factory):
    process = GatewayProcess(tmp_path_factory.mktemp("gateway") / "embedded.log", "embedded")
    try:
        process.await_ready()
        yield process
        process.stop()
    finally:
        process.kill()
