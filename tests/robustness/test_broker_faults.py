"""Brokers die, hang and recover while records are sent."""

import time

import pytest
from case import LONG, scaled


def kill_and_restart(case, broker):
    """kill -9; the others take over; it restarts and catches up."""
    broker.kill()
    case.await_stored(what="a 200 from every partition after the fail-over")
    broker.start()
    case.await_replicas()
    case.await_stored(what="a 200 from every partition after the restart")


def test_a_leader_is_killed_and_comes_back(case):
    run = case("kill -9 of a leader, restart")
    with run.load():
        for _ in range(scaled(1, 3)):
            time.sleep(scaled(1, 5))
            kill_and_restart(run, run.leader())
        time.sleep(scaled(0.5, 5))
    run.finish()


@pytest.mark.skipif(not LONG, reason="takes a minute: ./dev robustness")
def test_each_broker_in_turn_is_killed_and_comes_back(case):
    run = case("kill -9 of each broker in turn, twice")
    with run.load():
        for broker in run.cluster.brokers * 2:
            time.sleep(2)
            kill_and_restart(run, broker)
    run.finish()


def test_a_leader_hangs_and_continues(case):
    run = case("kill -STOP of a leader, then -CONT")
    with run.load():
        for _ in range(scaled(1, 2)):
            time.sleep(scaled(0.5, 3))
            leader = run.leader()
            leader.pause()
            time.sleep(scaled(5, 15))
            leader.resume()
            run.await_stored()
            run.await_replicas()
        time.sleep(scaled(0.5, 5))
    run.finish()
