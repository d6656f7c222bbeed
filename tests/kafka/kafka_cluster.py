#!/usr/bin/env python3
"""A real Kafka for tests, without a container engine.

`KafkaCluster(brokers=1)` formats and starts that many KRaft brokers (each broker and controller in one
process) on free ports of 127.0.0.1, with all their files in a separate folder. It is ready when `start`
returns. `KafkaTool` is an independent client (Kafka's own Java clients), which creates topics and reads the
records that the gateway wrote. Both use only the standard library.

Nothing is left behind: each process has a separate process group (Ctrl-C reaches pytest, which stops the
process), dies with this one (PR_SET_PDEATHSIG), and is killed at exit in any case.

Run as a program, this is `./dev kafka`: a cluster in the foreground.
"""

import argparse
import atexit
import base64
import contextlib
import ctypes
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "kafka"
CLASS_PATH = f"{BUILD / 'classes'}:{BUILD / 'jars'}/*"

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent():
    """Call this in a child before exec: the kernel then kills the child when this process ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start_process(command, **options):
    """A process in its own session that cannot outlive this one."""
    process = subprocess.Popen(
        command, start_new_session=True, preexec_fn=die_with_parent, **options
    )
    atexit.register(kill_process, process)
    return process


def kill_process(process):
    """Kills the process and all its children and waits for it; does nothing if it has ended."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_ports(count):
    """Free ports outside the range of outgoing connections: while a broker restarts, no connection may take its
    port (or connect the port to itself)."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        lowest_ephemeral = int(file.read().split()[0])
    candidates = list(range(10000, min(32768, lowest_ephemeral)))
    random.shuffle(candidates)
    ports = []
    for port in candidates:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        ports.append(port)
        if len(ports) == count:
            return ports
    raise RuntimeError(f"no {count} free ports under {lowest_ephemeral}")


class KafkaToolError(RuntimeError):
    """An error of Kafka's own client."""


class KafkaTool:
    """Sends requests to a permanent JVM with Kafka's Java clients. Any thread may call it."""

    def __init__(self, bootstrap_servers="-", log=subprocess.DEVNULL, properties=None):
        """`properties` is a file with further properties of its clients, such as certificates."""
        if not (BUILD / "classes" / "KafkaTool.class").exists():
            raise RuntimeError("build/kafka is not there: run ./dev test or ./dev kafka once")
        self._lock = threading.Lock()
        self._process = start_process(
            ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
             "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
             "-cp", CLASS_PATH, "KafkaTool", bootstrap_servers, *([str(properties)] if properties else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        )

    def ask(self, op, **question):
        line = json.dumps({"op": op, **question}).encode() + b"\n"
        with self._lock:
            self._process.stdin.write(line)
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            raise KafkaToolError(f"the Java client ended at '{op}'; see its log")
        answer = json.loads(answer)
        if "error" in answer:
            raise KafkaToolError(f"{op}: {answer['error']}")
        return answer["ok"]

    def create_topic(self, topic=None, partitions=1, replication=1, **configs):
        """Creates a topic and returns its name, a fresh one if none is given. Keywords configure the topic,
        with `_` for `.`."""
        topic = topic or f"t-{uuid.uuid4().hex[:12]}"
        configs = {name.replace("_", "."): str(value) for name, value in configs.items()}
        deadline = time.monotonic() + 30
        while True:
            try:
                return self.ask("create", topic=topic, partitions=partitions, replication=replication,
                                configs=configs)
            except KafkaToolError as error:
                # A restarted broker has not yet registered with the controller.
                if "fenced" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def delete_topic(self, topic):
        return self.ask("delete", topic=topic)

    def describe(self, topic):
        return self.ask("describe", topic=topic)

    def read(self, topic):
        """Every record that the topic has now, in order of partition and offset."""
        return [Record(record) for record in self.ask("read", topic=topic)]

    def dump(self, topic, path):
        """The same for many records: (partition, offset, key, value) of each, in order of offset per partition.
        Transfers them in a file, which is kept."""
        self.ask("dump", topic=topic, file=str(path))
        with open(path, encoding="ascii") as lines:
            for line in lines:
                partition, offset, *texts = line.rstrip("\n").split(" ")
                yield int(partition), int(offset), *(_bytes(None if t == "-" else t) for t in texts)

    def count(self, topic):
        """The sum of the end offsets: the number of records if nothing was deleted."""
        return sum(self.ask("ends", topic=topic).values())

    def partitions_of_keys(self, keys, partitions):
        """The partition that the Java producer chooses for each key (bytes)."""
        keys = [base64.b64encode(key).decode() for key in keys]
        return self.ask("partition", keys=keys, partitions=partitions)

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            kill_process(self._process)
        self._process.stdout.close()


class Record:
    """One record in Kafka: key and value are bytes or None, headers a list of pairs."""

    def __init__(self, fields):
        self.partition = fields["partition"]
        self.offset = fields["offset"]
        self.timestamp = fields["timestamp"]
        self.key = _bytes(fields["key"])
        self.value = _bytes(fields["value"])
        self.headers = [(name, _bytes(value)) for name, value in fields["headers"]]

    def __repr__(self):
        return (f"Record({self.partition}/{self.offset} key={self.key!r} value={self.value!r} "
                f"headers={self.headers!r})")


def _bytes(text):
    return None if text is None else base64.b64decode(text)


class Broker:
    """One process of the cluster. `node_id` counts from 1."""

    def __init__(self, node_id, directory, properties, port, java_options=()):
        self.node_id = node_id
        self.port = port
        self.address = f"127.0.0.1:{port}"
        self.behind_proxy_port = self.proxy_port = None  # set by a cluster with `proxies=True`
        self._directory = directory
        self._java_options = java_options
        self._properties = directory / "server.properties"
        self._log = directory / "server.log"
        self._process = None
        directory.mkdir()
        self._properties.write_text("".join(f"{k}={v}\n" for k, v in properties.items()))

    def format(self, cluster_id, *arguments):
        subprocess.run(
            ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
             "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", CLASS_PATH,
             "kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id}", "-c", str(self._properties),
             "--ignore-formatted", *arguments],
            check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )

    def start(self):
        """Starts the process; `KafkaCluster.wait_ready` waits until it is ready."""
        if self.running:
            raise RuntimeError(f"broker {self.node_id} is running")
        with open(self._log, "ab") as log:
            self._process = start_process(
                ["java", "-Xmx384m", "-XX:+UseSerialGC", *self._java_options,
                 "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true",
                 "-cp", CLASS_PATH, "kafka.Kafka", str(self._properties)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._directory,
            )

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    def stop(self, timeout=15):
        """Stops the broker (leaders first move to other brokers, if any); kills it if it does not end in time."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                kill_process(self._process)

    def kill(self):
        """kill -9: the broker hands nothing over and flushes nothing."""
        if self._process:
            kill_process(self._process)

    def pause(self):
        """Lets the broker hang: connections stay open, and it answers nothing."""
        self._process.send_signal(signal.SIGSTOP)
        # The signal stops one thread after the other: until all have stopped, the broker may still
# answer.
        deadline = time.monotonic() + 10
        while not self._all_threads_stopped():
            if time.monotonic() > deadline:
                raise TimeoutError("the broker does not stop")
            time.sleep(0.01)

    def _all_threads_stopped(self):
        states = set()
        for task in pathlib.Path(f"/proc/{self._process.pid}/task").iterdir():
            # "pid (name) state ...", where the name may contain any characters.
            states.add((task / "stat").read_text().rpartition(") ")[2][0])
        return states == {"T"}

    def resume(self):
        self._process.send_signal(signal.SIGCONT)

    def abort_connections(self):
        """Resets every established connection to the broker, or to a proxy before it (root only), so that answers
        in flight are lost. Returns the number of connections, and 0 if the kernel does not support this."""
        ports = f"dport = :{self.port}" + (f" or dport = :{self.proxy_port}" if self.proxy_port else "")
        listed = subprocess.run(["ss", "-HKt", f"dst 127.0.0.1 and ( {ports} )"],
                                check=True, stdout=subprocess.PIPE).stdout
        return len(listed.splitlines())

    def accepts(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def log_tail(self, size=3000):
        return self._log.read_text(errors="replace")[-size:] if self._log.exists() else ""


class KafkaCluster:
    """Brokers and a tool to inspect them. A context manager: `with KafkaCluster(3) as kafka:`.

    By default, topics get a replica on each broker (up to three), min.insync.replicas is 2 with three
    brokers, and topics are not created automatically. `properties` are added to, or replace, those of
    every broker.

    `proxies=True` gives each broker a second listener at its `behind_proxy_port`, which it advertises to
    clients as its `proxy_port`: a test can put a proxy there. Such clients start from
    `proxied_bootstrap_servers`.

    `java_options` are for the brokers' JVMs.
    """

    def __init__(self, brokers=1, directory=None, properties=None, proxies=False, java_options=()):
        self._own_directory = directory is None
        self._directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="kafka-"))
        self._directory.mkdir(parents=True, exist_ok=True)
        self._cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        self._tool = None
        self.replication = min(3, brokers)
        ports = free_ports((4 if proxies else 2) * brokers)
        voters = ",".join(f"{i + 1}@127.0.0.1:{ports[brokers + i]}" for i in range(brokers))
        self.brokers = [
            Broker(
                i + 1, self._directory / f"broker-{i + 1}",
                {**self._properties(i + 1, ports[i], ports[brokers + i], voters),
                 **(self._proxied(ports[i::brokers]) if proxies else {}), **(properties or {})},
                ports[i], java_options,
            )
            for i in range(brokers)
        ]
        if proxies:
            for i, broker in enumerate(self.brokers):
                broker.behind_proxy_port, broker.proxy_port = ports[i + 2 * brokers::brokers]

    def _properties(self, node_id, port, controller_port, voters):
        replication = self.replication
        return {
            "process.roles": "broker,controller",
            "node.id": node_id,
            "controller.quorum.voters": voters,
            "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": self._directory / f"broker-{node_id}" / "data",
            "auto.create.topics.enable": "false",
            "default.replication.factor": replication,
            "min.insync.replicas": 2 if replication == 3 else 1,
            "offsets.topic.num.partitions": 4,
            "offsets.topic.replication.factor": replication,
            "transaction.state.log.num.partitions": 4,
            "transaction.state.log.replication.factor": replication,
            "transaction.state.log.min.isr": 2 if replication == 3 else 1,
            "group.initial.rebalance.delay.ms": 0,
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            "replica.lag.time.max.ms": 5000,
            "num.network.threads": 2,
            "num.io.threads": 4,
            "log.cleaner.dedupe.buffer.size": 2097152,
        }

    @staticmethod
    def _proxied(ports):
        port, controller_port, behind_proxy_port, proxy_port = ports
        return {
            "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port},"
                         f"PROXIED://127.0.0.1:{behind_proxy_port}",
            "advertised.listeners":
                f"PLAINTEXT://127.0.0.1:{port},PROXIED://127.0.0.1:{proxy_port}",
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.security.protocol.map":
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT",
        }

    @property
    def bootstrap_servers(self):
        return ",".join(broker.address for broker in self.brokers)

    @property
    def proxied_bootstrap_servers(self):
        return ",".join(f"127.0.0.1:{broker.proxy_port}" for broker in self.brokers)

    @property
    def tool(self):
        if self._tool is None:
            with open(self._directory / "tool.log", "ab") as log:
                self._tool = KafkaTool(self.bootstrap_servers, log)
        return self._tool

    def create_topic(self, topic=None, partitions=1, **configs):
        return self.tool.create_topic(topic, partitions, self.replication, **configs)

    def read(self, topic):
        return self.tool.read(topic)

    def start(self, timeout=60):
        try:
            formats = [threading.Thread(target=broker.format, args=(self._cluster_id,))
                       for broker in self.brokers]
            for thread in formats:
                thread.start()
            for thread in formats:
                thread.join()
            for broker in self.brokers:
                broker.start()
            self.wait_ready(timeout)
        except BaseException:
            self.stop()
            raise
        return self

    def wait_ready(self, timeout=60):
        """Waits until every running broker has joined, leads its partitions and assigns producer ids."""
        deadline = time.monotonic() + timeout
        running = [broker for broker in self.brokers if broker.running]
        for broker in running:
            while not broker.accepts():
                if not broker.running or time.monotonic() > deadline:
                    raise RuntimeError(
                        f"broker {broker.node_id} does not listen:\n{broker.log_tail()}")
                time.sleep(0.05)
        while not set(b.node_id for b in running) <= set(self._members()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"only {self._members()} are members")
            time.sleep(0.05)
        topic = self.tool.create_topic(
            f"warm-up-{uuid.uuid4().hex[:8]}", len(running), min(3, len(running)),
            min_insync_replicas=1)
        self.tool.ask("warm-up", topic=topic, producers=2 * len(running) - 1)
        self.tool.delete_topic(topic)

    def _members(self):
        with contextlib.suppress(KafkaToolError):
            return self.tool.ask("cluster")
        return []

    def stop(self):
        """Ends everything at once and removes the folder."""
        if self._tool is not None:
            self._tool.close()
            self._tool = None
        for broker in self.brokers:
            broker.kill()
        if self._own_directory:
            shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def main():
    parser = argparse.ArgumentParser(prog="./dev kafka", description="A real Kafka, for trying.")
    parser.add_argument("--brokers", type=int, default=1, choices=range(1, 6), metavar="N")
    parser.add_argument("--auto-create-topics", action="store_true",
                        help="topics come into being when they are first named")
    arguments = parser.parse_args()
    properties = {"auto.create.topics.enable": str(arguments.auto_create_topics).lower()}
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    print(f"starting {arguments.brokers} broker(s)…", file=sys.stderr, flush=True)
    with KafkaCluster(arguments.brokers, properties=properties) as kafka:
        servers = kafka.bootstrap_servers
        print(f"\nKafka listens on {servers}\n\n"
              f"  ./dev run --Kafka:BootstrapServers={servers}\n"
              f"  kcat -b {servers} -L\n\nCtrl-C stops it.", flush=True)
        while not ended.wait(1):
            for broker in kafka.brokers:
                if not broker.running:
                    sys.exit(f"broker {broker.node_id} ended:\n{broker.log_tail()}")


if __name__ == "__main__":
    main()
