"""Clients that are slow on purpose (slowhttptest): they lose their connections at the deadline, and other
clients are not affected."""

import multiprocessing
import shutil
import subprocess
import time

import pytest
from clients import FULL, PoliteClient, connect, established, scaled

CONNECTIONS = scaled(400, 2000)
SECONDS = scaled(6, 20)
TIMEOUT_MS = 2000
# After the deadline: the gateway checks connections every 100 ms, on a machine that does other work, too.
SLACK_SECONDS = 1.0

# mode: (its arguments, maximum life of a connection in seconds: the timeout of the head plus later ones)
MODES = {
    "slow head": (["-H", "-i", "1", "-x", "24"], 2),
    "slow body": (["-B", "-i", "1", "-x", "10", "-s", "8192", "-t", "POST", "-f", "application/json"], 4),
    "range": (["-R", "-a", "10", "-b", "3000"], None),  # is answered at once and disconnects
    "slow read": (["-X", "-w", "10", "-y", "20", "-n", "1", "-z", "5", "-k", "3"], 6),
}
PATHS = {"slow body": "/api/kafka/send", "slow read": "/openapi.json"}


class Lifetimes:
    """Measures for how long the server keeps each connection of other clients open. Reading the kernel's table
    occupies a core for milliseconds: do not use it during a measurement."""

    def __init__(self, port):
        self._port = port
        self._ours = established(port)
        self._ending = multiprocessing.Event()
        self._result, sender = multiprocessing.Pipe(duplex=False)
        self._process = multiprocessing.Process(target=self._run, args=(sender,), daemon=True)
        self._process.start()

    def _run(self, sender):
        seen = {}
        while not self._ending.wait(0.2):
            now = time.monotonic()
            for client in established(self._port) - self._ours:
                first, _ = seen.get(client, (now, now))
                seen[client] = first, now
        sender.send([last - first for first, last in seen.values()])

    def stop(self):
        self._ending.set()
        lived = self._result.recv() if self._result.poll(20) else []
        self._process.join(10)
        return lived


@pytest.mark.parametrize("mode", MODES)
def test_slow_clients_are_dropped_and_do_not_disturb_others(start_edge, report, mode):
    if shutil.which("slowhttptest") is None:
        pytest.skip("there is no slowhttptest")
    arguments, longest = MODES[mode]
    limits = {f"Http:{name}TimeoutMs": TIMEOUT_MS for name in ("Head", "Body", "Idle", "Write")}
    gateway = start_edge(limits)
    polite = PoliteClient(gateway.http.address)
    try:
        if FULL:
            report(f"{mode}, no attack", polite.measure(8))
        # The attackers need CPU, too: for comparison, let them attack another gateway.
        alone = attack(start_edge(limits), polite, mode, arguments) if FULL else polite.measure(2)
        disturbed = attack(gateway, polite, mode, arguments)
        lifetimes = Lifetimes(gateway.http.address[1])
        attack(gateway, polite, mode, arguments)
        lived = lifetimes.stop()
    finally:
        polite.close()
    report(f"{mode}, another is attacked" if FULL else f"{mode}, undisturbed", alone)
    report(f"{mode}, {len(lived)} slow connections", disturbed)
    if longest is not None:
        report(f"{mode}, longest life", f"{max(lived):.1f} s of {longest} s")
        assert len(lived) >= CONNECTIONS * 0.9, "slowhttptest did not open its connections"
        assert max(lived) < longest + SLACK_SECONDS
    if FULL:  # depends on the machine as much as on the gateway: the short form only prints it
        assert disturbed.p99 < max(2 * alone.p99, 8), f"{disturbed}; undisturbed {alone}"


def attack(gateway, polite, mode, arguments):
    url = gateway.url + PATHS.get(mode, "/health/live")
    start = time.monotonic()
    subprocess.run(
        ["slowhttptest", "-c", str(CONNECTIONS), "-r", str(CONNECTIONS // 4), "-l", str(SECONDS), "-p", "3", "-u", url,
         *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, timeout=SECONDS + 30)
    return polite.between(start, time.monotonic())


def test_bytes_in_kernel_buffers_do_not_count_as_read_by_the_client(start_edge, report):
    """A client that reads nothing gets no extra time for bytes that the kernel's buffers accept."""
    gateway = start_edge({"Http:WriteTimeoutMs": TIMEOUT_MS, "Http:IdleTimeoutMs": TIMEOUT_MS})
    document = b"GET /openapi.json HTTP/1.1\r\nHost: h\r\n\r\n"
    port = gateway.http.address[1]
    before = established(port)
    with connect(gateway.http.address) as greedy:
        started = time.monotonic()
        greedy.sendall(document * 400)
        while established(port) - before:
            assert time.monotonic() - started < 15, "the connection is still there after 15 s"
            time.sleep(0.05)
        report("reads nothing, lives", f"{time.monotonic() - started:.1f} s")
