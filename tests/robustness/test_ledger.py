"""Tests of `check`: it finds each kind of lie, and no violation in an honest ledger. Starts no processes."""

import dataclasses
import json

import pytest
from ledger import (
    ACCEPTED, ALTERED, CONTRADICTED, DUPLICATE, FOREIGN, GAP, INVERSION, LOST, MISPLACED, MOVED, NOT_PERSISTED,
    POSSIBLY_PERSISTED, STORED, UNANSWERED, Found, Ledger, Request, Sent, check, late_answers, longest_pause)
from load import MalformedAnswer, read_fates


def sent(sequence, fate=STORED, place=(0, None), **changes):
    values = {
        "id": f"c1.0-{sequence}", "topic": "t", "key": "k", "size": 10, "connection": "c1.0",
        "sequence": sequence, "request": sequence, "sent": float(sequence), "answered": sequence + 0.5,
        "status": 200, "fate": fate}
    if fate == STORED:
        values |= {"partition": place[0], "offset": place[1]}
    return Sent(**(values | changes))


def found(sequence, partition, offset, **changes):
    values = {"topic": "t", "partition": partition, "offset": offset, "key": "k",
              "value": f"c1.0-{sequence}".ljust(10, ".")}
    return Found(**(values | changes))


HONEST = (
    [sent(1, place=(0, 0)), sent(2, NOT_PERSISTED), sent(3, POSSIBLY_PERSISTED), sent(4, place=(0, None)),
     sent(5, UNANSWERED), sent(6, POSSIBLY_PERSISTED), sent(7, place=(0, 7))],
    [found(1, 0, 0), found(3, 0, 1), found(4, 0, 3), found(7, 0, 7)],
)


def kinds(*arguments, **options):
    return [violation.kind for violation in check(*arguments, **options)]


def replaced(records, index, **changes):
    return [dataclasses.replace(record, **changes) if i == index else record
            for i, record in enumerate(records)]


def test_an_honest_ledger_has_no_violation():
    assert kinds(*HONEST) == []


def test_a_200_that_is_not_there_is_lost():
    records, there = HONEST
    assert kinds(records, there[1:]) == [LOST]


def test_a_200_without_an_offset_that_is_not_there_is_lost():
    records, there = HONEST
    assert kinds(records, there[:2] + there[3:]) == [LOST]


@pytest.mark.parametrize("sequence", [1, 3])
def test_a_record_that_is_there_twice_is_a_duplicate_whatever_was_said_of_it(sequence):
    records, there = HONEST
    assert DUPLICATE in kinds(records, [*there, found(sequence, 0, 2)])


def test_a_duplicate_next_to_the_original_is_only_a_duplicate():
    assert kinds([sent(1, place=(0, 0))], [found(1, 0, 0), found(1, 0, 1)]) == [DUPLICATE]


@pytest.mark.parametrize("claim", [{"offset": 1}, {"partition": 1}, {"partition": None}])
def test_a_200_that_lies_elsewhere_is_misplaced(claim):
    records, there = HONEST
    assert kinds(replaced(records, 0, **claim), there) == [MISPLACED]


def test_two_200s_that_claim_one_place_cannot_both_be_there():
    records = [sent(1, place=(0, 0)), sent(2, place=(0, 0))]
    assert kinds(records, [found(1, 0, 0), found(2, 0, 1)]) == [MISPLACED]
    assert kinds(records, [found(1, 0, 0)]) == [LOST]


def test_a_record_must_be_in_its_partition_even_if_the_offset_is_unknown():
    assert kinds([sent(1, place=(1, None))], [found(1, 0, 0)]) == [MISPLACED]


def test_a_record_called_not_persisted_that_is_there_contradicts():
    records, there = HONEST
    assert kinds(records, [there[0], found(2, 0, 1), *there[2:]]) == [CONTRADICTED]


def test_a_record_that_was_never_sent_is_reported():
    records, there = HONEST
    assert kinds(records, [*there, found(99, 0, 8)]) == [FOREIGN]
    assert kinds(records, [*there, found(1, 0, 8, value="")]) == [FOREIGN]


def test_a_record_sent_to_another_topic_is_foreign_here_and_lost_there():
    assert sorted(kinds([sent(1, place=(0, 0), topic="u")], [found(1, 0, 0)])) == sorted([LOST, FOREIGN])


@pytest.mark.parametrize("change", [{"key": "other"}, {"key": None}, {"value": "c1.0-1......."}])
def test_another_key_or_value_is_altered(change):
    assert kinds([sent(1, place=(0, 0))], [found(1, 0, 0, **change)]) == [ALTERED]


def test_a_record_behind_a_later_one_of_its_connection_is_an_inversion():
    records = [sent(1, place=(0, 1)), sent(2, place=(0, 0))]
    assert kinds(records, [found(1, 0, 1), found(2, 0, 0)]) == [INVERSION]


def test_a_record_of_unknown_fate_that_arrives_late_is_an_inversion_too():
    records = [sent(1, POSSIBLY_PERSISTED), sent(2, place=(0, 0))]
    assert kinds(records, [found(1, 0, 1), found(2, 0, 0)]) == [INVERSION]


def test_each_record_behind_a_later_one_counts():
    records = [sent(i, POSSIBLY_PERSISTED) for i in (1, 2, 3)]
    assert kinds(records, [found(3, 0, 0), found(1, 0, 1), found(2, 0, 2)]) == [INVERSION] * 2


def test_order_is_of_one_partition():
    elsewhere = [sent(1, place=(1, 0), key="l"), sent(2, place=(0, 0))]
    assert kinds(elsewhere, [found(1, 1, 0, key="l"), found(2, 0, 0)]) == []


def two(answered, fate=STORED, other="c2.0"):
    """One connection sends at 1, another at 2; the record of the first lies behind that of the second."""
    records = [sent(1, fate, (0, 1), connection=other, answered=answered, status=200 if fate == STORED else 504),
               sent(2, place=(0, 0))]
    return kinds(records, [found(1, 0, 1), found(2, 0, 0)])


def test_records_that_two_connections_send_at_the_same_time_have_no_order():
    assert two(answered=2.5) == []
    assert two(answered=2.0) == []
    assert two(answered=None, fate=UNANSWERED) == []


@pytest.mark.parametrize("fate", [STORED, POSSIBLY_PERSISTED, ACCEPTED])
def test_a_record_sent_after_an_answer_lies_after_what_was_answered_however_that_was(fate):
    assert two(answered=1.9, fate=fate) == [INVERSION]


def test_the_answer_before_counts_even_if_others_lie_between():
    """Record 1 was answered before another connection sent record 3; record 2 was under way all the time."""
    records = [sent(1, place=(0, 2), connection="a"), sent(2, place=(0, 1), connection="b", answered=9.0),
               sent(3, place=(0, 0), connection="c")]
    assert kinds(records, [found(3, 0, 0), found(2, 0, 1), found(1, 0, 2)]) == [INVERSION]


def test_pipelined_requests_of_a_connection_keep_their_order():
    together = {"sent": 1.0}
    records = [sent(i, place=(0, 3 - i), answered=1.0 + i, **together) for i in (1, 2, 3)]
    there = [found(i, 0, 3 - i) for i in (3, 2, 1)]
    assert kinds(records, there) == [INVERSION] * 2
    in_order = [dataclasses.replace(record, offset=record.sequence) for record in records]
    assert kinds(in_order, [found(i, 0, i) for i in (1, 2, 3)]) == []


def test_the_order_within_a_batch_is_that_of_the_request():
    records = [sent(i, place=(0, o), request=1, sent=1.0, answered=2.0) for i, o in ((1, 0), (2, 2), (3, 1))]
    assert kinds(records, [found(1, 0, 0), found(3, 0, 1), found(2, 0, 2)]) == [INVERSION]


def test_a_long_log_with_one_pair_reordered_has_one_inversion():
    """Eight connections take turns; each is answered before the seventh one after it sends."""
    records = [sent(i, place=(0, i), connection=f"c{i % 8}", sent=i / 10, answered=i / 10 + 0.65)
               for i in range(400)]
    log = [found(i, 0, i) for i in range(400)]
    assert kinds(records, log) == []
    planted = [dataclasses.replace(r, offset={200: 210, 210: 200}.get(r.sequence, r.sequence)) for r in records]
    log[200], log[210] = (dataclasses.replace(log[210], offset=200), dataclasses.replace(log[200], offset=210))
    # 200 lies behind 207, 208 and 209, which were sent after its answer, and so does each of 201 to 203 behind 210.
    assert kinds(planted, log) == [INVERSION] * 4


def test_a_key_in_two_partitions_is_reported_unless_partitions_were_added():
    records = [sent(1, place=(0, 0)), sent(2, place=(1, 0))]
    there = [found(1, 0, 0), found(2, 1, 0)]
    assert kinds(records, there) == [MOVED]
    assert kinds(records, there, keys_stay=False) == []


def test_records_without_a_key_may_be_anywhere():
    records = [sent(1, place=(0, 0), key=None), sent(2, place=(1, 0), key=None)]
    assert kinds(records, [found(1, 0, 0, key=None), found(2, 1, 0, key=None)]) == []


def batch(*fates, gaps=()):
    return [sent(i, fate, (0, i), request=1, order_gap=i in gaps) for i, fate in enumerate(fates)]


def test_a_missing_order_gap_and_a_false_one_are_reported():
    there = [found(1, 0, 1)]
    assert kinds(batch(NOT_PERSISTED, STORED, gaps=[0]), there) == []
    assert kinds(batch(NOT_PERSISTED, STORED), there) == [GAP]
    assert kinds(batch(NOT_PERSISTED, NOT_PERSISTED, gaps=[0]), []) == [GAP]
    assert kinds(batch(POSSIBLY_PERSISTED, STORED, POSSIBLY_PERSISTED, gaps=[0, 2]), there) == [GAP]


def test_a_record_sent_before_the_topic_was_erased_may_be_gone_but_not_elsewhere():
    records = [sent(1, place=(0, 5)), sent(2, place=(0, 0)), sent(3, place=(0, 0))]
    assert kinds(records, [found(3, 0, 0)], erased_before=2.5) == []
    assert kinds(records, [], erased_before=2.5) == [LOST]
    assert kinds(records, [found(2, 0, 1), found(3, 0, 0)], erased_before=2.5)[0] == MISPLACED


def test_a_ledger_that_names_a_record_twice_is_refused():
    with pytest.raises(ValueError):
        check([sent(1), sent(1)], [])


def test_the_longest_pause_is_between_two_200s():
    records = [sent(1), sent(2), sent(3, POSSIBLY_PERSISTED), sent(9), sent(10, NOT_PERSISTED)]
    assert longest_pause(records) == 7
    assert longest_pause([sent(1, NOT_PERSISTED), sent(9, NOT_PERSISTED)]) == 8.5
    assert longest_pause([]) == 0


def request(overrun, status=504, deadline=1.0):
    return Request(5.0, 5.0 + deadline + overrun, deadline, status)


def test_late_answers_are_reported():
    on_time = [request(0.01), request(0.02), request(-0.5, 200), request(-0.9, 503)]
    assert late_answers(on_time, at_worst=0.1, half=0.05) == []
    assert len(late_answers([*on_time, request(0.2)], at_worst=0.1, half=0.05)) == 1
    assert len(late_answers([*on_time, request(0.2, 200)], at_worst=0.1, half=0.05)) == 1
    assert len(late_answers([request(0.06)] * 2 + [request(0.01)], at_worst=0.1, half=0.05)) == 1
    assert len(late_answers([request(0.2)], at_worst=0.1, half=0.05)) == 2


def test_without_passed_deadlines_nothing_is_reported():
    assert late_answers([request(-0.5, 200)], 0.1, 0.05) == ["no request met its deadline"]
    assert late_answers([Request(1.0, None, 1.0, 0), Request(1.0, 9.0, None, 504)], 0.1, 0.05) != []


def test_a_ledger_is_read_as_it_grows(tmp_path):
    line = {"topic": "t", "connection": "c1.0", "request": 4, "kind": "batch", "deadlineMs": 750, "sent": 0.5,
            "began": 1.0, "answered": 2.0, "status": 200, "records": [
                {"id": "c1.0-1", "sequence": 1, "key": None, "size": 100, "fate": STORED, "partition": 2,
                 "offset": None},
                {"id": "c1.0-2", "sequence": 2, "key": "k", "size": 100, "fate": NOT_PERSISTED,
                 "order_gap": True}]}
    text = "".join(json.dumps(entry) + "\n" for entry in (
        line, {"fault": "no"}, {"at": 5.0, "oversleep": 0.5}, {"at": 7.0, "oversleep": 0.2}))
    path = tmp_path / "ledger"
    path.write_text(text[:50])
    ledger = Ledger(path)
    assert ledger.update().records == []
    path.write_text(text)
    first, second = ledger.update().records
    assert (first.fate, first.partition, first.offset, first.key) == (STORED, 2, None, None)
    assert (second.fate, second.order_gap, second.request) == (NOT_PERSISTED, True, 4)
    assert ledger.requests == [Request(1.0, 2.0, 0.75, 200)]
    assert ledger.requests[0].overrun == 0.25
    assert ledger.faults == ["no"]
    assert ledger.oversleep(0, 10) == 0.5
    assert ledger.oversleep(4.8, 4.9) == 0.5
    assert ledger.oversleep(5.5, 10) == 0.2
    assert ledger.oversleep(5.5, 6) == 0


def fates(kind, status, answer, count):
    return list(read_fates(kind, status, json.dumps(answer).encode(), count))


STORED_RESULT = {"status": "Success", "topic": "t", "partition": 1, "offset": 2}
PROBLEM = {"status": 503, "persistence": "NotPersisted"}
FAILED_RESULT = {"status": "Failed", "topic": "t", "error": PROBLEM, "orderGap": True}


def results(*each):
    stored = sum(result["status"] == "Success" for result in each)
    return {"status": "?", "total": len(each), "succeeded": stored, "failed": len(each) - stored,
            "results": [{"index": i, **result} for i, result in enumerate(each)]}


def test_answers_are_read():
    stored = {"fate": STORED, "partition": 1, "offset": 2}
    not_stored = {"fate": NOT_PERSISTED, "order_gap": False}
    assert fates("single", 200, STORED_RESULT, 1) == [stored]
    assert fates("single", 503, PROBLEM, 1) == [not_stored]
    assert fates("batch", 503, PROBLEM, 2) == [not_stored] * 2
    assert fates("batch", 207, results(FAILED_RESULT, STORED_RESULT), 2) == [
        {"fate": NOT_PERSISTED, "order_gap": True}, stored]
    assert fates("async", 202, {"status": "Accepted", "total": 2}, 2) == [{"fate": ACCEPTED}] * 2


@pytest.mark.parametrize("kind,status,answer", [
    ("single", 200, PROBLEM), ("single", 503, STORED_RESULT), ("single", 503, {"status": 503}),
    ("single", 503, {"status": 503, "persistence": "Maybe"}), ("batch", 200, STORED_RESULT),
    ("batch", 200, results(STORED_RESULT)), ("batch", 200, results(STORED_RESULT, FAILED_RESULT)),
    ("batch", 207, results(STORED_RESULT, STORED_RESULT)),
    ("batch", 200, results(STORED_RESULT, STORED_RESULT) | {"succeeded": 1}),
    ("single", 200, results(STORED_RESULT)), ("batch", 202, {"status": "Accepted", "total": 2}),
    ("async", 202, {"status": "Accepted", "total": 1})])
def test_answers_that_the_contract_does_not_allow_are_faults(kind, status, answer):
    with pytest.raises((MalformedAnswer, KeyError)):
        fates(kind, status, answer, 1 if kind == "single" else 2)
