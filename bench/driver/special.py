"""Cells that do more than apply a load. Each is a function with the name of the cell, and writes its result to
`results[name]["gateway"]`."""

import contextlib
import resource
import threading
import time

from access import access  # noqa: F401: the cell with that name
from flood import flood  # noqa: F401: likewise
from programs import Gateway, descriptors, load, rss_mb, run_json
from relay import Relay
from rounds import Subject, say

IDLE = 10_000
SIZES = (1, 10, 100, 1000, 10_000)
TOPICS = (1, 100, 1000, 5000)
PARTITIONS = (1, 8, 64, 256)
DELAY_MS = 10
TOUCH_SECONDS = 30
IN_FLIGHT = 256


def _step(rounds, name, step, n, subject, flags, topic=None):
    result = rounds.measure(name, subject, flags, topic)
    if rounds.floors:
        alone = rounds.kafka_alone(flags, topic)
        result |= {"kafka_per_second": alone["per_second"], "kafka_cpu_us": alone["cpu_us"],
                   "kafka_p99_ms": alone["p99_ms"]}
    return {**result, "step": step, "n": n}


def idle(rounds, binary, kafka):
    """Ten thousand connections, each of which sends a request every hundred seconds, and a busy one."""
    gateway = rounds.subjects[0]
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    connections = IDLE if limit < 0 else min(IDLE, limit - 500)
    common = {"topic": rounds.topic, "pid": gateway.pid}
    before = rss_mb(gateway.pid)
    alone = load(gateway.url, connections=1, duration=rounds.seconds, warmup=0.5, **common)
    idle_load = {}

    def hold():
        idle_load.update(load(gateway.url, connections=connections, rate=connections / 100,
                          duration=rounds.seconds + 3, warmup=2, topic=rounds.topic))

    holder = threading.Thread(target=hold)
    holder.start()
    deadline = time.monotonic() + 10
    while descriptors(gateway.pid) < connections and time.monotonic() < deadline:
        time.sleep(0.05)
    busy = load(gateway.url, connections=1, duration=rounds.seconds, warmup=0.5, **common)
    with_them = rss_mb(gateway.pid)
    holder.join()
    for who, result in (("the busy one", busy), ("the idle ones", idle_load)):
        if not result or result["bad"]:
            rounds.faults.append(f"idle, {who}: {result.get('bad_kinds')} {result.get('first_bad')}")
    rounds.results["idle"] = {"gateway": [{
        **busy, "connections": connections, "rss_mb": with_them, "rss_before_mb": before,
        "alone_p50_ms": alone["p50_ms"], "alone_p99_ms": alone["p99_ms"],
        "idle_p99_ms": idle_load.get("p99_ms")}]}
    say(f"idle: {connections} connections, RSS {before:.0f} -> {with_them:.0f} MB, "
        f"p99 {busy['p99_ms']:.2f} ms (alone {alone['p99_ms']:.2f})")


def sizes(rounds, binary, kafka):
    """Increasing numbers of records per request."""
    steps = [_step(rounds, "sizes-step", f"{n}", n, rounds.subjects[0],
                   {"format": "batch", "records": n, "keys": 997, "connections": 8, "minimal": True})
             for n in SIZES]
    _finish(rounds, "sizes", steps)


def partitions(rounds, binary, kafka):
    """Increasing numbers of partitions, without and with keys; with keys, rounds have a batch per partition."""
    steps = []
    gateway = rounds.subjects[0]
    for n in PARTITIONS:
        topic = kafka.topic(n)
        _touch_partitions(rounds, kafka, topic)
        for keys, text in ((0, "no keys"), (997, "997 keys")):
            flags = {"format": "single", "keys": keys, "connections": 64}
            load(gateway.url, topic=topic, duration=1, warmup=0, **flags)
            steps.append(_step(rounds, "partitions-step", f"{n}, {text}", n, gateway, flags, topic))
    _finish(rounds, "partitions", steps)


def _touch_partitions(rounds, kafka, topic):
    """Sends until each partition has a record: the first takes the broker up to a tenth of a second, which must not
    be measured here."""
    began = time.monotonic()
    while True:
        rounds.kafka_alone({"keys": 8192, "connections": 256}, topic, seconds=1)
        empty = sum(end == 0 for end in kafka.cluster.tool.ask("ends", topic=topic).values())
        if empty == 0 or time.monotonic() - began > TOUCH_SECONDS:
            break
    say(f"partitions: {empty} without a record after {time.monotonic() - began:.0f} s")


def topics(rounds, binary, kafka):
    """Increasing numbers of topics with one partition each, written to in turn; with a separate gateway, to measure
    its memory."""
    prefix = "many-topics"
    run_json("make_topics", brokers=kafka.bootstrap_servers, prefix=prefix, count=max(TOPICS),
             replication=min(3, kafka.brokers))
    kafka.cluster.create_topic(prefix, partitions=1)
    gateway = Gateway(binary, kafka.bootstrap_servers)
    subject = Subject("gateway", gateway.url, gateway.pid)
    steps = []
    for n in TOPICS:
        flags = {"format": "single", "topics": n, "keys": 0, "connections": 64}
        _touch_all(rounds, gateway, prefix, flags)
        steps.append(_step(rounds, "topics-step", f"{n}", n, subject, flags, prefix))
    gateway.stop()
    _finish(rounds, "topics", steps)


def _touch_all(rounds, gateway, prefix, flags):
    """Sends until each topic has a record, so that the gateway's look-ups are not measured."""
    left, began = flags["topics"], time.monotonic()
    while left > 0 and time.monotonic() - began < TOUCH_SECONDS:
        first = load(gateway.url, topic=prefix, duration=2, warmup=0, **flags)
        left -= first["acknowledged_records"]
        if first["bad"]:
            rounds.faults.append(f"topics, first requests: {first['bad_kinds']} {first['first_bad']}")
    say(f"topics: {flags['topics']} had a record after {time.monotonic() - began:.0f} s"
        if left <= 0 else f"topics: {left} had none after {TOUCH_SECONDS} s")


def _finish(rounds, name, steps):
    rounds.results.pop(f"{name}-step", None)
    rounds.results[name] = {"gateway": steps}


@contextlib.contextmanager
def _late_gateway(binary, kafka, settings=None):
    """A separate gateway with late acknowledgements, because a network is between it and the brokers."""
    with Relay.before(kafka.cluster, DELAY_MS):
        gateway = Gateway(binary, kafka.cluster.proxied_bootstrap_servers, settings)
        yield Subject("late", gateway.url, gateway.pid)
        gateway.stop()


def delay(rounds, binary, kafka):
    """Half of the best rate, without and with a network that delays acknowledgements by 10 ms: the cost of a request
    must not depend on how long Kafka takes."""
    best = rounds.results.get("many-512", {}).get("gateway")
    if best is None:
        best = [rounds.measure("best", rounds.subjects[0],
                               {"format": "single", "keys": 997, "connections": 512})]
    rate = round(best[-1]["per_second"] / 2)
    flags = {"format": "single", "keys": 997, "connections": 2048, "rate": rate}
    runs = []
    with _late_gateway(binary, kafka) as late_subject:
        for _ in range(rounds.rounds):
            now = rounds.measure("delay-step", rounds.subjects[0], flags)
            late = rounds.measure("delay-step", late_subject, flags)
            runs.append({**now, **{f"late_{key}": value for key, value in late.items()},
                         "cpu_ratio": late["cpu_us"] / now["cpu_us"]})
    _finish(rounds, "delay", runs)


def overload(rounds, binary, kafka):
    """Twice the possible load on a gateway with a limit on requests in flight. It must answer accepted requests as
    fast as if there were only as many clients as the limit allows, and nothing may grow. Acknowledgements are
    late, so that the limit is reached before the processor is busy."""
    flags = {"format": "single", "keys": 997}
    runs = []
    with _late_gateway(binary, kafka, {"Limits:MaxInFlightRequests": IN_FLIGHT}) as subject:
        for _ in range(rounds.rounds):
            possible = rounds.measure("overload-step", subject, {**flags, "connections": IN_FLIGHT})
            twice = rounds.measure("overload-step", subject, {
                **flags, "connections": 4 * IN_FLIGHT, "rate": round(2 * possible["per_second"]),
                "refusals": True})
            runs.append({**possible, **{f"twice_{key}": value for key, value in twice.items()},
                         "in_flight": IN_FLIGHT})
    _finish(rounds, "overload", runs)


def start(rounds, binary, kafka):
    """The time from exec to listening, ten times, and the memory of the gateway that handled all the load before."""
    runs = []
    loaded = rounds.subjects[0].pid
    for _ in range(10):
        gateway = Gateway(binary, kafka.bootstrap_servers)
        runs.append({"start_ms": gateway.start_ms, "rss_mb": rss_mb(loaded),
                     "peak_rss_mb": rss_mb(loaded, peak=True)})
        gateway.stop()
    rounds.results["start"] = {"gateway": runs}
