"""Targets for the gateway on a machine whose bare epoll loop answers 220 000 requests per second with 64
connections. On other machines they are scaled by that floor, measured in the same run."""

from rounds import median

REFERENCE_FLOOR = 220_000

# The targets: (title, cell, metric, at least, aim, kind). Rates must be reached and times must not be exceeded;
# both are scaled by the machine's speed. Plain figures (at most) and plain rates (at least) are not scaled.
# `records_cpu_us` is the CPU of a request divided by its number of records, `p50_round_trips` the median time
# divided by the round trip.
TARGETS = [
    ("64 connections, one key: req/s", "one-64", "per_second", 80_000, 100_000, "rate"),
    ("64 connections, one key: p99 ms", "one-64", "p99_ms", 5, 3, "time"),
    ("64 connections, one key: CPU µs", "one-64", "cpu_us", 12, 9, "time"),
    ("64 connections, 997 keys: req/s", "many-64", "per_second", 65_000, 90_000, "rate"),
    ("64 connections, 997 keys: p99 ms", "many-64", "p99_ms", 5, 3, "time"),
    ("64 connections, 997 keys: CPU µs", "many-64", "cpu_us", 13, 10, "time"),
    ("512 connections, one key: req/s", "one-512", "per_second", 110_000, 140_000, "rate"),
    ("512 connections, one key: p99 ms", "one-512", "p99_ms", 10, 8, "time"),
    ("512 connections, 997 keys: req/s", "many-512", "per_second", 90_000, 110_000, "rate"),
    ("512 connections, 997 keys: p99 ms", "many-512", "p99_ms", 12, 9, "time"),
    ("one connection: p50 ms", "one-1", "p50_ms", 0.25, 0.20, "time"),
    ("batches, raw lines: records/s", "lines-1000", "records_per_second", 900_000, 1_100_000, "rate"),
    ("batches, raw lines: CPU µs per record", "lines-1000", "records_cpu_us", 1.4, 1.1, "time"),
    ("batches, JSON: records/s", "json-1000", "records_per_second", 650_000, 850_000, "rate"),
    ("batches, JSON: CPU µs per record", "json-1000", "records_cpu_us", 1.8, 1.4, "time"),
    ("batches, NDJSON: records/s", "ndjson-1000", "records_per_second", 650_000, 850_000, "rate"),
    ("batches, NDJSON: CPU µs per record", "ndjson-1000", "records_cpu_us", 1.8, 1.4, "time"),
    ("three brokers, 64, one key: req/s", "three-one-64", "per_second", 32_000, 40_000, "rate"),
    ("three brokers, 512, one key: req/s", "three-one-512", "per_second", 85_000, 100_000, "rate"),
    ("three brokers, 64, 997 keys: req/s", "three-many-64", "per_second", 17_000, 22_000, "rate"),
    ("three brokers, 64, 997 keys: p99 ms", "three-many-64", "p99_ms", 15, 9, "time"),
    ("three brokers, 512, 997 keys: req/s", "three-many-512", "per_second", 45_000, 60_000, "rate"),
    ("three brokers, 512, 997 keys: p99 ms", "three-many-512", "p99_ms", 35, 24, "time"),
    ("three brokers, one connection: p50 ms", "three-one-1", "p50_ms", 0.65, 0.55, "time"),
    ("three brokers, raw lines: records/s", "three-lines-1000", "records_per_second", 450_000, 550_000,
     "rate"),
    ("three brokers, JSON: records/s", "three-json-1000", "records_per_second", 400_000, 500_000, "rate"),
    ("5 ms, 6 partitions, 64 connections: req/s", "rtt5-many-64-p6", "per_second", 9000, 10_500, "plain rate"),
    ("5 ms, 6 partitions, 64 connections: p50 ms", "rtt5-many-64-p6", "p50_ms", 6.5, 6.0, "plain"),
    ("5 ms, 6 partitions, 64 connections: p99 ms", "rtt5-many-64-p6", "p99_ms", 12, 8, "plain"),
    ("5 ms, 6 partitions, 256 connections: req/s", "rtt5-many-256-p6", "per_second", 28_000, 34_000, "plain rate"),
    ("5 ms, 6 partitions, 256 connections: p50 ms", "rtt5-many-256-p6", "p50_ms", 8, 6.5, "plain"),
    ("5 ms, 6 partitions, 256 connections: p99 ms", "rtt5-many-256-p6", "p99_ms", 16, 12, "plain"),
    ("5 ms, 6 partitions, 5 000 a second: p50 ms", "rtt5-open-5000-p6", "p50_ms", 6.5, 5.9, "plain"),
    ("5 ms, 6 partitions, 5 000 a second: p99 ms", "rtt5-open-5000-p6", "p99_ms", 10, 7.5, "plain"),
    ("5 ms, 6 partitions, 5 000 a second: CPU µs", "rtt5-open-5000-p6", "cpu_us", 90, 45, "time"),
    ("5 ms, 48 partitions, 64 connections: req/s", "rtt5-many-64-p48", "per_second", 8500, 10_000, "plain rate"),
    ("5 ms, 48 partitions, 64 connections: p50 ms", "rtt5-many-64-p48", "p50_ms", 7, 6.2, "plain"),
    ("5 ms, 48 partitions, 256 connections: req/s", "rtt5-many-256-p48", "per_second", 19_000, 25_000, "plain rate"),
    ("1 ms, 5 000 a second: p50 in round trips", "rtt1-open-5000-p6", "p50_round_trips", 1.5, 1.3, "plain"),
    ("20 ms, 5 000 a second: p50 in round trips", "rtt20-open-5000-p6", "p50_round_trips", 1.15, 1.05, "plain"),
    ("acknowledgements 10 ms late, half load: CPU ×", "delay", "cpu_ratio", 1.5, 1.1, "plain"),
    ("beside a caller that floods: p99 ×", "flood", "p99_ratio", 1.5, 1.2, "plain"),
    ("RSS after all of it: MB", "start", "rss_mb", 48, 32, "plain"),
    ("start: ms", "start", "start_ms", 80, 40, "time"),
]


def scale(results):
    """The speed of this machine relative to the reference; None without the floor."""
    runs = results.get("one-64", {}).get("epoll")
    return median(runs, "per_second") / REFERENCE_FLOOR if runs else None


def figure(runs, cell, metric):
    if metric == "records_cpu_us":
        return median(runs, "cpu_us") / cell.records
    if metric == "p50_round_trips":
        return median(runs, "p50_ms") / cell.round_trip
    return median(runs, metric)


def verdicts(results, cells, subject="gateway"):
    """(title, measured, at least, aim, "aim met" | "met" | "not met") of each target that was measured, with
    the targets scaled to this machine."""
    factor = scale(results) or 1.0
    rows = []
    for title, cell, metric, least, aim, kind in TARGETS:
        runs = results.get(cell, {}).get(subject)
        given = metric.removeprefix("records_").replace("p50_round_trips", "p50_ms")
        if not runs or given not in (*runs[0], "per_second"):
            continue
        measured = figure(runs, cells.get(cell), metric)
        if kind == "rate":
            least, aim = least * factor, aim * factor
        elif kind == "time":
            least, aim = least / factor, aim / factor
        reached = [measured >= bound if kind.endswith("rate") else measured <= bound for bound in (aim, least)]
        verdict = "aim met" if reached[0] else "met" if reached[1] else "not met"
        rows.append((title, measured, least, aim, verdict))
    return rows
