"""Brokers die, hang and recover while records are sent."""

import time

import pytest
from case import LONG, scaled
from ledger import POSSIBLY_PERSISTED


def kill_and_restart(case, broker):
    """A broker is killed (-9), others take over its partitions, and it restarts and catches up."""
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


def test_a_record_sent_after_a_504_lies_after_the_records_of_unknown_outcome(case):
    """A leader hangs for longer than the deadline; when it continues, it stores the records received before."""
    hangs = scaled(3, 15)
    run = case("leaders hang for 1.5 s, deadline 300 ms")
    with run.load(deadlines=300, rate=20):
        for number in range(hangs):
            leader = run.leader(number % run.partitions)
            leader.pause()
            time.sleep(1.5)
            leader.resume()
            run.await_stored()
    run.finish()
    unknown = [r for r in run.ledger.records if r.fate == POSSIBLY_PERSISTED]
    assert len(run.stored_ids().intersection(r.id for r in unknown)) >= hangs
