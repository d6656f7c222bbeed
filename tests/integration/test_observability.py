"""Health and logs of the real process."""

import time

import pytest
from frozen_thread import frozen
from gateway_process import Http


def await_status(http, target, wanted, seconds):
    """Waits for the first answer with that status."""
    deadline = time.monotonic() + seconds
    while True:
        answer = http.get(target)
        if answer.status == wanted:
            return answer
        assert time.monotonic() < deadline, answer
        time.sleep(0.1)


def threads_of(answer):
    return answer.json()["entries"]["threads"]["data"]


def test_live_fails_while_an_io_thread_is_unresponsive_and_recovers(kafka, start_gateway):
    gateway = start_gateway(kafka.bootstrap_servers,
                            settings={"Management:Port": 0, "Http:Threads": 2})
    management = Http(gateway.await_event("management-listening")["url"])
    gateway.await_event("kafka-ready")
    answer = management.get("/health/live")
    assert answer.status == 200
    assert set(threads_of(answer)) == {"http-0", "http-1", "kafka-reports", "management-0"}
    try:
        with frozen(gateway.process.pid, "http-1"):
            answer = await_status(management, "/health/live", 503, 20)
            assert answer.json()["entries"]["threads"]["description"] == \
                "Unresponsive threads: http-1."
            assert threads_of(answer)["http-1"] >= 10
            assert threads_of(answer)["http-0"] < 5
            assert management.get("/health/ready").status == 200
    except OSError as error:
        pytest.skip(f"a thread cannot be stopped here: {error}")
    await_status(management, "/health/live", 200, 20)


def test_a_process_that_was_stopped_as_a_whole_is_alive_when_it_continues(start_gateway):
    gateway = start_gateway("127.0.0.1:1", settings={"Http:Threads": 2})
    assert gateway.http.get("/health/live").status == 200
    gateway.signal(19)  # SIGSTOP
    time.sleep(11)
    gateway.signal(18)  # SIGCONT
    for _ in range(30):
        answer = gateway.http.get("/health/live")
        assert answer.status == 200, answer
        time.sleep(0.1)


def test_health_tells_what_waits_and_what_was_stored(kafka, start_gateway):
    topic = kafka.create_topic()
    gateway = start_gateway(kafka.bootstrap_servers)
    gateway.await_ready()
    data = gateway.http.get("/health").json()["entries"]["kafka"]["data"]
    assert data["secondsSinceDelivery"] is None and data["oldestRecordSeconds"] is None
    assert gateway.http.send(topic=topic, value="v").status == 200
    data = gateway.http.get("/health").json()["entries"]["kafka"]["data"]
    assert 0 <= data["secondsSinceDelivery"] < 10
    assert (data["brokersUp"], data["instanceSwaps"], data["oldestRecordSeconds"]) == (1, 0, None)
    kafka.brokers[0].pause()
    try:
        for _ in range(2):  # one record is in flight, the other waits behind it
            answer = gateway.http.post_json("/api/kafka/send", {"topic": topic, "value": "w"},
                                            {"Prefer": "respond-async"})
            assert answer.status == 202
        time.sleep(1)
        data = gateway.http.get("/health").json()["entries"]["kafka"]["data"]
        assert (data["recordsInFlight"], data["recordsHeld"]) == (1, 1)
        assert 0.9 <= data["oldestRecordSeconds"] < 10
    finally:
        kafka.brokers[0].resume()


def requests_of(gateway, path):
    return [line for line in gateway.events("request") if line.get("url.path") == path]


def test_by_default_problems_and_a_sample_of_the_rest_are_logged_but_no_probes(start_gateway):
    gateway = start_gateway("embedded")
    gateway.await_ready()
    for i in range(50):
        assert gateway.http.send(topic="orders", value=i).status == 200
        assert gateway.http.get("/health/live").status == 200
        assert gateway.http.get("/metrics").status == 200
    assert gateway.http.get("/nowhere?token=hunter2").status == 404
    assert gateway.stop() == 0
    assert 1 <= len(requests_of(gateway, "/api/kafka/send")) <= 8, "the first of each I/O thread"
    assert not requests_of(gateway, "/health/live") and not requests_of(gateway, "/metrics")
    line, = requests_of(gateway, "/nowhere")
    assert (line["http.response.status_code"], line["error.type"]) == (404, "RouteNotFound")
    assert "hunter2" not in gateway.log(1 << 20)


def test_a_refusal_of_the_framer_is_logged_and_cannot_forge_a_line(start_gateway):
    gateway = start_gateway("embedded", settings={"Logging:Format": "text"}, wait=False)
    deadline = time.monotonic() + 20
    while " listening " not in gateway.log():
        assert time.monotonic() < deadline, gateway.log()
        time.sleep(0.05)
    url = gateway.log().split("The gateway is listening.  url=")[1].split()[0]
    http = Http(url)
    assert b" 400 " in http.raw(b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b" 431 " in http.raw(b"GET / HTTP/1.1\r\nX: " + b"x" * 20000 + b"\r\n\r\n")
    assert b" 404 " in http.raw(
        b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"User-Agent: a\xc2\x9b31m \xff\"forged\" " + b"y" * 4000 + b"\r\n\r\n")
    assert gateway.stop() == 0
    lines = [line for line in gateway.log(1 << 20).splitlines() if " request " in line]
    refused = [line for line in lines if "A request was refused." in line]
    assert len(refused) == len(lines) == 3
    assert any("status_code=400" in line and "error.type=BadRequest" in line for line in refused)
    assert any("status_code=431" in line and "error.type=HeadTooLarge" in line for line in refused)
    agent = next(line for line in refused if "/nowhere" in line)
    assert r'user_agent.original="a\u009b31m \ufffd\"forged\" yyy'.replace(r"\ufffd", "\ufffd") in agent
    assert len(agent) < 1200, "what a client sends is cut"
