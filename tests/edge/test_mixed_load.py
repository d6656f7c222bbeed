"""All kinds of load at once for a few seconds. Most useful with a sanitizer: `./dev test --only tsan` runs it with
that build ($GATEWAY_BINARY)."""

import random
import socket
import threading
import time

from clients import LIVE, connect, read_answer, reset, scaled, send_request, split_answers, status

SECONDS = scaled(5, 30)
CLIENTS = 8
CHUNKED = (b"POST /api/kafka/send HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
           b"Transfer-Encoding: chunked\r\n\r\n1c\r\n{\"topic\":\"edge\",\"value\":\"v\"}\r\n0\r\n\r\n")
BATCH = b"[" + b",".join([b'{"topic":"edge","value":"v","key":"k"}'] * 50) + b"]"
REQUESTS = {
    LIVE: 200,
    send_request(): 200,
    CHUNKED: 200,
    b"POST /api/kafka/send/batch HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    % (len(BATCH), BATCH): 200,
    b"GET /no HTTP/1.1\r\nHost: h\r\n\r\n": 404,
    b"GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n": 200,
    b"GET /openapi.json HTTP/1.1\r\nHost: h\r\n\r\n": 200,
    b"POST /api/kafka/send HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{": 400,
    b"POST /api/kafka/send HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n{": 415,
}
FATAL = [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", b"GET / HTTP/2.0\r\nHost: h\r\n\r\n",
         b"POST /api/kafka/send HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999\r\n\r\n"]


def test_a_mixed_load_leaves_no_trace(start_edge, report):
    gateway = start_edge({"Http:Threads": 4, "Http:HeadTimeoutMs": 1000})
    end = time.monotonic() + SECONDS
    faults, counts = [], [0] * CLIENTS
    threads = [threading.Thread(target=client, args=(gateway.http.address, number, end, counts, faults))
               for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS + 60)
    assert not faults, faults[0]
    report("mixed load", f"{sum(counts) / SECONDS:.0f} requests a second")
    gateway.stop()
    assert "Sanitizer" not in gateway.log_path.read_text(errors="replace")
    assert not gateway.events("handler-fault") + gateway.events("connection-fault") + gateway.events("io-loop-fault")


def client(address, number, end, counts, faults):
    dice = random.Random(number)
    try:
        while time.monotonic() < end:
            counts[number] += one_connection(address, dice)
    except BaseException as fault:  # pylint: disable=broad-except
        faults.append(fault)


def one_connection(address, dice):
    """Returns the number of requests that it sent."""
    kind = dice.randrange(5)
    connection = connect(address)
    try:
        if kind == 0:  # sends a request that is refused
            connection.sendall(dice.choice(FATAL))
            assert status(read_answer(connection)[0]) >= 400
            return 1
        requests = dice.choices(list(REQUESTS), k=dice.randrange(1, 20))
        if kind == 1:  # pipelines
            return pipelined(connection, requests)
        if kind == 2:  # disconnects without waiting, perhaps within a request
            data = b"".join(requests)
            connection.sendall(data[:dice.randrange(1, len(data))])
            if dice.random() < 0.5:
                reset(connection)
            return len(requests)
        for request in requests:
            connection.sendall(request)
            answer = read_answer(connection)
            assert answer is not None and status(answer[0]) == REQUESTS[request], (request, answer)
        return len(requests)
    finally:
        connection.close()


def pipelined(connection, requests):
    sender = threading.Thread(target=connection.sendall, args=(b"".join(requests),))
    sender.start()
    sender.join(20)
    connection.shutdown(socket.SHUT_WR)
    received = bytearray()
    while part := connection.recv(65536):
        received += part
    assert split_answers(bytes(received)) == [REQUESTS[request] for request in requests]
    return len(requests)
