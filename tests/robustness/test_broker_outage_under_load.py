"""Two of three brokers are down: nothing can be stored, and answers are in time and correct meanwhile."""

import time
import types

import pytest
from case import LONG, scaled
from conftest import cases, whole

from ledger import NOT_PERSISTED, POSSIBLY_PERSISTED

DOWN_SECONDS = scaled(7, 14)
DEADLINE_MS = scaled(1000, 2000)


@pytest.fixture(scope="module")
def outage(brokers, variant):
    """Both tests check the same run, because it takes long."""
    with whole(brokers), cases(brokers, f"two-brokers-down-{variant}", variant) as start:
        run = start(f"two brokers down for {DOWN_SECONDS} s, deadline {DEADLINE_MS} ms")
        with run.load(deadlines=DEADLINE_MS):
            time.sleep(1)
            down = brokers.brokers[:2]
            began = time.monotonic()
            for broker in down:
                broker.kill()
            gone = time.monotonic()
            time.sleep(DOWN_SECONDS)
            back = time.monotonic()
            for broker in down:
                broker.start()
            run.await_replicas()
            run.await_stored(what="200s again, without a restart")
            time.sleep(scaled(0.5, 5))
        run.compare()
    yield types.SimpleNamespace(run=run, began=began, gone=gone, back=back)


def test_two_brokers_down_are_answered_in_time_and_recovered_from(outage, row):
    run = outage.run
    row.update(run.row)
    run.assert_exact()
    meanwhile = [r for r in run.ledger.requests
                 if outage.gone <= r.sent and r.answered and r.answered <= outage.back]
    assert len(meanwhile) > 32
    assert {r.status for r in meanwhile} <= {202, 503, 504}
    run.assert_deadlines(outage.gone, outage.back)


def test_five_of_six_failed_records_of_an_outage_are_known_not_to_be_stored(outage, row):
    failed = [r for r in outage.run.ledger.records if r.fate in (NOT_PERSISTED, POSSIBLY_PERSISTED)
              and outage.began <= r.sent < outage.back]
    known = sum(r.fate == NOT_PERSISTED for r in failed)
    row.update({"fault": "the same: failed records that are known not to be stored",
                "variant": outage.run.row["variant"],
                "sent": len(failed), "NotPersisted": known, "verdict": "holds"})
    assert known >= len(failed) * 5 / 6, f"{known} of {len(failed)}"


@pytest.mark.skipif(not LONG, reason="takes two minutes: ./dev robustness")
@pytest.mark.parametrize("how", ["killed", "hung"])
def test_an_outage_that_outlasts_the_message_timeout(case, how):
    run = case(f"two brokers {how} for 40 s, message timeout 25 s")
    down = run.cluster.brokers[:2]
    with run.load():
        for broker in down:
            broker.kill() if how == "killed" else broker.pause()
        time.sleep(40)
        for broker in down:
            broker.start() if how == "killed" else broker.resume()
        run.await_replicas()
        run.await_stored()
        time.sleep(5)
    run.finish()
