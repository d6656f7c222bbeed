"""The relay simulates the round trip of a network, and otherwise behaves like a TCP connection.

    ./dev test --only bench
"""

import contextlib
import pathlib
import socket
import statistics
import struct
import sys
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "kafka")]

from relay import Relay  # noqa: E402: the path above is needed first

CEILING = 60  # seconds; nothing is expected to take so long


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(CEILING)
        yield server


@contextlib.contextmanager
def pair(listener, round_trip_ms):
    """Both ends of a connection through a relay, and the relay."""
    with Relay(round_trip_ms, [(0, listener.getsockname()[1])]) as relay, \
            socket.create_connection(("127.0.0.1", relay.ports[0]), CEILING) as near:
        far, _ = listener.accept()
        with far:
            for end in (near, far):
                end.settimeout(CEILING)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield near, far, relay


def reset(end):
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()


def read(end, size):
    """Reads exactly so many bytes, unless the connection ends earlier."""
    data = b""
    while len(data) < size and (part := end.recv(size - len(data))):
        data += part
    return data


def read_to_end(end):
    data = b""
    while part := end.recv(1 << 20):
        data += part
    return data


def one_way(sender, receiver):
    """The time that a byte takes, in seconds."""
    began = time.monotonic()
    sender.sendall(b"x")
    assert receiver.recv(1) == b"x"
    return time.monotonic() - began


@pytest.mark.parametrize("round_trip_ms", [1, 5, 20])
def test_each_direction_takes_half_of_the_round_trip(listener, round_trip_ms):
    with pair(listener, round_trip_ms) as (near, far, _):
        for sender, receiver in ((near, far), (far, near)):
            times = [one_way(sender, receiver) * 1000 for _ in range(50)]
            # The test itself may wake up late, but not in each of fifty attempts.
            assert 0 <= min(times) - round_trip_ms / 2 < 0.25


def test_the_delay_does_not_limit_the_rate(listener):
    """A network carries a hundred messages at once; one after the other, they would take two seconds."""
    with pair(listener, 40) as (near, far, _):
        began = time.monotonic()
        for _ in range(100):
            near.sendall(b"0123456789")
            time.sleep(0.0005)
        assert len(read(far, 1000)) == 1000
        assert time.monotonic() - began < 0.5


def test_bytes_arrive_unchanged_and_in_order_in_both_directions(listener):
    data = bytes(range(256)) * 160_000  # 40 MB
    with pair(listener, 5) as (near, far, _):
        senders = [threading.Thread(target=lambda end=end, text=text: (
            end.sendall(text), end.shutdown(socket.SHUT_WR))) for end, text in ((near, data), (far, data[::-1]))]
        for sender in senders:
            sender.start()
        came = {}
        reader = threading.Thread(target=lambda: came.update(near=read_to_end(near)))
        reader.start()
        came["far"] = read_to_end(far)
        for thread in (*senders, reader):
            thread.join()
    assert came == {"far": data, "near": data[::-1]}


def test_the_end_of_one_direction_is_passed_on_and_the_other_still_works(listener):
    with pair(listener, 10) as (near, far, _):
        near.sendall(b"question")
        near.shutdown(socket.SHUT_WR)
        assert read_to_end(far) == b"question"
        assert one_way(far, near) >= 0.005
        far.shutdown(socket.SHUT_WR)
        assert near.recv(1) == b""


def test_a_reset_is_passed_on_after_what_was_sent_before_it(listener):
    with pair(listener, 20) as (near, far, _):
        near.sendall(b"last words")
        time.sleep(0.005)  # read by the relay: a reset discards what is not
        began = time.monotonic()
        reset(near)
        assert read(far, 10) == b"last words"
        with pytest.raises(ConnectionResetError):
            far.recv(1)
        assert time.monotonic() - began >= 0.01


def test_a_reset_by_the_target_reaches_the_client(listener):
    with pair(listener, 2) as (near, far, _):
        reset(far)
        with pytest.raises(ConnectionResetError):
            near.recv(1)


def test_a_client_of_a_target_that_refuses_is_reset():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with Relay(2, [(0, unused.getsockname()[1])]) as relay, pytest.raises(ConnectionResetError), \
                socket.create_connection(("127.0.0.1", relay.ports[0]), CEILING) as near:
            near.recv(1)


def test_a_receiver_that_does_not_read_makes_the_sender_wait(listener):
    with pair(listener, 2) as (near, far, relay):
        near.settimeout(0.5)
        sent = 0
        with pytest.raises(TimeoutError):
            while True:
                sent += near.send(b"x" * (1 << 20))
                assert sent < 200 << 20
        received = threading.Thread(target=lambda: read(far, sent))
        received.start()
        near.settimeout(CEILING)
        near.sendall(b"y")
        received.join(CEILING)
        assert not received.is_alive() and far.recv(1) == b"y"


def test_one_relay_serves_several_targets(listener):
    with socket.create_server(("127.0.0.1", 0)) as second:
        second.settimeout(CEILING)
        with Relay(1, [(0, s.getsockname()[1]) for s in (listener, second)]) as relay:
            for server, port in zip((listener, second), relay.ports):
                with socket.create_connection(("127.0.0.1", port), CEILING) as near:
                    far, _ = server.accept()
                    with far:
                        far.settimeout(CEILING)
                        one_way(near, far)


def test_the_round_trip_may_change_and_nothing_overtakes(listener):
    with pair(listener, 200) as (near, far, relay):
        near.sendall(b"a")
        time.sleep(0.01)
        relay.set_round_trip(2)
        time.sleep(0.01)
        near.sendall(b"b")
        assert read(far, 2) == b"ab"
        assert statistics.median(one_way(near, far) for _ in range(20)) < 0.05
