"""A run measures what its arguments request, and every target has a cell.

    ./dev test --only bench
"""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "kafka"), str(ROOT / "bench" / "driver")]

import cells as plan  # noqa: E402: the paths above are needed first
from targets import TARGETS, verdicts  # noqa: E402


def chosen(*patterns, network=False):
    return {name for name in plan.all_names() if plan.wanted(name, patterns, network)}


def test_the_network_is_a_group_of_its_own():
    everything, network = chosen(), chosen(network=True)
    assert not everything & network
    assert everything | network == set(plan.all_names())
    assert {"many-64", "three-many-64", "topics"} <= everything
    assert {"rtt5-many-64-p6", "rtt20-three-many-64-p48", "rtt1-open-5000-p6"} <= network


def test_a_glob_reaches_every_group():
    assert chosen("rtt5-none-*") == {f"rtt5-none-{n}-p{p}" for n in (1, 64, 256, 512) for p in (6, 48)}
    assert not any(name.startswith("rtt") for name in chosen("many-*", "three-*"))


def test_names_are_unique_and_say_what_the_cell_is():
    assert len(set(plan.all_names())) == len(plan.all_names())
    for cell in plan.ALL_NETWORK:
        assert cell.name.startswith(f"rtt{cell.round_trip}-") and cell.name.endswith(f"-p{cell.partitions}")


def test_an_open_loop_has_connections_for_all_that_is_under_way():
    for cell in plan.ALL_NETWORK:
        if "rate" in cell.load:
            assert cell.load["connections"] > 2 * cell.load["rate"] * cell.round_trip / 1000


def test_every_target_has_its_cell():
    assert {cell for _, cell, *_ in TARGETS} <= set(plan.all_names())


@pytest.mark.parametrize("p50,verdict", [(5.2, "aim met"), (5.6, "met"), (8.0, "not met")])
def test_a_target_in_round_trips_does_not_depend_on_the_machine(p50, verdict):
    known = {cell.name: cell for cell in plan.ALL_NETWORK}
    results = {"one-64": {"epoll": [{"per_second": 22_000}]},  # ten times slower than the reference
               "rtt20-open-5000-p6": {"gateway": [{"p50_ms": p50 * 4}]}}
    rows = [row for row in verdicts(results, known) if row[0].startswith("20 ms")]
    assert [(round(row[1], 2), row[4]) for row in rows] == [(round(p50 / 5, 2), verdict)]
