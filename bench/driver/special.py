"""Cells that are not one load among others."""

from programs import Gateway, rss_mb


def start(rounds, binary, kafka):
    """From exec to listening, ten times, and the memory of the gateway that took all the load before."""
    runs = []
    loaded = rounds.subjects[0].pid
    for _ in range(10):
        gateway = Gateway(binary, kafka.bootstrap_servers)
        runs.append({"start_ms": gateway.start_ms, "rss_mb": rss_mb(loaded),
                     "peak_rss_mb": rss_mb(loaded, peak=True)})
        gateway.stop()
    rounds.results["start"] = {"gateway": runs}
