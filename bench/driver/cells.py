"""The cells to measure. A cell is a load for the gateway, and the floors to compare the gateway with. Cells of
one group take turns, round after round."""

import dataclasses
import fnmatch


@dataclasses.dataclass(frozen=True)
class Cell:
    """`load`: flags of the load generator. `floors`: `epoll` (the same load on a bare epoll loop), `kafka`
    (the same records in the same pattern from librdkafka alone), `paced` (the same at the gateway's rate: the
    cost of the records in librdkafka at that rate), `slots` (the same from SLOTTED producers), `wire` (the same
    load on the bare epoll loop behind the network). `share`: open loop at this share of the best rate.
    `partitions`: of the topic. `round_trip`: between gateway and brokers, in ms."""

    name: str
    title: str
    load: dict
    floors: tuple = ("kafka",)
    quick: bool = False
    share: float = 0.0
    partitions: int = 6
    round_trip: float = 0.0

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
# For batches without their own floor: the cell that has the floor with the same records.
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

ROUND_TRIPS = (1, 5, 20)
CONNECTIONS = (1, 64, 256, 512)
RATES = (1000, 5000, 20_000)
# Producers of the floor `slots`, by number of partitions; more do not help.
SLOTTED = {6: 8, 48: 16}
# An open loop needs one connection per request under way: 20 000 per second for 20 ms are 400.
OPEN_CONNECTIONS = 1024


def _behind(round_trip, cell, partitions, **more):
    return dataclasses.replace(
        cell, name=f"rtt{round_trip}-{cell.name}-p{partitions}", round_trip=round_trip, partitions=partitions,
        title=f"{round_trip} ms: {cell.title}, {partitions} partitions", **{"floors": (), "quick": False} | more)


def _network_closed(round_trip):
    for partitions in SLOTTED:
        for keys in (1, 997, 0):
            for connections in CONNECTIONS:
                floors = {(1, 1): ("wire", "kafka"), (64, 997): ("kafka", "slots"),
                          (256, 997): ("kafka", "slots")}.get((connections, keys), ())
                quick = keys == 997 and "slots" in floors or (connections, keys, partitions) == (1, 1, 6)
                yield _behind(round_trip, _single(connections, keys), partitions, floors=floors,
                              quick=quick and round_trip == 5)


def _network_open(round_trip, rates=RATES):
    for partitions in SLOTTED:
        for rate in rates:
            cell = Cell(f"open-{rate}", f"{rate} per second, 997 keys",
                        {"format": "single", "keys": 997, "connections": OPEN_CONNECTIONS, "rate": rate})
            yield _behind(round_trip, cell, partitions, floors=("slots",),
                          quick=(round_trip, rate, partitions) == (5, 5000, 6))


def _network_batches(round_trip):
    for cell in BATCHES:
        if cell.name in ("lines-1000", "json-1000"):
            cell = dataclasses.replace(cell, title=f"8 connections, {cell.title}")
            yield _behind(round_trip, cell, 6, floors=("kafka", "slots") if cell.name == "json-1000" else (),
                          quick=cell.quick and round_trip == 5)
            if cell.name == "json-1000":
                yield _behind(round_trip, cell, 48)


def _three(cell):
    name = cell.name.replace("-", "-three-", 1)
    return dataclasses.replace(cell, name=name, title=f"{cell.title}, three brokers", quick=False,
                               floors=tuple(floor for floor in cell.floors if floor == "slots"))


# A network between the gateway and the brokers, by round trip.
NETWORK = {ms: [*_network_closed(ms), *_network_open(ms), *_network_batches(ms)] for ms in ROUND_TRIPS}
NETWORK_THREE = {ms: [_three(cell) for cell in [*_network_closed(ms), *_network_open(ms, (5000,))]
                      if cell.load["keys"] == 997] for ms in ROUND_TRIPS}
ALL_NETWORK = [cell for group in (NETWORK, NETWORK_THREE) for cells in group.values() for cell in cells]

# For other gateways, which use Confluent's v2 format.
PEER = [
    *(dataclasses.replace(cell, load={**cell.load, "format": "v2"}) for cell in SINGLES),
    Cell("v2-1000", "1000 × 200 B, v2 JSON",
         {"format": "v2", "connections": 8, "records": 1000, "bytes": 200, "keys": 997}, ()),
]

# Cells that do more than apply a load: functions of special.py.
# Last, because five thousand topics slow the broker down.
SPECIAL = ["sizes", "partitions", "delay", "overload", "access", "flood", "idle", "start", "topics"]
SPECIAL_QUICK = ["start"]


def wanted(name, patterns, network=False):
    """True if the cell was requested: by its name, by a glob, or, if neither is given, by its group."""
    if patterns:
        return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
    return network == name.startswith("rtt")


def all_names():
    names = [cell.name for cell in [*SINGLES, *BATCHES, *RAW, *OPEN]] + SPECIAL + [c.name for c in THREE]
    return names + [cell.name for cell in ALL_NETWORK]
