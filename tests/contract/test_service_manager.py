"""The gateway as a service of systemd, Type=notify (sd_notify(3)): states, sentences, the watchdog."""

import re
import signal
import socket
import time

import pytest
from frozen_thread import frozen

WATCHDOG_SECONDS = 0.4
SILENCE_SECONDS = 2 * WATCHDOG_SECONDS


class Manager:
    """The manager's end of NOTIFY_SOCKET."""

    def __init__(self, path):
        self.path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)

    def close(self):
        self._socket.close()

    def take(self, timeout=20):
        """The next message as a dictionary; None after `timeout` without one."""
        self._socket.settimeout(timeout)
        try:
            message = self._socket.recv(4096).decode()
        except (TimeoutError, BlockingIOError):
            return None
        return dict(line.split("=", 1) for line in message.split("\n"))

    def take_state(self, name):
        """The next message that has this state, whatever comes before."""
        while (message := self.take()) is not None:
            if name in message:
                return message
        raise AssertionError(f"no {name}")

    def await_silence(self, within):
        """Waits until there was nothing for SILENCE_SECONDS."""
        deadline = time.monotonic() + within
        while self.take(SILENCE_SECONDS) is not None:
            assert time.monotonic() < deadline, "the messages do not end"


@pytest.fixture
def manager(tmp_path):
    manager = Manager(tmp_path / "notify")
    yield manager
    manager.close()


@pytest.fixture
def start(start_gateway, manager):
    def start(settings=None, **variables):
        return start_gateway("embedded", settings=settings, wait=False,
                             environment={"NOTIFY_SOCKET": manager.path, **variables})
    return start


def watchdog():
    return {"WATCHDOG_USEC": str(round(WATCHDOG_SECONDS * 1_000_000))}


def test_the_service_is_ready_once_clients_can_connect(manager, start):
    start()
    message = manager.take()
    assert message["READY"] == "1"
    address = re.match(r"Listening at http://([0-9.]+):(\d+)\. ", message["STATUS"])
    socket.create_connection((address[1], int(address[2]))).close()


def test_a_service_that_cannot_listen_is_never_ready(manager, start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        gateway = start({"Http:Port": taken.getsockname()[1]})
        assert gateway.wait() == 69
    assert manager.take(0) is None


def test_the_status_says_whether_kafka_answers(manager, start_gateway):
    start_gateway("127.0.0.1:1", wait=False, environment={"NOTIFY_SOCKET": manager.path})
    assert "No broker" in manager.take()["STATUS"]


def test_a_reload_begins_and_ends(manager, start):
    gateway = start()
    manager.take_state("READY")
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    gateway.signal(signal.SIGHUP)
    reloading = manager.take_state("RELOADING")
    assert reloading["RELOADING"] == "1"
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert before <= int(reloading["MONOTONIC_USEC"]) <= after
    assert manager.take()["READY"] == "1"


def test_the_service_says_that_it_stops(manager, start):
    gateway = start()
    manager.take_state("READY")
    gateway.signal(signal.SIGTERM)
    assert manager.take_state("STOPPING")["STATUS"]
    assert gateway.wait() == 0
    assert manager.take(0) is None


def test_the_watchdog_hears_of_a_gateway_until_it_hangs(manager, start):
    gateway = start(**watchdog())
    manager.take_state("READY")
    for _ in range(8):
        manager.take_state("WATCHDOG")
    gateway.signal(signal.SIGSTOP)
    manager.await_silence(10)
    gateway.signal(signal.SIGCONT)
    manager.take_state("WATCHDOG")


def test_the_watchdog_hears_nothing_while_an_io_thread_hangs(manager, start):
    gateway = start({"Http:Threads": 2}, **watchdog())
    manager.take_state("WATCHDOG")
    try:
        with frozen(gateway.process.pid, "http-1"):
            manager.await_silence(30)
    except OSError as error:
        pytest.skip(f"a thread cannot be stopped here: {error}")
    manager.take_state("WATCHDOG")


def test_without_a_watchdog_nothing_is_said_about_it(manager, start):
    gateway = start()
    manager.take_state("READY")
    gateway.signal(signal.SIGTERM)
    assert gateway.wait() == 0
    while (message := manager.take(0)) is not None:
        assert "WATCHDOG" not in message


def test_a_manager_that_is_gone_stops_nothing(manager, start_gateway):
    manager.close()
    gateway = start_gateway("embedded", environment={"NOTIFY_SOCKET": manager.path, **watchdog()})
    gateway.await_ready()
