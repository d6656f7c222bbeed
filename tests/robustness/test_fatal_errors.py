"""librdkafka's producer meets a fatal error under load and is replaced: nothing is lost, reported wrongly or
stored twice, and the order is kept."""

import pathlib
import subprocess
import time

import pytest
from case import scaled, wait_for


@pytest.fixture(scope="module")
def preloaded(tmp_path_factory):
    """A library that causes the fatal error."""
    library = tmp_path_factory.mktemp("fatal") / "fatal_error.so"
    source = pathlib.Path(__file__).with_name("fatal_error.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lpthread"], check=True)
    return library


def test_fatal_errors_lose_nothing_and_store_nothing_twice(case, preloaded, tmp_path):
    when = tmp_path / "now"
    run = case("fatal errors of librdkafka", environment={"LD_PRELOAD": preloaded, "FATAL_ERROR_WHEN": when})
    with run.load(rate=scaled(30, 60)):
        for number in range(1, scaled(3, 10) + 1):
            when.touch()
            wait_for(lambda n=number: len(run.gateway.events("kafka-replaced")) == n, "a new instance")
            run.await_stored()
            time.sleep(scaled(0.3, 2))
    run.finish()
    assert len(run.gateway.events("kafka-fatal")) == scaled(3, 10)
