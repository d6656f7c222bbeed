"""Thousands of connections: idle ones are cheap, and busy ones are served meanwhile."""

import os
import stat
import time

import pytest
from clients import (LIVE, Clients, connect, cpu_seconds, open_descriptors, raise_descriptor_limit, read_answer,
                     resident_bytes, scaled, status)
from gateway_process import binary

IDLE = scaled(2000, 10000)
BUSY = scaled(200, 1000)
SECONDS = scaled(3, 10)
MAX_BYTES_PER_IDLE = 4096


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_idle_connections_are_cheap_and_the_busy_are_served(start_edge, report, address):
    if not raise_descriptor_limit(IDLE + BUSY + 500):
        pytest.skip("the limit of open files is too low")
    gateway = start_edge({"Http:Address": address})
    with Clients(gateway.http.address, 200) as warm_up:
        warm_up.ask_once()
    before = resident_bytes(gateway.process)
    with Clients(gateway.http.address, IDLE) as idle:
        idle.ask_once()  # a used connection keeps its buffers
        # Resident memory of the process, without the kernel's socket buffers.
        each = (resident_bytes(gateway.process) - before) / IDLE
        report(f"{address}, one idle connection of {IDLE}", f"{each:.0f} bytes resident")
        with Clients(gateway.http.address, BUSY) as busy:
            latencies = busy.keep_asking(SECONDS)
        rate = latencies.count / SECONDS
        report(f"{address}, {BUSY} busy beside {IDLE} idle", f"{rate:.0f}/s, {latencies}")
        idle.ask_once()  # all of them are still open
        assert each <= MAX_BYTES_PER_IDLE
        assert latencies.p99 < 2000


def test_without_descriptors_it_neither_spins_nor_loses_the_door(start_edge, report, tmp_path, monkeypatch):
    limited = tmp_path / "limited"
    limited.write_text(f'#!/bin/sh\nulimit -n 128\nexec "{binary()}" "$@"\n')
    limited.chmod(limited.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("GATEWAY_BINARY", os.fspath(limited))
    gateway = start_edge()
    with Clients(gateway.http.address, 200) as clients:  # the kernel accepts those that the gateway cannot
        await_exhaustion(gateway)
        before = cpu_seconds(gateway.process)
        time.sleep(2)
        spent = cpu_seconds(gateway.process) - before
        report("out of descriptors, CPU in 2 s", f"{spent:.2f} s")
        assert spent < 0.5
        assert open_descriptors(gateway.process) <= 128
        for connection in list(clients)[:150]:
            connection.close()
        for connection in list(clients)[150:]:  # the gateway now accepts those that waited
            connection.sendall(LIVE)
            assert status(read_answer(connection)[0]) == 200
        with connect(gateway.http.address) as fresh:
            fresh.sendall(LIVE)
            assert status(read_answer(fresh)[0]) == 200


def await_exhaustion(gateway):
    deadline = time.monotonic() + 10
    while not gateway.events("out-of-descriptors"):
        assert time.monotonic() < deadline, "200 connections fit into 128 descriptors"
        time.sleep(0.02)
