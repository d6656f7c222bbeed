"""A real Kafka behind a simulated network. `measure` runs the cells with a round trip. As a program, this runs such
a Kafka in the foreground:

    python3 bench/driver/network.py --round-trip 5 [--brokers 3]

It prints the bootstrap servers, without and with the network, and topics with 1, 6 and 48 partitions. A number on
standard input sets a new round trip in ms. Ctrl-C or SIGTERM ends it.
"""

import argparse
import contextlib
import pathlib
import signal
import sys
import threading

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "kafka")]

from cells import SLOTTED  # noqa: E402: the path above is needed first
from kafka import BenchKafka  # noqa: E402
from programs import EpollFloor, Gateway  # noqa: E402
from relay import Relay  # noqa: E402
from rounds import Subject, say  # noqa: E402

TOPICS = {"p1": 1, "p6": 6, "p48": 48}


class Network:
    """The network, for `Rounds`: `servers` are the bootstrap servers behind it, `topics` the topics by number of
    partitions, `wire_url` is the bare epoll loop behind it, and `relay` the relay."""

    def __init__(self, kafka, epoll, topics, round_trip_ms):
        epoll_port = int(epoll.url.rpartition(":")[2])
        self.relay = Relay.before(kafka.cluster, round_trip_ms, (0, epoll_port))
        self.servers = kafka.cluster.proxied_bootstrap_servers
        self.wire_url = f"http://127.0.0.1:{self.relay.ports[-1]}"
        self.topics = topics


def measure(binaries, brokers, rounds, cells, warm_up):
    """Measures the cells, by round trip, with a cluster of so many brokers. Each round trip has its own gateways,
    one of each of `binaries` {name: path}."""
    say(f"starting Kafka behind a network, brokers: {brokers}")
    with BenchKafka(brokers, proxies=True) as kafka:
        rounds.kafka, rounds.epoll = kafka, EpollFloor()
        topics = {partitions: kafka.topic(partitions) for partitions in SLOTTED}
        say("warming up")
        near = Gateway(next(iter(binaries.values())), kafka.bootstrap_servers)
        for topic in topics.values():
            kafka.warm_up(near.url, topic, warm_up * (4 if brokers > 1 else 1) / len(topics))
        near.stop()
        for round_trip, group in cells.items():
            rounds.network = Network(kafka, rounds.epoll, topics, round_trip)
            with rounds.network.relay, gateways(binaries, rounds):
                rounds.run(group)
            rounds.network = None
        rounds.epoll.stop()


@contextlib.contextmanager
def gateways(binaries, rounds):
    started = {name: Gateway(path, rounds.servers) for name, path in binaries.items()}
    rounds.subjects = [Subject(name, gateway.url, gateway.pid) for name, gateway in started.items()]
    try:
        yield
    finally:
        for name, gateway in started.items():
            if (code := gateway.stop()) != 0:
                rounds.faults.append(f"{name} ended with {code}")


def follow(relay):
    """Each line sets a new round trip."""
    for line in sys.stdin:
        relay.set_round_trip(float(line))
        print(f"round trip {float(line)} ms", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--round-trip", type=float, required=True, metavar="MS")
    parser.add_argument("--brokers", type=int, default=1, choices=range(1, 6), metavar="N")
    options = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with BenchKafka(options.brokers, proxies=True) as kafka, \
            Relay.before(kafka.cluster, options.round_trip) as relay:
        for name, partitions in TOPICS.items():
            kafka.cluster.create_topic(name, partitions=partitions)
        print(f"near   {kafka.bootstrap_servers}\nfar    {kafka.cluster.proxied_bootstrap_servers}\n"
              f"topics {' '.join(TOPICS)}", flush=True)
        threading.Thread(target=follow, args=(relay,), daemon=True).start()
        ended.wait()


if __name__ == "__main__":
    main()
