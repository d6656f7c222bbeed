"""An announced body size costs no memory, and a request beyond the budget gets a 503."""

import json
import select
import time

from clients import Clients, connect, read_answer, resident_bytes, scaled, send_request, status

PROMISED = 10_000_000
SECONDS = scaled(4, 20)


def begin_send(length):
    return (b"POST /api/kafka/send HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % length)


def test_promised_bodies_cost_no_memory(start_edge, report):
    gateway = start_edge()
    with Clients(gateway.http.address, 200) as clients:
        clients.ask_once()
        before = resident_bytes(gateway.process)
        for connection in clients:
            connection.sendall(begin_send(PROMISED))
        for _ in range(SECONDS):
            for connection in clients:
                connection.sendall(b" ")
            time.sleep(1)
        grown = resident_bytes(gateway.process) - before
    report("200 bodies of 10 MB, promised", f"{grown / 1e6:.1f} MB resident more")
    assert grown < 20e6


def test_over_the_budget_it_is_503_and_back_when_there_is_room(start_edge):
    gateway = start_edge({"Limits:MaxInFlightBytes": 1_000_000, "Http:BodyTimeoutMs": 60_000})
    with Clients(gateway.http.address, 6) as clients:
        for connection in clients:  # three of them fit, in whatever order the gateway reads their bytes
            connection.sendall(begin_send(400_000) + b" " * 330_000)
        refused = 0
        while refused < 3:
            ready = select.select(list(clients), [], [], 10)[0]
            assert ready, f"only {refused} of 6 were refused"
            for connection in ready:
                answer = read_answer(connection)
                if answer is None:  # the end of a refused connection
                    clients.drop(connection)
                    continue
                refused += 1
                assert status(answer[0]) == 503, answer
                assert json.loads(answer[1])["code"] == "Overloaded", answer
                assert b"\r\nRetry-After: " in answer[0], answer
        assert refused < 6, "no request was served"
    await_status(gateway.http.address, send_request(), 200)


def await_status(address, request, wanted):
    """Repeats the request, each time on a new connection, until the answer has that status."""
    deadline = time.monotonic() + 10
    while True:
        with connect(address) as client:
            client.sendall(request)
            answer = read_answer(client)
        if status(answer[0]) == wanted:
            return answer
        assert time.monotonic() < deadline, f"not {wanted}: {answer}"
        time.sleep(0.02)
