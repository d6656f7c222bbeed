"""An answer reaches only the client that sent the request: answers belong to requests and not to
descriptors, which the kernel reuses at once for the next client."""

import concurrent.futures
import random

from clients import LIVE, connect, field, read_answer, reset, scaled, send_request, status

REQUESTS = scaled(6000, 60000)
CLIENTS = 8


def test_every_answer_carries_the_id_of_its_request(start_edge, report):
    gateway = start_edge()
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        runs = [pool.submit(come_and_go, gateway.http.address, number, REQUESTS // CLIENTS)
                for number in range(CLIENTS)]
        answered = sum(run.result() for run in runs)
    report("no crossing", f"{answered} answers of {REQUESTS} requests, the others abandoned")
    assert answered > REQUESTS / 5


def come_and_go(address, client, count):
    """Sends requests with distinct ids on new connections and abandons most of them at once."""
    dice = random.Random(client)
    answered = number = 0
    while number < count:
        connection = connect(address)
        for _ in range(dice.choice((1, 1, 1, 3))):
            request_id = f"client-{client}-{number}"
            number += 1
            connection.sendall(send_request(request_id))
            if dice.random() < 0.6:
                break
            answer = read_answer(connection)
            assert answer is not None and status(answer[0]) == 200, answer
            assert field(answer[0], b"x-request-id") == request_id.encode(), (request_id, answer)
            answered += 1
        if dice.random() < 0.5:
            reset(connection)
        else:
            connection.close()
    with connect(address) as last:
        last.sendall(LIVE)
        assert status(read_answer(last)[0]) == 200
    return answered
