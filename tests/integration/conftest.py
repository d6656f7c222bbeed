"""Fixtures of the integration tests."""

import pytest
from secured_kafka import SecuredKafka


@pytest.fixture(scope="session")
def secured_kafka(tmp_path_factory):
    """One broker with every kind of listener, and ACLs. Shared: tests may change rights and restart it, and leave it
    as they found it."""
    with SecuredKafka(tmp_path_factory.mktemp("secured-kafka")) as kafka:
        yield kafka
