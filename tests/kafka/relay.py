"""A simulated network between programs of this machine: see bench/relay.cc."""

import subprocess

from kafka_cluster import ROOT, kill_process, start_process

PROGRAM = ROOT / "build" / "bench" / "bench" / "relay"


class Relay:
    """Relays each of `routes`, pairs of a port to listen on (0: any) and one to connect to, with this round
    trip, half of it in each direction. `ports` are those on which it listens. A context manager."""

    def __init__(self, round_trip_ms, routes):
        self._process = start_process(
            [str(PROGRAM), "--delay", str(round_trip_ms / 2),
             "--routes", ",".join(f"{listen}:{target}" for listen, target in routes)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.pid = self._process.pid
        self.ports = [int(port) for port in self._process.stdout.readline().split()]
        if len(self.ports) != len(routes):
            self.stop()
            raise RuntimeError(f"the relay does not listen for {routes}")

    @classmethod
    def before(cls, cluster, round_trip_ms, *more):
        """A relay for the brokers of a cluster with `proxies`, and for `more` routes. The cluster's replication does not
    go through it. Clients start from the cluster's `proxied_bootstrap_servers`."""
        return cls(round_trip_ms, [*((b.proxy_port, b.behind_proxy_port) for b in cluster.brokers), *more])

    def set_round_trip(self, milliseconds):
        """Sets the round trip for all data that arrives from now on."""
        self._process.stdin.write(f"{milliseconds / 2}\n")

    def stop(self):
        kill_process(self._process)
        self._process.stdin.close()
        self._process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
