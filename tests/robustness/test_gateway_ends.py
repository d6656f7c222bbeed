"""The gateway itself ends under load: killed, or by SIGTERM."""

import time

from case import PATIENT, REPORTED, scaled
from ledger import NOT_PERSISTED, POSSIBLY_PERSISTED, STORED, UNANSWERED


def test_a_200_that_a_client_has_outlives_the_gateway(case):
    run = case("kill -9 of the gateway")
    with run.load(rate=0):
        time.sleep(scaled(1, 5))
        run.gateway.kill()
        time.sleep(0.2)
    run.finish(unanswered_allowed=True)
    assert run.count(STORED) > 100
    assert run.count(UNANSWERED) > 0, "nothing was under way"


def ended(run, expected):
    """The gateway's last log line, after it has ended with the expected code."""
    assert run.gateway.wait() == expected, run.gateway.log()
    last = run.gateway.events()[-1]
    assert last["event"] == "stopped", last
    return last


def assert_all_answered(run, signalled):
    """Every request sent before the signal is answered. Later, the close of a connection between two requests may
    cross with the next request, of which the gateway must then not have processed anything."""
    unanswered = [r for r in run.ledger.records if r.fate == UNANSWERED]
    there = run.stored_ids()
    assert not (taken := [r for r in unanswered if r.id in there]), f"stored, and not answered: {taken[:3]}"
    before = [r for r in unanswered if r.sent < signalled - CLOCK]
    assert not before, f"sent before the signal, and not answered: {before[:3]}"


# Maximum time, in seconds, between the load program's reading of the clock and its send.
CLOCK = 0.05


def stored_since(run, moment):
    """The number of records that may have been stored since then, whether or not they were answered in time."""
    return len(run.found) - sum(r.fate == STORED and r.answered < moment for r in run.ledger.records)


def test_sigterm_at_full_load_answers_all_that_it_took(case):
    run = case("SIGTERM at full load")
    with run.load(rate=0, **PATIENT):
        time.sleep(scaled(1, 5))
        signalled = time.monotonic()
        run.gateway.signal()
        last = ended(run, 0)
    run.finish(unanswered_allowed=True)
    assert_all_answered(run, signalled)
    assert last["delivered"] <= stored_since(run, signalled)
    assert (last["not_persisted"], last["possibly_persisted"]) == (0, 0)


def test_sigterm_while_a_leader_hangs_waits_for_it(case):
    run = case("SIGTERM while a leader hangs for 2 s")
    with run.load(**PATIENT):
        leader = run.leader()
        leader.pause()
        time.sleep(0.3)
        signalled = time.monotonic()
        run.gateway.signal()
        time.sleep(1.7)
        resumed = time.monotonic()
        leader.resume()
        last = ended(run, 0)
    run.finish(unanswered_allowed=True)
    assert_all_answered(run, signalled)
    # At least one record of each request that was answered then was stored.
    at_the_end = sum(r.status == 200 and r.answered >= resumed for r in run.ledger.requests)
    assert 0 < at_the_end <= last["delivered"] <= stored_since(run, signalled)
    assert (last["not_persisted"], last["possibly_persisted"]) == (0, 0)


def test_sigterm_without_kafka_gives_up_in_time_and_counts_what_it_gave_up(case):
    run = case("SIGTERM with two brokers hung", settings={"Shutdown:DrainTimeoutMs": 1000})
    hung = run.cluster.brokers[:2]
    with run.load(kinds=REPORTED, **PATIENT):
        for broker in hung:
            broker.pause()
        time.sleep(0.5)
        signalled = time.monotonic()
        run.gateway.signal()
        last = ended(run, 75)
        for broker in hung:
            broker.resume()
    run.finish(unanswered_allowed=True)
    assert_all_answered(run, signalled)
    # Records refused while draining were never accepted, and are not counted.
    assert last["possibly_persisted"] == run.count(POSSIBLY_PERSISTED) > 0
    assert 0 <= last["not_persisted"] <= run.count(NOT_PERSISTED)
