"""./dev soak: one gateway under steady load, whose memory, descriptors and p99 must not grow.

The load is an open loop at a quarter of the gateway's best rate, with and without keys, with batches, and with
connections that come and go (each slice opens new ones). It exits with 1 in these cases: after the first fifth
of the time, resident memory grows faster than --rss-kb-per-minute, or there are more descriptors than in the
first slice after it; the p99 of the last third is above --p99-drift times that of the first; a request was not
answered with 200; or an acknowledged record is not in Kafka.
"""

import argparse
import json
import pathlib
import statistics
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "kafka")]

import os  # noqa: E402: the path above is needed first

import report  # noqa: E402
from kafka import BenchKafka  # noqa: E402
from programs import ROOT, Gateway, descriptors, load, rss_mb  # noqa: E402
from rounds import say  # noqa: E402


def parse():
    parser = argparse.ArgumentParser(prog="./dev soak", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30, help="1 is the short form")
    parser.add_argument("--rate", type=float, help="requests per second (default: a quarter of the best)")
    parser.add_argument("--rss-kb-per-minute", type=float, help="allowed slope of memory (default: 200, but "
                        "2000 under five minutes, where noise is most of it)")
    parser.add_argument("--p99-drift", type=float, default=2.0)
    parser.add_argument("--binary", type=pathlib.Path)
    return parser.parse_args()


def slope(points):
    """The slope of y over x, by least squares."""
    mean_x = statistics.mean(x for x, _ in points)
    mean_y = statistics.mean(y for _, y in points)
    square = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / square if square else 0.0


def soak(options, gateway, kafka, topic):
    """A list of slices: time, memory, descriptors at rest, p99, number of wrong answers."""
    slice_seconds = 5 if options.minutes < 5 else 20
    load(gateway.url, topic=topic, connections=512, keys=997, duration=5, warmup=0)
    best = load(gateway.url, topic=topic, connections=512, keys=997, duration=3, warmup=1)["per_second"]
    rate = options.rate or best / 4
    say(f"{rate:.0f} requests per second, a quarter of {best:.0f}")
    slices = []
    started = time.monotonic()
    while time.monotonic() - started < options.minutes * 60:
        before = kafka.count(topic)
        single = load(gateway.url, topic=topic, connections=128, keys=997, rate=round(rate),
                      duration=slice_seconds - 1, warmup=0.2)
        batch = load(gateway.url, topic=topic, connections=8, keys=997, format="batch", records=1000,
                     rate=50, duration=0.8, warmup=0)
        time.sleep(0.2)  # wait until closed connections are gone
        acknowledged = single["acknowledged_records"] + batch["acknowledged_records"]
        slices.append({
            "minute": (time.monotonic() - started) / 60, "rss_mb": rss_mb(gateway.pid),
            "descriptors": descriptors(gateway.pid), "p50_ms": single["p50_ms"], "p99_ms": single["p99_ms"],
            "bad": single["bad"] + batch["bad"], "lost": acknowledged - (kafka.count(topic) - before),
        })
        last = slices[-1]
        say(f"{last['minute']:6.2f} min  RSS {last['rss_mb']:.2f} MB  descriptors {last['descriptors']}  "
            f"p50 {last['p50_ms']:.2f}  p99 {last['p99_ms']:.2f} ms  bad {last['bad']}  lost {last['lost']}")
    return slices


def judge(slices, options):
    """The violations of the bounds, as sentences."""
    settled = slices[len(slices) // 5:]
    third = max(1, len(settled) // 3)
    allowed = options.rss_kb_per_minute or (2000 if options.minutes < 5 else 200)
    growth = slope([(s["minute"], s["rss_mb"] * 1024) for s in settled])
    first, last = (statistics.median(s["p99_ms"] for s in part)
                   for part in (settled[:third], settled[-third:]))
    faults = []
    if growth > allowed:
        faults.append(f"memory grows by {growth:.0f} KB a minute; allowed are {allowed:.0f}")
    if settled[-1]["descriptors"] > settled[0]["descriptors"]:
        faults.append(f"descriptors grew from {settled[0]['descriptors']} to {settled[-1]['descriptors']}")
    # Below a millisecond, the machine alone can double it.
    if last > options.p99_drift * first and last > 1.0:
        faults.append(f"p99 went from {first:.2f} to {last:.2f} ms")
    if bad := sum(s["bad"] for s in slices):
        faults.append(f"{bad} requests were not answered with 200")
    if lost := sum(s["lost"] for s in slices if s["lost"] > 0 or not s["bad"]):
        faults.append(f"{lost} more records were acknowledged than Kafka holds")
    say(f"memory {growth:+.0f} KB a minute (at most {allowed:.0f}), descriptors "
        f"{settled[0]['descriptors']} to {settled[-1]['descriptors']}, p99 {first:.2f} to {last:.2f} ms")
    return faults


def main():
    options = parse()
    binary = options.binary or pathlib.Path(
        os.environ.get("GATEWAY_BINARY", ROOT / "build" / "bench" / "kafka-gateway"))
    with BenchKafka(1) as kafka:
        topic = kafka.topic()
        gateway = Gateway(binary.resolve(), kafka.bootstrap_servers)
        kafka.warm_up(gateway.url, topic, 12)
        slices = soak(options, gateway, kafka, topic)
        faults = judge(slices, options)
        if (code := gateway.stop()) != 0:
            faults.append(f"the gateway ended with {code}")
    directory = ROOT / "build" / "bench-results"
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "soak.json"
    path.write_text(json.dumps({"environment": report.environment(), "faults": faults, "slices": slices},
                               indent=1) + "\n")
    for fault in faults:
        say(f"FAULT: {fault}")
    say("soak: " + ("failed" if faults else "flat"))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
