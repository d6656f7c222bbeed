"""Compares the claims of the answers with the records in Kafka.

`load.py` writes a ledger: every record that it sent, with the gateway's answer. `check` compares the ledger with
all records that Kafka has afterwards. It is a pure function, so that `test_ledger.py` can show that it finds
each kind of lie. The rules:

* Kafka has a record that was answered with a 200 exactly once, at the partition and offset of the answer;
* Kafka does not have a record that was answered with NotPersisted;
* Kafka has a record of unknown fate (PossiblyPersisted, answered with a 202, or not answered) at most once;
* Kafka has no other records, and each record is as the load program sent it;
* in each partition, the records of one connection lie in the order in which it sent them, also those of one
  request, and those of pipelined requests;
* in each partition, a record lies after all records whose request was answered, in whatever way, before its own
  request was sent. Requests that two connections send at the same time have no order;
* all records of a key lie in one partition;
* a failed record of a batch is marked `orderGap` if, and only if, a later record of its key was stored.
"""

import bisect
import collections
import dataclasses
import itertools
import json

STORED = "Stored"
NOT_PERSISTED = "NotPersisted"
POSSIBLY_PERSISTED = "PossiblyPersisted"
ACCEPTED = "Accepted"
UNANSWERED = "Unanswered"

LOST = "lost"
DUPLICATE = "duplicate"
MISPLACED = "misplaced"
CONTRADICTED = "NotPersisted but stored"
FOREIGN = "never sent"
ALTERED = "altered"
INVERSION = "inversion"
MOVED = "key in two partitions"
GAP = "orderGap untrue"

# A value is the record's id, padded with this character to its size.
PADDING = "."


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """One line of the ledger, for one record. Times are seconds of the monotonic clock."""

    id: str
    topic: str
    key: str | None
    size: int
    connection: str  # one TCP connection
    sequence: int  # number of the record on its connection
    request: int  # number of the request; all of its records share it
    sent: float
    answered: float | None
    status: int  # of the HTTP answer; 0: there was no answer
    fate: str
    partition: int | None = None
    offset: int | None = None  # None with STORED: the gateway does not know the offset
    order_gap: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """The same for an HTTP request. `sent`: the time from which the gateway could process it. It processes the
    requests of a connection one after the other, so a pipelined request was really sent earlier."""

    sent: float
    answered: float | None
    deadline: float | None  # in seconds; None: the request did not set one
    status: int

    @property
    def overrun(self):
        """Seconds between the deadline and the answer; negative if the answer came before the deadline."""
        return self.answered - self.sent - self.deadline


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """One record as it lies in Kafka."""

    topic: str
    partition: int
    offset: int
    key: str | None
    value: str

    @property
    def id(self):
        return self.value.rstrip(PADDING)

    @property
    def place(self):
        return (self.partition, self.offset)


@dataclasses.dataclass(frozen=True, slots=True)
class Violation:
    kind: str
    what: str


def check(sent, found, erased_before=None, keys_stay=True):
    """Every violation of the rules above. `erased_before`: the time when the topic was last erased; records sent
    earlier may be gone. `keys_stay=False`: the number of partitions changed, so that keys may move."""
    sent = list(sent)
    by_id = {record.id: record for record in sent}
    if len(by_id) != len(sent):
        raise ValueError("the ledger names a record twice: the load program sent an id again")
    places = collections.defaultdict(list)
    for record in found:
        places[(record.topic, record.id)].append(record)
    violations = []
    for record in sent:
        erased = erased_before is not None and record.sent < erased_before
        violations += _check_fate(record, places.get((record.topic, record.id), []), erased)
    violations += _check_content(by_id, found)
    violations += _check_order(by_id, found)
    if keys_stay:
        violations += _check_keys(found)
    violations += _check_gaps(sent)
    return violations


def _check_fate(record, found, erased):
    where = ", ".join(f"{f.partition}/{f.offset}" for f in found)
    if len(found) > 1:
        yield Violation(DUPLICATE, f"{record} is at {where}")
    if record.fate == NOT_PERSISTED and found:
        yield Violation(CONTRADICTED, f"{record} is at {where}")
    if record.fate != STORED or (erased and not found):
        return
    if not found:
        yield Violation(LOST, str(record))
    elif not any(_is_claimed(record, f) for f in found):
        yield Violation(MISPLACED, f"{record} is at {where}")


def _is_claimed(record, found):
    return record.partition == found.partition and record.offset in (None, found.offset)


def _check_content(by_id, found):
    for record in found:
        sent = by_id.get(record.id)
        if sent is None or sent.topic != record.topic:
            yield Violation(FOREIGN, f"{record.topic} {record.place}: {record.value[:60]!r}")
        elif (sent.key, sent.size) != (record.key, len(record.value)):
            yield Violation(ALTERED, f"{sent} has key {record.key!r} and {len(record.value)} bytes")


def _check_order(by_id, found):
    """One violation for each record that lies after a record that had to be stored later."""
    found = sorted(found, key=lambda f: (f.topic, f.partition, f.offset))
    for _, partition in itertools.groupby(found, key=lambda f: (f.topic, f.partition)):
        last = {}  # per connection, of the records so far, the one that was sent last
        latest = None  # the same for all connections together
        for record in partition:
            sent = by_id.get(record.id)
            if sent is None:
                continue
            before = last.setdefault(sent.connection, sent)
            latest = latest or sent
            # A record that lies here twice is a duplicate, which _check_fate reports.
            if sent.sequence < before.sequence:
                yield Violation(INVERSION, f"{sent} lies at {record.place}, after {before}")
            elif sent.answered is not None and sent.answered < latest.sent:
                yield Violation(INVERSION, f"{sent} lies at {record.place}, after {latest}, which was sent later")
            last[sent.connection] = max(before, sent, key=lambda s: s.sequence)
            latest = max(latest, sent, key=lambda s: s.sent)


def _check_keys(found):
    homes = {}
    for record in found:
        if record.key is None:
            continue
        home = homes.setdefault((record.topic, record.key), record.partition)
        if home != record.partition:
            yield Violation(MOVED, f"{record.key!r} of {record.topic} is in {home} and {record.partition}")


def _check_gaps(sent):
    by_request = itertools.groupby(sorted(sent, key=lambda r: (r.request, r.sequence)),
                                   key=lambda r: r.request)
    for _, records in by_request:
        stored_later = set()
        for record in reversed(list(records)):
            if record.fate == STORED:
                stored_later.add((record.topic, record.key))
                continue
            gap = record.key is not None and (record.topic, record.key) in stored_later
            if gap != record.order_gap:
                yield Violation(GAP, f"{record}: orderGap should be {gap}")


def longest_pause(sent):
    """The longest time, in seconds, without an answer of 200."""
    if not sent:
        return 0.0
    times = sorted(r.answered for r in sent if r.fate == STORED)
    times = [min(r.sent for r in sent), *times, max(r.answered or r.sent for r in sent)]
    return max(later - earlier for earlier, later in itertools.pairwise(times))


def late_answers(requests, at_worst, half):
    """Violations of deadlines: no request may be answered more than `at_worst` seconds late, and at most half
    of those answered with 504 more than `half` seconds late."""
    answered = [r for r in requests if r.answered is not None and r.deadline is not None]
    worst = max(answered, key=lambda r: r.overrun, default=None)
    expired = sorted(r.overrun for r in answered if r.status == 504)
    if not expired:
        return ["no request met its deadline"]
    wrong = []
    if worst.overrun > at_worst:
        wrong.append(f"{worst.overrun:.3f} s late, where {at_worst:.3f} s are allowed: {worst}")
    if expired[len(expired) // 2] > half:
        wrong.append(f"half are more than {expired[len(expired) // 2]:.3f} s late")
    return wrong


class Ledger:
    """The ledger of a load program, read while it grows."""

    def __init__(self, path):
        self._file = open(path, encoding="utf-8")
        self._rest = ""
        self.records = []
        self.requests = []
        self.faults = []  # answers that no gateway should give
        self._oversleeps = []

    def update(self):
        """Reads the lines written since the last call."""
        *lines, self._rest = (self._rest + self._file.read()).split("\n")
        for line in lines:
            entry = json.loads(line)
            if "fault" in entry:
                self.faults.append(entry["fault"])
            elif "oversleep" in entry:
                self._oversleeps.append((entry["at"], entry["oversleep"]))
            else:
                self.records += _records_of(entry)
                self.requests.append(Request(
                    entry["began"], entry["answered"],
                    entry["deadlineMs"] / 1000 if entry["deadlineMs"] else None, entry["status"]))
        return self

    def oversleep(self, begin, end):
        """How late, in seconds, the load program itself was between two moments, at worst."""
        first = bisect.bisect_left(self._oversleeps, (begin, 0))
        return max((seconds for at, seconds in itertools.takewhile(
            lambda pair: pair[0] - pair[1] <= end, self._oversleeps[first:])), default=0.0)

    def close(self):
        self._file.close()


def _records_of(entry):
    shared = {name: entry[name] for name in (
        "topic", "connection", "request", "sent", "answered", "status")}
    for record in entry["records"]:
        yield Sent(**shared, **record)
