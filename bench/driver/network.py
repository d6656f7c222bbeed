"""A real Kafka behind a network, in the foreground, for people:

    python3 bench/driver/network.py --round-trip 5 [--brokers 3]

Prints where it is, near (without the network) and far, and topics with 1, 6 and 48 partitions. A number on
standard input is a new round trip in ms. Ends by Ctrl-C or SIGTERM.
"""

import argparse
import pathlib
import signal
import sys
import threading

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "kafka")]

from kafka import BenchKafka  # noqa: E402: the path above is needed first
from relay import Relay  # noqa: E402

TOPICS = {"p1": 1, "p6": 6, "p48": 48}


def follow(relay):
    """Each line is a new round trip."""
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
