"""Gateways with the embedded broker: these tests need no Kafka."""

import pytest
from clients import await_records


@pytest.fixture
def start_edge(start_gateway):
    """start_edge({key: value}): starts a gateway for this test alone, and returns it once it accepts records."""

    def start(settings=None):
        process = start_gateway("embedded", settings={"Logging:Access": "off", **(settings or {})})
        await_records(process.http.address)
        return process

    return start


@pytest.fixture
def report(record_property):
    """report("name", "figures"): prints figures even if the test passes, and adds them to the junit report."""

    def say(name, figures):
        record_property(name, str(figures))
        print(f"{name}: {figures}", flush=True)

    return say
