"""Fixtures of the contract tests: the document, and a gateway with the embedded broker to compare with it."""

import pytest
from access_file import write
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


@pytest.fixture(scope="module")
def start_with_access(tmp_path_factory):
    """start_with_access(sections, settings={…}, directory=…): a gateway with the embedded broker and an access file of
    these sections, at `access_path`. It logs every request, and guessing is not limited. Lives as long as the module;
    if it does not end well, the run fails."""
    started = []

    def start(sections, settings=None, directory=None):
        path = (directory or tmp_path_factory.mktemp("access")) / "access.json"
        write(path, **sections)
        process = GatewayProcess(path.with_name("gateway.log"), "embedded", {
            "Access:File": path, "Access:FailedAttemptsPerMinute": 0, "Logging:Access": "all", **(settings or {})})
        started.append(process)
        process.access_path = path
        if process.url.startswith("http:"):
            process.await_ready()
        return process

    yield start
    try:
        for process in started:
            process.stop()
    finally:
        for process in started:
            process.kill()


def _run(tmp_path_factory):
    process = GatewayProcess(tmp_path_factory.mktemp("gateway") / "embedded.log", "embedded")
    try:
        process.await_ready()
        yield process
        process.stop()
    finally:
        process.kill()
