"""A gateway whose users have passwords (HTTP Basic): over plain connections, as a switch must allow, and over TLS."""

import collections
import concurrent.futures
import contextlib
import json
import os
import pty
import socket
import subprocess

import pytest
from access_file import basic, hash_password, rule
from certificates import Identity
from gateway_process import binary
from https_client import Https

PASSWORD = "open sésame: now"


@pytest.fixture(scope="module")
def sections():
    users = [{"Name": "ann", "Hash": hash_password(PASSWORD), "Groups": ["ops"]},
             {"Name": "bob", "Hash": hash_password("b"), "Principal": "svc-bob"}]
    return {"Users": users, "Grants": [rule("group:ops", "orders"), rule("svc-bob", "parcels")]}


@pytest.fixture(scope="module")
def gateway(start_with_access, sections):
    return start_with_access(sections, {"Access:AllowPlaintextPasswords": "true"})


def send(gateway, topic, authorization=None):
    headers = {"Authorization": authorization} if authorization else {}
    return gateway.http.post_json("/api/kafka/send", {"topic": topic, "value": 1}, headers)


def test_a_password_writes_what_is_granted_to_its_principal(gateway):
    for _ in range(2):  # the second time without a hash
        assert send(gateway, "orders", basic("ann", PASSWORD)).status == 200
    assert send(gateway, "parcels", basic("ann", PASSWORD)).status == 403
    assert send(gateway, "parcels", basic("bob", "b")).status == 200


@pytest.mark.parametrize(("user", "password"), [("ann", "b"), ("ann", ""), ("nobody", PASSWORD), ("ANN", PASSWORD),
                                                ("ann", PASSWORD + " ")])
def test_wrong_and_unknown_get_the_same_401(gateway, document, user, password):
    answer = send(gateway, "orders", basic(user, password))
    assert (answer.status, answer.json()["code"]) == (401, "Unauthorized")
    assert answer.json()["detail"] == "The credentials of the request are not valid."
    assert answer.headers.get_all("WWW-Authenticate") == ['Basic realm="kafka-gateway", charset="UTF-8"']
    document.check("POST", "/api/kafka/send", answer)


@pytest.mark.parametrize("value", ["Basic", "Basic ", "Basic x", "Basic YW5u", "Basic OmI=", "Basic YW5uOgBi"])
def test_what_is_malformed_is_401(gateway, value):
    assert send(gateway, "orders", value).status == 401


def test_without_credentials_both_ways_are_offered(gateway):
    offered = send(gateway, "orders").headers.get_all("WWW-Authenticate")
    assert offered == ['Bearer realm="kafka-gateway"', 'Basic realm="kafka-gateway", charset="UTF-8"']


def test_a_raw_send_is_read_only_after_the_password_was_checked(gateway):
    for authorization, status in ((basic("bob", "b"), b"403"), (basic("ann", "wrong"), b"401")):
        head = (f"POST /api/kafka/topics/orders HTTP/1.1\r\nHost: h\r\nAuthorization: {authorization}\r\n"
                "Content-Type: text/plain\r\nContent-Length: 100\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
        received = gateway.http.raw(head.encode(), close_write=True)
        assert received.startswith(b"HTTP/1.1 " + status), received


def test_requests_of_many_at_once_are_all_answered(gateway):
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        right = [pool.submit(send, gateway, "orders", basic("ann", PASSWORD)) for _ in range(60)]
        wrong = [pool.submit(send, gateway, "orders", basic("ann", f"wrong-{n}")) for n in range(60)]
        assert {one.result().status for one in right} == {200}
        assert {one.result().status for one in wrong} == {401}


def test_callers_with_the_same_password_wait_for_one_hash_however_many_they_are(start_with_access, sections):
    gateway = start_with_access(sections, {"Access:AllowPlaintextPasswords": "true"})  # which knows no password yet
    request = (f"GET /api/kafka/topics HTTP/1.1\r\nHost: h\r\nAuthorization: {basic('ann', PASSWORD)}\r\n\r\n").encode()
    with contextlib.ExitStack() as stack:
        callers = [stack.enter_context(socket.create_connection(gateway.http.address, 30)) for _ in range(500)]
        for caller in callers:
            caller.sendall(request)
        statuses = collections.Counter(caller.recv(12) for caller in callers)
    assert statuses == {b"HTTP/1.1 200": 500}


def test_no_password_is_in_any_output(gateway, sections):
    send(gateway, "orders", basic("ann", "wrong-SECRET"))
    log = gateway.log()
    assert '"wrong"' in log
    for secret in (PASSWORD, "wrong-SECRET", basic("ann", "wrong-SECRET")[6:], basic("ann", PASSWORD)[6:],
                   sections["Users"][0]["Hash"], sections["Users"][0]["Hash"].rsplit("$", 1)[1]):
        assert secret not in log and json.dumps(secret)[1:-1] not in log


def test_without_the_switch_a_password_over_a_plain_connection_is_refused(start_with_access, sections):
    gateway = start_with_access(sections)
    for password in (PASSWORD, "wrong"):
        answer = send(gateway, "orders", basic("ann", password))
        assert answer.status == 401 and "over TLS only" in answer.json()["detail"]
    assert send(gateway, "orders").headers.get_all("WWW-Authenticate") == ['Bearer realm="kafka-gateway"']


def test_over_tls_a_password_needs_no_switch(start_with_access, sections, tmp_path):
    authority = Identity(tmp_path, "authority", "/CN=authority")
    server = Identity(tmp_path, "server", "/CN=server", authority, "IP:127.0.0.1")
    gateway = start_with_access(sections, {"Http:Tls:CertificateFile": server.certificate, "Http:Tls:KeyFile": server.key})
    client = Https(gateway, authority)
    for _ in range(2):  # the second time without a hash, on the same connection
        assert client.send("orders", {"Authorization": basic("ann", PASSWORD)}).status == 200
    assert client.send("parcels", {"Authorization": basic("ann", PASSWORD)}).status == 403
    for user in ("ann", "nobody"):
        answer = client.send("orders", {"Authorization": basic(user, "wrong")})
        assert (answer.status, answer.json()["detail"]) == (401, "The credentials of the request are not valid.")
        assert answer.headers.get_all("WWW-Authenticate") == ['Basic realm="kafka-gateway", charset="UTF-8"']
    assert client.send("orders").headers.get_all("WWW-Authenticate") == [
        'Bearer realm="kafka-gateway"', 'Basic realm="kafka-gateway", charset="UTF-8"']
    assert PASSWORD not in gateway.log(10**6)


def test_hash_password_reads_one_line_and_prints_a_new_hash_each_time():
    first, second = hash_password("a b"), hash_password("a b")
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$") and first != second
    for arguments, text in ((["secret"], ""), ([], ""), ([], "\n"), ([], "x" * 600)):
        run = subprocess.run([binary(), "access", "hash-password", *arguments], input=text, capture_output=True, text=True)
        assert run.returncode == 64 and run.stdout == "" and "secret" not in run.stderr.split("Usage")[0]


def test_hash_password_does_not_show_what_is_typed():
    child, terminal = pty.fork()
    if child == 0:
        os.execv(binary(), [str(binary()), "access", "hash-password"])
    shown = b""
    while b"Password: " not in shown:
        shown += os.read(terminal, 1000)
    os.write(terminal, b"typed-secret\n")
    while b"Again: " not in shown:
        shown += os.read(terminal, 1000)
    os.write(terminal, b"typed-secret\n")
    while b"$argon2id$" not in shown:
        shown += os.read(terminal, 1000)
    assert os.waitpid(child, 0)[1] == 0
    os.close(terminal)
    assert b"typed-secret" not in shown
