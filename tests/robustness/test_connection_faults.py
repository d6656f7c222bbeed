"""Connections to the brokers break or are slow: responses get lost or are late."""

import os
import shutil
import time

import pytest
from broker_proxy import BrokerProxies
from case import scaled
from relay import Relay


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("ss"), reason="needs root and `ss -K`")
def test_connections_are_aborted_ten_times_a_second(case):
    run = case("connections to the brokers aborted, ten times a second")
    with run.load():
        time.sleep(0.5)
        aborted = 0
        end = time.monotonic() + scaled(3, 10)
        while (began := time.monotonic()) < end:
            aborted += sum(broker.abort_connections() for broker in run.cluster.brokers)
            time.sleep(max(0, began + 0.1 - time.monotonic()))
        if not aborted:
            pytest.skip("this kernel aborts no connections (INET_DIAG_DESTROY)")
        run.await_stored()
        time.sleep(scaled(0.5, 5))
    run.finish()


def test_connections_are_slow(case, cluster):
    with BrokerProxies(cluster) as proxies:
        run = case("delays of 0 to 100 ms each way", bootstrap_servers=cluster.proxied_bootstrap_servers)
        with run.load():
            proxies.delay = (0.0, 0.1)
            time.sleep(scaled(2, 20))
            proxies.delay = (0.0, 0.0)
            run.await_stored()
        run.finish()
        assert proxies.carried > 100


def test_the_round_trip_changes(case, cluster):
    """The round trip changes while many records are in flight, so the gateway has to learn it again."""
    with Relay.before(cluster, 1) as relay:
        run = case("round trips of 1 to 100 ms", bootstrap_servers=cluster.proxied_bootstrap_servers)
        with run.load(rate=scaled(30, 60)):
            for milliseconds in scaled((20, 1, 100, 5), (20, 1, 100, 5, 50, 2) * 2):
                time.sleep(scaled(0.5, 3))
                relay.set_round_trip(milliseconds)
                run.await_stored()
        run.finish()


def test_connections_are_slow_and_break_with_answers_under_way(case, cluster):
    with BrokerProxies(cluster) as proxies:
        run = case("delays of 50 to 100 ms and connections that break",
                   bootstrap_servers=cluster.proxied_bootstrap_servers)
        with run.load():
            proxies.delay = (0.05, 0.1)
            end = time.monotonic() + scaled(3, 30)
            while time.monotonic() < end:
                time.sleep(0.5)
                proxies.break_connections()
            proxies.delay = (0.0, 0.0)
            run.await_stored()
            time.sleep(scaled(0.5, 5))
        run.finish()
        assert proxies.broken > 10


@pytest.mark.parametrize("retries", [None, 1], ids=["", "one retry"])
def test_leaders_hang_for_longer_than_records_may_take(case, cluster, retries):
    """Records time out in librdkafka, or have no attempt left, while others are in flight. librdkafka must not
    send those again under new sequence numbers, because the broker could not recognize the duplicates."""
    settings = {"Kafka:MessageTimeoutMs": 1500, "Limits:RequestTimeoutMs": 2500}
    if retries:
        settings["Kafka:Retries"] = retries
    with BrokerProxies(cluster) as proxies:
        run = case("leaders hang, connections break, " + ("one retry" if retries else "records time out"),
                   bootstrap_servers=cluster.proxied_bootstrap_servers, settings=settings)
        with run.load(rate=0):
            for i in range(scaled(2, 12)):
                leader = run.leader(i % run.partitions)
                leader.pause()
                time.sleep(2.2)
                proxies.break_connections()
                leader.resume()
                for _ in range(10):
                    time.sleep(0.05)
                    proxies.break_connections()
            run.await_stored()
        run.finish()
