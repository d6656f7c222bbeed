"""SIGTERM with many connections: requests in flight are answered, new requests are served, and silent
connections are closed after a moment."""

import threading
import time

from clients import Clients, connect, field, read_answer, scaled, send_request, status

CONNECTIONS = scaled(200, 1000)
CLIENTS = 8


def test_sigterm_answers_all_in_flight_and_closes_the_idle_at_once(start_edge, report):
    # Records stay in flight while the producer lingers.
    gateway = start_edge({"Kafka:LingerMs": 900})
    with Clients(gateway.http.address, CONNECTIONS) as idle, Clients(gateway.http.address, CONNECTIONS) as busy:
        idle.ask_once()
        for number, connection in enumerate(busy):
            connection.sendall(send_request(f"in-flight-{number}"))
        gateway.await_in_flight(CONNECTIONS)
        started = time.monotonic()
        gateway.signal()
        for connection in idle:
            assert connection.recv(1) == b"", "an idle connection got something"
        idle_seconds = time.monotonic() - started
        for number, connection in enumerate(busy):
            answer = read_answer(connection)
            assert answer is not None, "a request in flight was not answered"
            assert status(answer[0]) == 200, answer
            assert field(answer[0], b"connection") == b"close", answer
            assert field(answer[0], b"x-request-id") == b"in-flight-%d" % number, answer
            assert connection.recv(1) == b"", "the connection stays"
    report("drain", f"{CONNECTIONS} idle closed in {idle_seconds:.2f} s, all in {time.monotonic() - started:.2f} s")
    assert idle_seconds < 0.7
    assert gateway.wait() == 0


class KeepAliveClient:
    """Sends a record, waits for the answer, pauses and sends the next. Uses one connection until an answer closes
    it, then a new one, until connecting fails."""

    def __init__(self, address, pause):
        self.answers = []  # (time of the request, status, value of the field Connection)
        self.fault = None
        self._address = address
        self._pause = pause
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            while True:
                try:
                    connection = connect(self._address)
                except ConnectionRefusedError:
                    return
                with connection:
                    while self._ask(connection) != b"close":
                        time.sleep(self._pause)
        except BaseException as fault:  # pylint: disable=broad-except
            self.fault = fault

    def _ask(self, connection):
        asked = time.monotonic()
        connection.sendall(send_request())
        answer = read_answer(connection)
        assert answer is not None, "the connection was closed instead of an answer"
        self.answers.append((asked, status(answer[0]), field(answer[0], b"connection")))
        return self.answers[-1][2]

    def end(self):
        self._thread.join(30)
        assert not self._thread.is_alive(), "it still finds somebody to ask"
        if self.fault:
            raise AssertionError("a client was not served to the end") from self.fault


def clients_through_sigterm(gateway, pause):
    """All answers that the clients got, and the time from which the gateway was not ready."""
    clients = [KeepAliveClient(gateway.http.address, pause) for _ in range(CLIENTS)]
    deadline = time.monotonic() + 20
    while any(len(client.answers) < 5 for client in clients):
        assert time.monotonic() < deadline, "the clients are not served"
        time.sleep(0.01)
    gateway.signal()
    not_ready = None
    try:
        gateway.await_ready(False)
        not_ready = time.monotonic()
    except OSError:
        pass  # without a grace, the gateway may end before this request
    for client in clients:
        client.end()
    assert gateway.wait() == 0
    return [answer for client in clients for answer in client.answers], not_ready


def test_a_client_that_keeps_sending_through_sigterm_is_served_and_its_connection_closed(start_edge, report):
    answers, not_ready = clients_through_sigterm(start_edge({"Shutdown:GraceMs": 500}), pause=0.002)
    assert {code for _, code, _ in answers} == {200}
    in_grace = [connection for asked, _, connection in answers if asked > not_ready]
    report("grace", f"{len(answers)} answers, {len(in_grace)} of them in the grace")
    assert len(in_grace) > CLIENTS
    assert set(in_grace) == {b"close"}


def test_without_a_grace_who_keeps_sending_is_served_once_more(start_edge, report):
    answers, _ = clients_through_sigterm(start_edge(), pause=0.03)
    report("no grace", f"{len(answers)} answers")
    assert {code for _, code, _ in answers} == {200}
