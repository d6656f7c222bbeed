"""Faults under load: three brokers, a gateway, a load program with a ledger, and a judge.

By default each fault lasts some seconds; with GATEWAY_ROBUSTNESS=long (`./dev robustness`) it lasts longer.
The table of all faults is written to build/robustness/report.md and .json.
"""

import contextlib
import json
import os
import re
import shutil
import time

import pytest
from case import LONG, Case, Variant
from gateway_process import ROOT, binary
from kafka_cluster import KafkaCluster

DIRECTORY = ROOT / "build" / "robustness"
_ROWS = pytest.StashKey()
# The promises hold with any number of producers, and on a network, where several dispatches are in flight.
VARIANTS = [Variant(), Variant(1, 5), Variant(4, 5), Variant(16, 5)] if LONG else [Variant(16, 5)]


def pytest_configure(config):
    config.stash[_ROWS] = {}
    config.addinivalue_line("markers", "one_variant: does not depend on producers and the way to the brokers")


def pytest_generate_tests(metafunc):
    if "variant" in metafunc.fixturenames:
        one = metafunc.definition.get_closest_marker("one_variant")
        metafunc.parametrize("variant", [Variant()] if one else VARIANTS, ids=str, indirect=True, scope="session")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent == ROOT / "tests" / "robustness":
            item.add_marker(pytest.mark.timeout(900 if LONG else 240))


@pytest.fixture(scope="session")
def brokers(tmp_path_factory):
    """Three brokers, with replication 3 and min.insync.replicas 2, for the whole session."""
    properties = {"broker.session.timeout.ms": 3000, "broker.heartbeat.interval.ms": 500}
    # A broker that restarts while both cores are busy needs half the time with the JVM's quick compiler.
    with KafkaCluster(3, tmp_path_factory.mktemp("kafka") / "cluster", properties, proxies=True,
                      java_options=["-XX:TieredStopAtLevel=1"]) as cluster:
        yield cluster


@pytest.fixture
def cluster(brokers):
    """The same brokers; all are up before and after the test."""
    with whole(brokers):
        yield brokers


@contextlib.contextmanager
def whole(cluster):
    heal(cluster)
    try:
        yield
    finally:
        heal(cluster)


def heal(cluster):
    """Restarts all stopped brokers."""
    ended = [broker for broker in cluster.brokers if not broker.running]
    for broker in cluster.brokers:
        if broker in ended:
            broker.start()
        else:
            broker.resume()
    if ended:
        cluster.wait_ready()


@pytest.fixture(scope="session")
def variant(request):
    """A member of VARIANTS. A test with a case runs once with each."""
    return request.param


@pytest.fixture
def row(request):
    """The row of this test in the report."""
    return request.config.stash[_ROWS].setdefault(request.node.nodeid, {"fault": request.node.name})


@pytest.fixture
def case(cluster, variant, row, request):
    """case("the fault", …): see Case. The fixture stops the gateway at the end, which must then have lost nothing,
    unless the test has ended it itself."""
    with cases(cluster, request.node.name, variant) as start:

        def start_with_row(fault, **options):
            run = start(fault, **options)
            row.update(run.row)
            run.row = row
            return run

        yield start_with_row


@contextlib.contextmanager
def cases(cluster, name, variant):
    """The fixture `case` for a run whose results several tests check."""
    if not binary().exists():
        pytest.fail(f"{binary()} is not built: ./dev build dev")
    directory = DIRECTORY / re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
    shutil.rmtree(directory, ignore_errors=True)
    started = []

    def start(fault, **options):
        assert not started, "one case a test"
        started.append(Case(cluster, directory, fault, variant=variant, **options))
        return started[-1]

    try:
        yield start
        heal(cluster)  # while brokers hang, a gateway cannot end well
        for each in started:
            if each.gateway.process.poll() is None:
                each.gateway.stop()
    finally:
        for each in started:
            each.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    row = item.config.stash[_ROWS].get(item.nodeid)
    if row is not None and call.excinfo is not None:
        said = str(call.excinfo.value).strip().splitlines() or [call.excinfo.typename]
        expected = getattr(report, "wasxfail", None)
        row["verdict"] = f"not yet: {expected}" if expected else f"FAILED ({call.when}): {said[0][:200]}"
    return report


COLUMNS = ("fault", "variant", "sent", "200", "202", "NotPersisted", "PossiblyPersisted", "unanswered", "found",
           "duplicates", "inversions", "other violations", "longest pause s", "after deadline ms p50/max",
           "new instances", "verdict")


def pytest_terminal_summary(terminalreporter, config):
    rows = list(config.stash[_ROWS].values())
    if not rows:
        return
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    form = "long" if LONG else "short"
    lines = [f"The {form} form, with {os.path.relpath(binary(), ROOT)}, {time.strftime('%Y-%m-%d %H:%M')}:", ""]
    lines += ["| " + " | ".join(COLUMNS) + " |", "| " + " | ".join("---" for _ in COLUMNS) + " |"]
    lines += ["| " + " | ".join(str(row.get(column, "")).replace("|", "/") for column in COLUMNS) + " |"
              for row in rows]
    (DIRECTORY / "report.md").write_text("\n".join(lines) + "\n")
    (DIRECTORY / "report.json").write_text(json.dumps(rows, indent=1) + "\n")
    terminalreporter.section("faults")
    terminalreporter.write_line("\n".join(lines))
    terminalreporter.write_line(f"kept in {DIRECTORY}")
