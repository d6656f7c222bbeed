"""Runs cells in rounds, in which the floors and the gateway take turns, so that other work of the machine affects
all of them."""

import statistics
import sys
import time

from cells import SLOTTED
from others import Others, cpu_seconds
from programs import load, rss_mb, run_json

# A figure is marked if other processes used more than this many cores.
DISTURBED = 0.15

# The floors; everything else in the results of a cell is a subject.
FLOORS = ("epoll", "kafka", "paced", "slots", "wire")

METRICS = ("per_second", "records_per_second", "mb_per_second", "p50_ms", "p99_ms", "p999_ms", "max_ms",
           "cpu_us", "own_cpu_us", "own_cores")


def say(text):
    print(text, file=sys.stderr, flush=True)


class Subject:
    """A server that gets the load: this gateway, another build of it, or a peer."""

    def __init__(self, name, url, pid=None):
        self.name = name
        self.url = url
        self.pid = pid


class Rounds:
    """`results[cell][subject or floor]` is the list of the results of each round; `faults` lists wrong answers.
    `behind(network)` sets the network for cells with a round trip."""

    def __init__(self, kafka, subjects, epoll, topic, rounds, seconds, floors=True):
        self.kafka = kafka
        self.subjects = subjects
        self.epoll = epoll
        self.topic = topic
        self.rounds = rounds
        self.seconds = seconds
        self.floors = floors
        self.results = {}
        self.faults = []
        self.network = None

    @property
    def servers(self):
        """The bootstrap servers of the floors."""
        return self.network.servers if self.network else self.kafka.bootstrap_servers

    def _topic(self, cell):
        return self.network.topics[cell.partitions] if self.network else self.topic

    def run(self, cells, best_rate=None):
        for number in range(self.rounds):
            for cell in cells:
                # The order changes from round to round.
                self._cell(cell, number, best_rate)

    def _cell(self, cell, number, best_rate):
        flags = dict(cell.load)
        if cell.share:
            flags["rate"] = round(best_rate * cell.share)
        floors = [f for f in cell.floors if f in ("epoll", "wire") or f in ("kafka", "slots") and self.kafka]
        floors = floors if self.floors else []
        topic = self._topic(cell)
        order = [*self.subjects, *floors]
        if number % 2:
            order.reverse()
        for who in order:
            if isinstance(who, Subject):
                self.measure(cell.name, who, flags, topic)
            else:
                self._floor(cell, who, flags, topic)
        if self.floors and self.kafka and "paced" in cell.floors:
            rate = self.results[cell.name][self.subjects[0].name][-1]["per_second"]
            self._floor(cell, "paced", {**flags, "rate": round(rate)}, topic)

    def measure(self, name, subject, flags, topic=None):
        """One run against a subject; compares the numbers of acknowledged records and of records in Kafka."""
        topic = topic or self.topic
        counted = self.kafka is not None and flags.get("topics", 1) == 1
        before = self.kafka.count(topic) if counted else 0
        result = self._watched(lambda: load(
            subject.url, topic=topic, pid=subject.pid, duration=self.seconds, warmup=0.7, **flags), subject)
        if subject.pid:
            result["rss_mb"] = rss_mb(subject.pid)
        self._keep(name, subject.name, result)
        if result["bad"]:
            self._fault(f"{name}, {subject.name}: {result['bad']} not answered with 200: "
                        f"{result['bad_kinds']} {result['first_bad']}")
        if counted:
            held = self.kafka.count(topic) - before
            if held != result["acknowledged_records"] and not result["bad"]:
                self._fault(f"{name}, {subject.name}: {result['acknowledged_records']} records were "
                            f"acknowledged, Kafka holds {held}")
        return result

    def _others(self, *more):
        """None if the processes of the measurement are not known: a peer has its own Kafka."""
        if self.kafka is None:
            return None
        ours = {subject.pid for subject in [*self.subjects, *more] if subject.pid}
        ours |= {self.epoll.pid} if self.epoll else set()
        ours |= {self.network.relay.pid} if self.network else set()
        return Others(ours | set(self.kafka.pids()))

    def _watched(self, run, *more):
        """The result of a run, together with the CPU that other processes and the network used meanwhile."""
        others = self._others(*more)
        relay = cpu_seconds(self.network.relay.pid) if self.network else 0
        began = time.monotonic()
        result = run()
        result["others_cores"] = others.cores() if others else 0
        if self.network:
            used = cpu_seconds(self.network.relay.pid) - relay
            result["relay_cores"] = used / (time.monotonic() - began)
        return result

    def kafka_alone(self, flags, topic=None, seconds=None, producers=None):
        """Runs librdkafka alone with the records and the pattern of a load."""
        taken = {key: flags[key] for key in ("records", "bytes", "keys", "rate", "topics") if key in flags}
        return run_json("kafka_floor", brokers=self.servers, topic=topic or self.topic,
                        outstanding=flags["connections"], warmup=0.7, duration=seconds or self.seconds,
                        producers=producers, **taken)

    def _floor(self, cell, floor, flags, topic):
        if floor in ("epoll", "wire"):
            url = self.epoll.url if floor == "epoll" else self.network.wire_url
            result = self._watched(lambda: load(
                url, pid=self.epoll.pid, duration=self.seconds, warmup=0.3, **flags))
        else:
            result = self._watched(lambda: self.kafka_alone(
                flags, topic, min(2, self.seconds) if floor == "paced" else None,
                SLOTTED[cell.partitions] if floor == "slots" else None))
            if result["bad"]:
                self._fault(f"{cell.name}, {floor}: {result['bad_kinds']}")
        self._keep(cell.name, floor, result)

    def _keep(self, name, who, result):
        self.results.setdefault(name, {}).setdefault(who, []).append(result)
        say(f"{time.strftime('%H:%M:%S')} {name:24} {who:10} {result['per_second']:9.0f}/s"
            f"  p50 {result['p50_ms']:.3f}  p99 {result['p99_ms']:.3f} ms"
            f"  cpu {result['cpu_us']:.2f} us  (load {result['own_cpu_us']:.2f})"
            + (f"  BEHIND: {result['unsent']} were due and not sent" if result.get("unsent") else "")
            + (f"  DISTURBED: others took {result['others_cores']:.2f} cores"
               if result["others_cores"] > DISTURBED else ""))

    def _fault(self, text):
        say(f"FAULT: {text}")
        self.faults.append(text)


def median(runs, metric):
    return statistics.median(run[metric] for run in runs)


def spread(runs, metric):
    values = [run[metric] for run in runs]
    return min(values), max(values)


def ratio(runs, floor_runs, metric):
    """The median of the ratios to the floor of the same round."""
    pairs = [(a[metric], b[metric]) for a, b in zip(runs, floor_runs) if b[metric]]
    return statistics.median(a / b for a, b in pairs) if pairs else None
