"""The process: signals, exit codes, many requests at once, the embedded broker."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import uuid

import pytest
from gateway_process import Http, binary


def post(body, connection="keep-alive"):
    return (b"POST /api/kafka/send HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Connection: %b\r\nContent-Length: %d\r\n\r\n%b" % (connection.encode(), len(body), body))


def read_answer(connection):
    """Status and body of the next answer, which has a Content-Length."""
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        assert part, f"closed after {received!r}"
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                  if line.startswith(b"content-length:"))
    while len(body) < length:
        part = connection.recv(65536)
        assert part, "closed in the middle of a body"
        body += part
    return int(head.split(b" ")[1]), body


def open_waiting_requests(gateway, topic, count):
    connections = []
    for i in range(count):
        connection = socket.create_connection(gateway.http.address, 30)
        connection.sendall(post(json.dumps({"topic": topic, "value": i}).encode()))
        connections.append(connection)
    return connections


def test_1000_requests_wait_at_once_and_all_are_answered(kafka, gateway):
    topic = kafka.create_topic(partitions=3)
    assert gateway.http.send(topic=topic, value="warm").status == 200
    kafka.brokers[0].pause()
    try:
        connections = open_waiting_requests(gateway, topic, 1000)
        assert gateway.http.get("/health/live").status == 200  # no waiting request occupies a thread
    finally:
        kafka.brokers[0].resume()
    statuses = [read_answer(connection)[0] for connection in connections]
    for connection in connections:
        connection.close()
    assert statuses == [200] * 1000
    stored = [record.value for record in kafka.read(topic) if record.value != b"warm"]
    assert sorted(int(value) for value in stored) == list(range(1000))


def test_sigterm_answers_what_is_in_flight_and_exits_0(kafka, start_gateway):
    topic = kafka.create_topic(partitions=3)
    gateway = start_gateway(kafka.bootstrap_servers)
    gateway.await_ready()
    assert gateway.http.send(topic=topic, value="warm").status == 200
    kafka.brokers[0].pause()
    try:
        connections = open_waiting_requests(gateway, topic, 100)
        gateway.await_in_flight(100)
        gateway.signal(signal.SIGTERM)
        gateway.await_event("stopping")
        assert gateway.process.poll() is None
    finally:
        kafka.brokers[0].resume()
    answers = [read_answer(connection) for connection in connections]
    assert gateway.wait() == 0, gateway.log()
    assert [status for status, _ in answers] == [200] * 100
    assert kafka.tool.count(topic) == 101


def test_sigterm_under_load_loses_and_doubles_nothing(kafka, start_gateway):
    topic = kafka.create_topic(partitions=3)
    gateway = start_gateway(kafka.bootstrap_servers)
    gateway.await_ready()
    fates = {}

    def client(number):
        for i in range(100_000):
            value = f"{number}-{i}"
            try:
                answer = gateway.http.send(topic=topic, value=value)
            except OSError:
                fates[value] = "unanswered"  # not read before the close, or not accepted any more
                return
            except Exception as error:  # pylint: disable=broad-except
                fates[value] = repr(error)
                return
            fates[value] = answer.status if answer.status == 200 else answer.json()["persistence"]
            if answer.status != 200:
                return

    clients = [threading.Thread(target=client, args=(number,)) for number in range(20)]
    for thread in clients:
        thread.start()
    time.sleep(1)
    gateway.signal()
    assert gateway.wait() == 0, gateway.log()
    for thread in clients:
        thread.join(30)
    stored = [record.value.decode() for record in kafka.read(topic)]
    assert len(stored) == len(set(stored)), "a duplicate"
    accepted = {value for value, fate in fates.items() if fate == 200}
    assert len(accepted) > 100
    assert accepted <= set(stored), "a 200 is not in Kafka"
    assert not {value for value, fate in fates.items() if fate == "NotPersisted"} & set(stored)


def test_sigint_drains_too(kafka, start_gateway):
    gateway = start_gateway(kafka.bootstrap_servers)
    gateway.signal(signal.SIGINT)
    assert gateway.wait(10) == 0


def test_with_no_requests_it_ends_at_once(kafka, start_gateway):
    gateway = start_gateway(kafka.bootstrap_servers)
    gateway.await_ready()
    started = time.monotonic()
    gateway.signal()
    assert gateway.wait(10) == 0
    assert time.monotonic() - started < 3


def test_a_record_that_the_drain_gives_up_is_answered_and_ends_it_with_75(kafka, start_gateway):
    topic = kafka.create_topic()
    gateway = start_gateway(kafka.bootstrap_servers, settings={"Shutdown:DrainTimeoutMs": 1500})
    gateway.await_ready()
    assert gateway.http.send(topic=topic, value="warm").status == 200
    kafka.brokers[0].pause()
    answers = []
    client = threading.Thread(target=lambda: answers.append(
        gateway.http.send(topic=topic, value="v")))
    try:
        client.start()
        gateway.await_in_flight(1)
        gateway.signal()
        code = gateway.wait(20)
        client.join(20)
    finally:
        kafka.brokers[0].resume()
    assert code == 75, gateway.log()
    assert answers[0].status == 504
    assert answers[0].json()["persistence"] == "PossiblyPersisted"


def test_an_accepted_record_that_cannot_be_stored_ends_it_with_75(kafka, start_gateway):
    topic = kafka.create_topic()
    gateway = start_gateway(kafka.bootstrap_servers, settings={"Shutdown:DrainTimeoutMs": 1500})
    gateway.await_ready()
    assert gateway.http.send(topic=topic, value="warm").status == 200
    kafka.brokers[0].pause()
    try:
        answer = gateway.http.post_json("/api/kafka/send", {"topic": topic, "value": "v"},
                                        {"Prefer": "respond-async"})
        assert answer.status == 202, answer
        gateway.signal()
        code = gateway.wait(20)
    finally:
        kafka.brokers[0].resume()
    assert code == 75, gateway.log()


def test_an_address_in_use_is_69(gateway, start_gateway):
    port = gateway.http.address[1]
    other = start_gateway("127.0.0.1:1", settings={"Http:Port": port}, wait=False)
    assert other.wait(10) == 69, other.log()


def test_a_bad_configuration_is_78_with_every_problem_named(start_gateway):
    gateway = start_gateway("127.0.0.1:1", settings={
        "Http:Portt": 1, "Limits:MaxBatchRecords": "many", "Kafka:Acks": 1}, wait=False)
    assert gateway.wait(10) == 78
    log = gateway.log()
    assert "Portt" in log and "MaxBatchRecords" in log and "Acks" in log


def test_a_credential_is_never_made_a_record_header(start_gateway):
    gateway = start_gateway("127.0.0.1:1", wait=False, settings={
        "Records:HeadersFromRequest:0": "x-*", "Records:HeadersFromRequest:1": "Authorization"})
    assert gateway.wait(10) == 78
    assert 'Authorization" never becomes a record header, because it is a credential' in gateway.log()


def test_check_config_version_and_help_end_with_0():
    for option in ("--check-config", "--print-config", "--version", "--help"):
        done = subprocess.run([binary(), option], stdin=subprocess.DEVNULL, timeout=10,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        assert done.returncode == 0, f"{option}: {done.stdout}"


def health_check(port, *options):
    done = subprocess.run([binary(), *options, f"--Http:Port={port}"], stdin=subprocess.DEVNULL,
                          timeout=10, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stderr.decode()


def policies_of(gateway):
    """The scheduling policies of the threads that the gateway controls: all except the log's."""
    threads = pathlib.Path(f"/proc/{gateway.process.pid}/task")
    return {os.sched_getscheduler(int(thread.name)) for thread in threads.iterdir()
            if (thread / "comm").read_text().strip() != "log"}


def test_its_threads_do_not_interrupt_each_other(start_gateway):
    gateway = start_gateway("embedded")
    gateway.await_ready()
    assert policies_of(gateway) == {os.SCHED_BATCH}


def test_its_threads_may_be_scheduled_like_all_others(start_gateway):
    gateway = start_gateway("embedded", settings={"Process:BatchScheduling": "false"})
    gateway.await_ready()
    assert policies_of(gateway) == {os.SCHED_OTHER}


def test_the_health_check_asks_the_gateway_that_runs(start_gateway):
    gateway = start_gateway("127.0.0.1:1")
    port = gateway.http.address[1]
    assert health_check(port, "--health-check") == (0, "")
    code, says = health_check(port, "--health-check=ready")
    assert (code, says.count("\n")) == (1, 1) and "503" in says
    assert gateway.stop() == 0
    code, says = health_check(port, "--health-check")
    assert (code, says.count("\n")) == (1, 1) and "refused" in says
    assert health_check(port, "--health-check=well")[0] == 78


def test_with_a_management_port_health_and_metrics_are_only_there(start_gateway):
    gateway = start_gateway("embedded", settings={"Management:Port": 0})
    management = Http(gateway.await_event("management-listening")["url"])
    for target in ("/health", "/health/live", "/metrics"):
        assert management.get(target).status in (200, 503), target
        assert gateway.http.get(target).status == 404, target
    assert management.get("/api/kafka/health").status == 404
    assert gateway.http.get("/api/kafka/health").status in (200, 503)
    assert b"Management:Port" in gateway.http.get("/").body


def test_the_management_port_answers_until_the_drain_is_over(start_gateway):
    gateway = start_gateway("embedded", settings={"Management:Port": 0, "Shutdown:GraceMs": 1000})
    management = Http(gateway.await_event("management-listening")["url"])
    gateway.signal()
    gateway.await_event("stopping")
    deadline = time.monotonic() + 1
    while management.get("/health/ready").status != 503:
        assert time.monotonic() < deadline
    assert management.get("/health/live").status == 200
    assert gateway.wait() == 0


def test_kcat_reads_back_from_the_embedded_broker(start_gateway):
    gateway = start_gateway("embedded")
    servers = gateway.await_event("embedded-kafka")["bootstrapServers"]
    topic = f"orders-{uuid.uuid4().hex[:6]}"
    answer = gateway.http.post_json("/api/kafka/send",
                                    {"topic": topic, "key": "k", "value": {"id": 1}})
    assert answer.status == 200, answer
    read = subprocess.run(
        ["kcat", "-b", servers, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%k %s\n"],
        stdout=subprocess.PIPE, check=True, timeout=30).stdout
    assert read == b'k {"id": 1}\n'


def test_health_metrics_and_pages_answer(http):
    for target in ("/health", "/health/live", "/health/ready", "/api/kafka/health", "/metrics",
                   "/openapi.json", "/"):
        assert http.get(target).status == 200, target
    assert b"kafka_gateway_" in http.get("/metrics").body


def test_the_topic_list_names_what_exists_and_not_what_is_denied(http, topic):
    names = http.get("/api/kafka/topics?limit=1000").body
    assert topic.encode() in names
    assert b"__consumer_offsets" not in names
    assert http.get(f"/api/kafka/topics/{topic}").status == 200
    assert http.get(f"/api/kafka/topics/never-{uuid.uuid4().hex}").status == 404
