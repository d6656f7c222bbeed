"""Rolling restarts behind real balancers, with the configurations of deploy/.

Three gateways on one Kafka are restarted one after the other, under an open load of records with distinct
keys. No client sends a record twice; only a balancer does. Every answer must be 200, and every key must be in
Kafka once.
"""

import contextlib
import os
import re
import shutil
import subprocess
import threading
import time

import pytest
from case import scaled, wait_for
from conftest import DIRECTORY
from gateway_process import ROOT, GatewayProcess, Http
from kafka_cluster import free_ports, kill_process, start_process

GATEWAYS = 3
RESTARTS = scaled(3, 9)
RATE = 200  # requests per second to each balancer
CONNECTIONS = 16
GRACE_MS = 3000
AWAY = scaled(0.5, 1.5)  # seconds
# Seconds from a gateway's readiness to the next restart: HAProxy needs two successful checks.
PAUSE = scaled(1.2, 2)

HAPROXY = (ROOT / "deploy/haproxy/haproxy.cfg").read_text()
NGINX = (ROOT / "deploy/nginx/kafka-gateway.conf").read_text()


def checks_only(config):
    """A plain HAProxy configuration, which checks /health/ready and retries nothing."""
    config, lines = re.subn(r"(?m)^ *(retries|option redispatch|option http-buffer-request|retry-on) .*\n|"
                            r"^ *option http-buffer-request\n", "", config)
    assert lines == 4, config
    config, found = re.subn(r"default-server .*", "default-server check inter 800ms fall 3 rise 2", config)
    assert found == 1
    return config


def addressed(config, listen, port, gateways):
    """The configuration, with its addresses replaced by those of this test."""
    assert config.count(listen) == 1, config
    config = config.replace(listen, listen.replace(":8080", f"127.0.0.1:{port}").replace(" 8080", f" 127.0.0.1:{port}"))
    for number, gateway in enumerate(gateways, 1):
        config, found = re.subn(rf"\b10\.0\.0\.{number}:8080\b", f"127.0.0.1:{gateway}", config)
        assert found == 1, config
    return config


def program(name):
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    assert path, f"{name} is not installed: ./dev test --only robustness installs it"
    return path


class Balancer:
    """A balancer in front of the gateways, and a load that goes through it."""

    def __init__(self, name, command, config, directory, port):
        self.name = name
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "balancer.conf").write_text(config)
        self._log_path = directory / "balancer.log"
        with open(self._log_path, "wb") as log:
            self.process = start_process(command, cwd=directory, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.load = Load(f"http://127.0.0.1:{port}", name)

    @classmethod
    def haproxy(cls, name, config, directory, gateways):
        port = free_ports(1)[0]
        return cls(name, [program("haproxy"), "-db", "-f", "balancer.conf"],
                   addressed(config, "bind :8080", port, gateways), directory / name, port)

    @classmethod
    def nginx(cls, name, config, directory, gateways):
        port = free_ports(1)[0]
        paths = "".join(f"{kind}_temp_path {kind}; " for kind in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        around = ("daemon off; master_process off; pid nginx.pid; error_log stderr; events {}\n"
                  f"http {{ access_log off; {paths}\n%s}}\n")
        return cls(name, [program("nginx"), "-e", "stderr", "-p", ".", "-c", "balancer.conf"],
                   around % addressed(config, "listen 8080", port, gateways), directory / name, port)

    def await_serving(self):
        def serves():
            assert self.process.poll() is None, self._log_path.read_text()
            with contextlib.suppress(OSError):
                return self.load.http.get("/health/ready").status == 200
            return False

        wait_for(serves, f"{self.name} serves", 20)


class Load:
    """Sends records at a steady rate, whatever their outcome; each has a distinct key and is sent once."""

    def __init__(self, url, prefix):
        self.http = Http(url)
        self.answers = {}  # key: (status or the exception, milliseconds, what the answer said)
        self._prefix = prefix
        self._next = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = []

    def start(self, topic):
        begin = time.monotonic()
        for _ in range(CONNECTIONS):
            self._threads.append(threading.Thread(target=self._run, args=(topic, begin), daemon=True))
            self._threads[-1].start()

    def _run(self, topic, begin):
        while True:
            with self._lock:
                number = self._next
                self._next += 1
            due = begin + number / RATE
            if self._stop.wait(max(0, due - time.monotonic())):
                return
            key = f"{self._prefix}-{number}"
            started = time.monotonic()
            try:
                answer = self.http.send(topic=topic, key=key, value="v")
                fate, said = answer.status, answer.body
            except Exception as fault:  # pylint: disable=broad-except
                fate, said = repr(fault), b""
            self.answers[key] = (fate, (time.monotonic() - started) * 1000, said)

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a request gets no answer"

    def figures(self):
        times = sorted(ms for _, ms, _ in self.answers.values())
        return f"{len(times)} requests, p99 {times[len(times) * 99 // 100]:.1f} ms, max {times[-1]:.0f} ms"


class Rolling:
    """Gateways on fixed ports that are restarted one after the other."""

    def __init__(self, cluster, directory, grace_ms):
        self.ports = free_ports(GATEWAYS)
        self.gateways = [None] * GATEWAYS
        self.codes = []
        self._servers = cluster.bootstrap_servers
        self._directory = directory
        self._grace_ms = grace_ms
        self._starts = 0

    def start(self, index):
        self._starts += 1
        self.gateways[index] = GatewayProcess(
            self._directory / f"gateway-{self._starts}.log", self._servers,
            settings={"Http:Port": self.ports[index], "Shutdown:GraceMs": self._grace_ms})
        self.gateways[index].await_ready()

    def restart_all(self):
        for number in range(RESTARTS):
            index = number % GATEWAYS
            self.gateways[index].signal()
            self.codes.append(self.gateways[index].wait())
            time.sleep(AWAY)
            self.start(index)
            time.sleep(PAUSE)

    def close(self):
        for gateway in self.gateways:
            if gateway is not None:
                gateway.kill()


@pytest.fixture
def restarts(cluster, request):
    """restarts(grace_ms, (make, name, config)…): restarts the gateways under load, one after the other; fails on
    any answer but 200, and on any key that is not in Kafka exactly once."""
    directory = DIRECTORY / re.sub(r"[^A-Za-z0-9]+", "-", request.node.name).strip("-")
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    with contextlib.ExitStack() as stack:

        def run(grace_ms, *balancers):
            topic = cluster.create_topic(partitions=6)
            rolling = Rolling(cluster, directory, grace_ms)
            stack.callback(rolling.close)
            for index in range(GATEWAYS):
                rolling.start(index)
            balancers = [make(name, config, directory, rolling.ports) for make, name, config in balancers]
            for balancer in balancers:
                stack.callback(kill_process, balancer.process)
                balancer.await_serving()
            for balancer in balancers:
                balancer.load.start(topic)
            time.sleep(0.5)
            try:
                rolling.restart_all()
            finally:
                for balancer in balancers:
                    balancer.load.stop()
            judge(balancers, rolling.codes, stored(cluster, topic, directory))

        yield run


def stored(cluster, topic, directory):
    """The number of records of each key in Kafka."""
    counts = {}
    for _, _, key, _ in cluster.tool.dump(topic, directory / "topic.txt"):
        counts[key.decode()] = counts.get(key.decode(), 0) + 1
    return counts


def judge(balancers, codes, counts):
    faults = []
    for balancer in balancers:
        answers = balancer.load.answers
        print(f"{balancer.name}: {RESTARTS} restarts, {balancer.load.figures()}", flush=True)
        other = {key: answer for key, answer in answers.items() if answer[0] != 200}
        if other:
            key, answer = next(iter(other.items()))
            faults.append(f"{balancer.name}: {len(other)} of {len(answers)} requests were not answered with 200, "
                          f"the first is {key}: {answer}")
        lost = [key for key, answer in answers.items() if answer[0] == 200 and key not in counts]
        if lost:
            faults.append(f"{balancer.name}: {len(lost)} answered with 200 and not in Kafka: {lost[:5]}")
    if twice := [key for key, count in counts.items() if count > 1]:
        faults.append(f"{len(twice)} are in Kafka more than once: {twice[:5]}")
    if any(codes):
        faults.append(f"the gateways ended with {codes}")
    assert not faults, "\n".join(faults)


def test_haproxy_sends_again_what_a_gateway_without_a_grace_refuses(restarts):
    restarts(0, (Balancer.haproxy, "haproxy", HAPROXY))


def test_with_a_grace_no_balancer_sees_a_restart(restarts):
    restarts(GRACE_MS,
             (Balancer.haproxy, "haproxy", HAPROXY),
             (Balancer.haproxy, "haproxy-checks-only", checks_only(HAPROXY)),
             (Balancer.nginx, "nginx", NGINX))
