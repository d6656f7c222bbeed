"""The cell `flood`: what a caller that sends far more than it may does to another one."""

import contextlib
import pathlib
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support" / "python")]

import access_file  # noqa: E402: the path above is needed first
from programs import Gateway, load  # noqa: E402
from rounds import Subject, say  # noqa: E402

# Two callers of one gateway: one keeps its rate, the other sends twenty times its own.
CALM = {"format": "single", "keys": 997, "connections": 64, "rate": 2000}
FLOOD = {"format": "single", "keys": 0, "connections": 64, "rate": 20_000, "refusals": True}
FLOOD_LIMIT = 1000


def flood(rounds, binary, kafka):
    """A caller alone, and beside another that sends twenty times what it may. A flood of the bare epoll loop instead
    shows how much of the difference is the machine's doing: load, gateway and Kafka share its cores."""
    calm, flooder = (access_file.new_key(name) for name in ("calm", "flood"))
    other_topic = kafka.topic()
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "access.json")
        access_file.write(
            path, ApiKeys=[access_file.entry(calm, "calm"), access_file.entry(flooder, "flood")],
            Grants=[access_file.rule("*", "*")], Rates=[access_file.rate("flood", RequestsPerSecond=FLOOD_LIMIT)])
        gateway = Gateway(binary, kafka.bootstrap_servers, {"Access:File": path})
        subject = Subject("calm", gateway.url, gateway.pid)
        flags = CALM | {"header": f"X-API-Key: {calm}"}
        load(gateway.url, topic=rounds.topic, duration=2, warmup=0, **flags)

        def measure(flooded_url=None):
            with _flooded(rounds, flooded_url, other_topic, flooder) as refused:
                return rounds.measure("flood-step", subject, flags), refused

        for _ in range(rounds.rounds):
            alone, _ = measure()
            elsewhere, _ = measure(rounds.epoll.url)
            beside, refused = measure(gateway.url)
            runs.append({**beside, "alone_p99_ms": alone["p99_ms"], "elsewhere_p99_ms": elsewhere["p99_ms"],
                         "p99_ratio": beside["p99_ms"] / alone["p99_ms"],
                         "machine_ratio": elsewhere["p99_ms"] / alone["p99_ms"],
                         "refused_per_second": refused.get("refused_per_second", 0)})
            say(f"flood: p99 × {runs[-1]['p99_ratio']:.2f}, if the flood goes elsewhere × {runs[-1]['machine_ratio']:.2f}")
        gateway.stop()
    rounds.results.pop("flood-step", None)
    rounds.results["flood"] = {"gateway": runs}


@contextlib.contextmanager
def _flooded(rounds, url, topic, key):
    """Another caller floods `url`, if any, during the block. What the block gets has the flood's result after it."""
    result = {}

    def run():
        result.update(load(url, topic=topic, duration=rounds.seconds + 2, warmup=0.5,
                           header=f"X-API-Key: {key}", **FLOOD))

    flooder = threading.Thread(target=run)
    if url:
        flooder.start()
    try:
        yield result
    finally:
        if url:
            flooder.join()
    if url and (not result or result["bad"]):
        rounds.faults.append(f"flood: {result.get('bad_kinds')} {result.get('first_bad')}")
