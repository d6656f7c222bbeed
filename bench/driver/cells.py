"""What is measured. A cell is a load that the gateway gets and the floors that it is compared with;
cells of one group take turns with each other, round after round."""

import dataclasses
import fnmatch


@dataclasses.dataclass(frozen=True)
class Cell:
    """`load`: flags of the load generator. `floors`: `epoll` (the same load on a bare epoll loop), `kafka`
    (the same records in the same pattern from librdkafka alone), `paced` (that at the gateway's rate:
    what the records cost librdkafka then). `share`: open loop at this share of the best rate."""

    name: str
    title: str
    load: dict
    floors: tuple = ("kafka",)
    quick: bool = False
    share: float = 0.0

    @property
    def records(self):
        return self.load.get("records", 1)


def _single(connections, keys, **more):
    text = {0: "no keys", 1: "one key"}.get(keys, f"{keys} keys")
    plural = "" if connections == 1 else "s"
    name = {0: "none", 1: "one"}.get(keys, "many")
    return Cell(f"{name}-{connections}", f"{connections} connection{plural}, {text}",
                {"format": "single", "connections": connections, "keys": keys}, **more)


SINGLES = [
    _single(1, 1, floors=("epoll", "kafka"), quick=True),
    _single(64, 1, floors=("epoll", "kafka", "paced"), quick=True),
    _single(64, 997, floors=("kafka", "paced"), quick=True),
    _single(512, 1, floors=("epoll", "kafka", "paced"), quick=True),
    _single(512, 997, floors=("kafka", "paced"), quick=True),
]


def _batch(name, title, size, records, **more):
    floors = more.pop("floors", ("kafka",))
    quick = more.pop("quick", False)
    load = {"connections": 8, "records": records, "bytes": size, "minimal": True, **more}
    return Cell(name, title, load, floors, quick)


BATCHES = [
    _batch("lines-1000", "1000 × 200 B, raw lines", 200, 1000, format="lines", keys=0, quick=True),
    _batch("json-1000", "1000 × 200 B, JSON", 200, 1000, format="batch", keys=997, quick=True),
    _batch("ndjson-1000", "1000 × 200 B, NDJSON", 200, 1000, format="ndjson", keys=997, floors=()),
    _batch("results-1000", "1000 × 200 B, JSON, every result", 200, 1000, format="batch", keys=997,
           minimal=False, floors=()),
    _batch("lines-100", "100 × 1 KB, raw lines", 1000, 100, format="lines", keys=0),
    _batch("json-100", "100 × 1 KB, JSON", 1000, 100, format="batch", keys=997),
    _batch("ndjson-100", "100 × 1 KB, NDJSON", 1000, 100, format="ndjson", keys=997, floors=()),
]
# Where a batch has no floor of its own: the one with the same records.
SAME_FLOOR = {"ndjson-1000": "json-1000", "results-1000": "json-1000", "ndjson-100": "json-100"}

RAW = [
    Cell(f"raw-{name}", f"raw {name}",
         {"format": "raw", "bytes": size, "keys": 0, "connections": connections})
    for name, size, connections in [("1KB", 1000, 64), ("100KB", 100_000, 16), ("900KB", 900_000, 8)]
]

OPEN = [
    Cell(f"open-{percent}", f"{percent} % of the best rate",
         {"format": "single", "keys": 997, "connections": 512}, share=percent / 100)
    for percent in (20, 50, 80)
]

THREE = [
    dataclasses.replace(cell, name=f"three-{cell.name}", quick=False,
                        floors=tuple(f for f in cell.floors if f == "kafka"))
    for cell in [*SINGLES, *(b for b in BATCHES if b.name in ("lines-1000", "json-1000"))]
]

# For others than this gateway, which speak Confluent's v2 format.
PEER = [
    *(dataclasses.replace(cell, load={**cell.load, "format": "v2"}) for cell in SINGLES),
    Cell("v2-1000", "1000 × 200 B, v2 JSON",
         {"format": "v2", "connections": 8, "records": 1000, "bytes": 200, "keys": 997}, ()),
]

# Cells that are not a load among others: functions of special.py.
# Five thousand topics burden the broker: last.
SPECIAL = ["sizes", "partitions", "delay", "overload", "idle", "start", "topics"]
SPECIAL_QUICK = ["start"]


def wanted(name, patterns):
    """Whether the cell was asked for: by nothing, its name, or a glob."""
    return not patterns or any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def all_names():
    return [cell.name for cell in [*SINGLES, *BATCHES, *RAW, *OPEN]] + SPECIAL + [c.name for c in THREE]
