"""What is asked of the gateway on a machine whose bare epoll loop answers 220 000 requests a second with
64 connections; elsewhere in proportion to that floor, measured in the same run."""

from rounds import median

REFERENCE_FLOOR = 220_000

# What is aimed at: (title, cell, metric, at least, aim, kind). Rates must be reached; times must not be
# exceeded, and are those of a machine of the reference's speed; plain figures do not depend on it.
# `records_cpu_us` is the CPU of a request divided by its records.
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
    ("batches, raw lines: CPU µs a record", "lines-1000", "records_cpu_us", 1.4, 1.1, "time"),
    ("batches, JSON: records/s", "json-1000", "records_per_second", 650_000, 850_000, "rate"),
    ("batches, JSON: CPU µs a record", "json-1000", "records_cpu_us", 1.8, 1.4, "time"),
    ("batches, NDJSON: records/s", "ndjson-1000", "records_per_second", 650_000, 850_000, "rate"),
    ("batches, NDJSON: CPU µs a record", "ndjson-1000", "records_cpu_us", 1.8, 1.4, "time"),
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
    ("acknowledgements 10 ms late, half load: CPU ×", "delay", "cpu_ratio", 1.5, 1.1, "plain"),
    ("RSS after all of it: MB", "start", "rss_mb", 48, 32, "plain"),
    ("start: ms", "start", "start_ms", 80, 40, "time"),
]


def scale(results):
    """How fast this machine is against the reference; None without the floor."""
    runs = results.get("one-64", {}).get("epoll")
    return median(runs, "per_second") / REFERENCE_FLOOR if runs else None


def figure(runs, cell_records, metric):
    if metric == "records_cpu_us":
        return median(runs, "cpu_us") / cell_records
    return median(runs, metric)


def verdicts(results, records_of, subject="gateway"):
    """(title, measured, at least, aim, "aim met" | "met" | "not met") of each target that was measured, with
    the targets scaled to this machine."""
    factor = scale(results) or 1.0
    rows = []
    for title, cell, metric, least, aim, kind in TARGETS:
        runs = results.get(cell, {}).get(subject)
        if not runs or metric.removeprefix("records_") not in (*runs[0], "per_second"):
            continue
        measured = figure(runs, records_of(cell), metric)
        if kind == "rate":
            least, aim = least * factor, aim * factor
        elif kind == "time":
            least, aim = least / factor, aim / factor
        reached = [measured >= bound if kind == "rate" else measured <= bound for bound in (aim, least)]
        verdict = "aim met" if reached[0] else "met" if reached[1] else "not met"
        rows.append((title, measured, least, aim, verdict))
    return rows
