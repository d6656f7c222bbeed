"""SIGTERM with many connections: what is in flight is answered, what is idle goes at once."""

import time

from clients import Crowd, field, read_answer, scaled, send_request, status

CONNECTIONS = scaled(200, 1000)


def test_sigterm_answers_all_in_flight_and_closes_the_idle_at_once(start_edge, report):
    # Records stay in flight for the time the producer lingers.
    gateway = start_edge({"Kafka:LingerMs": 900})
    with Crowd(gateway.http.address, CONNECTIONS) as idle, Crowd(gateway.http.address, CONNECTIONS) as busy:
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
