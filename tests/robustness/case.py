"""One fault, from the first record to the verdict: a separate topic and gateway, the load, and the final
comparison. The evidence stays in build/robustness/NAME."""

import contextlib
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import time

from gateway_process import GatewayProcess
from kafka_cluster import KafkaToolError, kill_process, start_process
from ledger import (
    ACCEPTED, DUPLICATE, INVERSION, LOST, NOT_PERSISTED, POSSIBLY_PERSISTED, STORED, UNANSWERED, Found, Ledger,
    Violation, check, late_answers, longest_pause)
from relay import Relay

LONG = os.environ.get("GATEWAY_ROBUSTNESS", "short") == "long"
PARTITIONS = 12  # more than one client of the gateway's producer has (docs/adr/0012)
# Timeout of every wait of a test; nothing is expected to take this long.
CEILING = 90
# An answer comes at most 20 ms (the accuracy of timers) after the deadline, plus delays on two busy cores:
# those of a gateway thread, and those of the load program, which measures them.
ACCURACY = 0.02
SCHEDULING = 0.4
# Load without deadlines, so that none withdraws a record.
PATIENT = {"deadlines": 0}
# All ways to send, with the number of connections of each; without those that are answered before
# anything is stored.
REPORTED = "batch=6,lines=2,single=15,raw=4,piped-single=4,piped-batch=1"
EVERY_KIND = REPORTED + ",async=2"
LOAD = pathlib.Path(__file__).with_name("load.py")


@dataclasses.dataclass(frozen=True)
class Variant:
    """Kafka:Producers of the gateway (0: the gateway chooses), and the round trip to the brokers in ms (0: no
    network)."""

    producers: int = 0
    round_trip: float = 0

    def __str__(self):
        parts = [f"{self.producers}-producer{'s' * (self.producers != 1)}"] if self.producers else []
        parts += [f"{self.round_trip:g}ms"] if self.round_trip else []
        return "-".join(parts) or "default"


def scaled(short, long):
    """`long` with $GATEWAY_ROBUSTNESS=long, which `./dev robustness` sets, else `short`."""
    return long if LONG else short


def wait_for(condition, what, ceiling=CEILING, pause=0.05):
    """Waits until `condition()` is true; returns its value."""
    deadline = time.monotonic() + ceiling
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {ceiling} s: {what}"
        time.sleep(pause)
    return value


class Case:
    """`fault` is the name of the case in the report. `bootstrap_servers`: of a network that the test makes
    instead of the variant's. With TLS the gateway needs a management port, where its health is asked for."""

    def __init__(self, cluster, directory, fault, settings=None, bootstrap_servers=None,
                 environment=None, variant=Variant()):
        self.cluster = cluster
        self.directory = directory
        self.directory.mkdir(parents=True, exist_ok=True)
        self.topic = cluster.create_topic(partitions=PARTITIONS)
        self.partitions = PARTITIONS
        self.ledger = None
        self.found = []
        self.violations = []
        if bootstrap_servers:
            variant = dataclasses.replace(variant, round_trip=0)
        self.row = {"fault": fault, "variant": str(variant)}
        self._load = None
        self._relay = None
        if variant.round_trip:
            self._relay = Relay.before(cluster, variant.round_trip)
            bootstrap_servers = cluster.proxied_bootstrap_servers
        if variant.producers:
            settings = {"Kafka:Producers": variant.producers} | (settings or {})
        self.gateway = GatewayProcess(
            self.directory / "gateway.log", bootstrap_servers or cluster.bootstrap_servers,
            settings=settings, environment=environment)
        self.gateway.await_ready()

    # The load.

    @contextlib.contextmanager
    def load(self, url=None, **options):
        """Runs the load program during the block, which begins when every partition has stored a record. The
        options are those of the program; the default is a mix that leaves CPU for the brokers."""
        options = {"kinds": EVERY_KIND, "rate": scaled(8, 12), "deadlines": "1000,3000,8000,0"} | options
        path = self.directory / "ledger.jsonl"
        path.unlink(missing_ok=True)
        path.touch()
        with open(self.directory / "load.log", "wb") as log:
            self._load = start_process(
                [sys.executable, str(LOAD), "--url", url or self.gateway.url, "--topic", self.topic,
                 "--ledger", str(path), *(f"--{name}={value}" for name, value in options.items())],
                stdin=subprocess.PIPE, stdout=log, stderr=log)
        self.ledger = Ledger(path)
        try:
            self.await_stored()
            yield
            self.stop_load()
        finally:
            kill_process(self._load)
            self.ledger.update()

    def stop_load(self):
        """Stops new requests; returns when the last request is answered."""
        if self._load.stdin.closed:
            return
        self._load.stdin.close()
        try:
            code = self._load.wait(CEILING)
        except subprocess.TimeoutExpired:
            raise AssertionError("the load program does not end: requests stay unanswered") from None
        assert code == 0, (self.directory / "load.log").read_text()

    def await_stored(self, partitions=None, what="a 200 from every partition"):
        """Waits until each partition (by default all) has stored a record sent from now on; returns the
        seconds."""
        wanted = set(range(self.partitions) if partitions is None else partitions)
        since, seen = time.monotonic(), len(self.ledger.records)
        stored = set()

        def all_stored():
            nonlocal seen
            assert self._load.poll() is None, (self.directory / "load.log").read_text()
            records = self.ledger.update().records
            stored.update(r.partition for r in records[seen:] if r.fate == STORED and r.sent >= since)
            seen = len(records)
            return wanted <= stored

        wait_for(all_stored, f"{what}; only from {sorted(stored)}")
        return time.monotonic() - since

    # The cluster.

    def leader(self, partition=0):
        """The broker that leads the partition."""
        return self.cluster.brokers[self._describe()[partition]["leader"] - 1]

    def led_by(self, broker):
        return [p["partition"] for p in self._describe() if p["leader"] == broker.node_id]

    def _describe(self):
        return self.cluster.tool.describe(self.topic)

    def await_replicas(self):
        """Waits until every partition has a leader and all its replicas in sync."""

        def in_sync():
            with contextlib.suppress(KafkaToolError):
                # All brokers first: a broker that does not reach the controller may have old metadata.
                if not all(broker.accepts() for broker in self.cluster.brokers):
                    return False
                known = self._describe()
                return len(known) == self.partitions and all(
                    p["leader"] > 0 and len(p["isr"]) == len(p["replicas"]) for p in known)
            return False

        wait_for(in_sync, "all replicas in sync")

    # The verdict.

    def finish(self, unanswered_allowed=False, **rules):
        """Compares ledger and topic, and fails on any violation."""
        self.compare(**rules)
        self.assert_exact(unanswered_allowed)

    def compare(self, **rules):
        """Reads the topic back and fills the row of the report. The load has ended, and all brokers are up.
        The rules are those of `check`."""
        if self.gateway.process.poll() is None:
            self.await_quiet()
        self.await_replicas()
        self.found = [
            Found(self.topic, partition, offset, key and key.decode("utf-8", "replace"),
                  (value or b"").decode("utf-8", "replace"))
            for partition, offset, key, value in self.cluster.tool.dump(
                self.topic, self.directory / "topic.txt")]
        self.violations = check(self.ledger.records, self.found, **rules)
        if self.gateway.process.poll() is None and "erased_before" not in rules:
            self._check_accepted()
        self._fill_row()
        (self.directory / "violations.txt").write_text(
            "".join(f"{v.kind}: {v.what}\n" for v in self.violations))

    def _check_accepted(self):
        """Checks that the gateway has counted the missing records that were answered with a 202."""
        there = self.stored_ids()
        missing = [r for r in self.ledger.records if r.fate == ACCEPTED and r.id not in there]
        if len(missing) > (counted := self._metric("kafka_gateway_accepted_failed_records_total")):
            self.violations.append(Violation(
                LOST, f"{len(missing)} were accepted and {counted:.0f} counted as failed; the first is {missing[0]}"))

    def _metric(self, name):
        lines = self.gateway.operations.get("/metrics").body.decode().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if re.match(rf"{name}[ {{]", line))

    def assert_exact(self, unanswered_allowed=False):
        """Fails if the comparison found a violation."""
        faults = self.ledger.faults
        assert not faults, f"{len(faults)} answers against the contract: " + "\n".join(faults[:5])
        assert not self.violations, f"{self.row['verdict']}; evidence in {self.directory}:\n" + "\n".join(
            f"{v.kind}: {v.what}" for v in self.violations[:10])
        if not unanswered_allowed:
            lost = [r for r in self.ledger.records if r.fate == UNANSWERED]
            assert not lost, f"{len(lost)} records got no answer, the first is {lost[0]}"

    def await_quiet(self):
        """Waits until the gateway has the last delivery report: records that it still has may yet be stored."""
        self.gateway.await_in_flight(0, CEILING)

    def stored_ids(self):
        """The ids of all records in the topic."""
        return {record.id for record in self.found}

    def kinds(self):
        """{kind: number of violations}."""
        counts = {}
        for violation in self.violations:
            counts[violation.kind] = counts.get(violation.kind, 0) + 1
        return counts

    def count(self, fate):
        return sum(record.fate == fate for record in self.ledger.records)

    def assert_deadlines(self, begin, end):
        """Fails unless all requests sent between `begin` and `end` were answered in time."""
        requests = [r for r in self.ledger.requests if begin <= r.sent < end]
        at_worst = ACCURACY + SCHEDULING + self.ledger.oversleep(begin, time.monotonic())
        # A slow machine explains some late answers, but not half of them.
        wrong = late_answers(requests, at_worst, half=ACCURACY + SCHEDULING / 4)
        assert not wrong, "\n".join(wrong)

    def _fill_row(self):
        kinds = self.kinds()
        late = sorted(r.overrun for r in self.ledger.requests if r.status == 504 and r.deadline)
        self.row |= {
            "sent": len(self.ledger.records),
            "200": self.count(STORED),
            "202": self.count(ACCEPTED),
            "NotPersisted": self.count(NOT_PERSISTED),
            "PossiblyPersisted": self.count(POSSIBLY_PERSISTED),
            "unanswered": self.count(UNANSWERED),
            "found": len(self.found),
            "duplicates": kinds.pop(DUPLICATE, 0),
            "inversions": kinds.pop(INVERSION, 0),
            "other violations": ", ".join(f"{kind}: {n}" for kind, n in kinds.items()),
            "longest pause s": round(longest_pause(self.ledger.records), 2),
            "after deadline ms p50/max": (
                f"{late[len(late) // 2] * 1000:.0f}/{late[-1] * 1000:.0f}" if late else ""),
            "new instances": len(self.gateway.events("kafka-replaced")),
            "verdict": f"{len(self.violations)} violations" if self.violations else "holds",
        }

    def close(self):
        """Ends everything that still runs."""
        if self._load is not None:
            kill_process(self._load)
            self._load.stdin.close()
        if self.ledger is not None:
            self.ledger.close()
        self.gateway.kill()
        if self._relay is not None:
            self._relay.stop()
