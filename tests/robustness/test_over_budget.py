"""More load than the limit on requests in flight: requests beyond it are refused as a whole, and not stored."""

import time

from case import PATIENT, scaled
from ledger import NOT_PERSISTED, STORED

REQUESTS = 4


def test_more_load_than_there_is_room_for(case):
    run = case("more load than there is room for", settings={"Limits:MaxInFlightRequests": REQUESTS})
    with run.load(rate=0, **PATIENT):
        time.sleep(scaled(2, 20))
    run.finish()
    refused = [r for r in run.ledger.requests if r.status == 503]
    assert len(refused) > 100
    assert run.count(STORED) > 300
    assert run.count(NOT_PERSISTED) >= len(refused)  # the comparison has shown that none of them is in Kafka
    assert {r.status for r in run.ledger.requests} == {200, 202, 503}
    logged = [e for e in run.gateway.events("request") if e.get("error.type") == "Overloaded"]
    assert 0 < len(logged) < len(refused) / 10, "a flood of refusals is a flood of lines"


def test_a_batch_that_finds_no_room_for_its_bytes_is_refused_whole(case):
    """In addition to the 200 bytes of its body, a batch takes 256 bytes for each of its 20 records."""
    run = case("more batches than there is room for", settings={"Limits:MaxInFlightBytes": 20_000})
    with run.load(rate=0, kinds="batch=12,lines=4", **PATIENT):
        time.sleep(scaled(2, 10))
    run.finish()
    assert {r.status for r in run.ledger.requests} == {200, 503}
    assert run.count(STORED) > 1000
