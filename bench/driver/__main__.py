"""./dev bench: measures the table of figures, each together with its floor in the same run."""

import argparse
import json
import os
import pathlib
import signal
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "kafka")]

import cells as plan  # noqa: E402: the path above is needed first
import network  # noqa: E402
import report  # noqa: E402
import special  # noqa: E402
from kafka import BenchKafka  # noqa: E402
from plot import draw  # noqa: E402
from programs import ROOT, EpollFloor, Gateway, ProgramFailed, load  # noqa: E402
from rounds import FLOORS, Rounds, Subject, median, say  # noqa: E402

INTERRUPTED = "interrupted: cells are missing, the last ones may lack rounds"
BINARY = ROOT / "build" / "bench" / "kafka-gateway"


def parse():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three minutes: singles and batches, one broker")
    parser.add_argument("--network", action="store_true", help="the cells with a network between gateway and "
                        "brokers instead: an hour; with --quick four minutes")
    parser.add_argument("--only", nargs="+", default=[], metavar="CELL",
                        help="these cells, by name or glob: " + " ".join(plan.all_names()))
    parser.add_argument("--rounds", type=int, help="default: 3, quick 2")
    parser.add_argument("--seconds", type=float, default=3, help="measured in each run")
    parser.add_argument("--warm-up", type=float, default=20, help="seconds of load before anything counts")
    parser.add_argument("--no-floors", action="store_true", help="the gateway alone, to compare with itself")
    parser.add_argument("--binary", type=pathlib.Path, help="the gateway (build/bench/kafka-gateway)")
    parser.add_argument("--against", type=pathlib.Path, metavar="BINARY",
                        help="another gateway that takes turns with it")
    parser.add_argument("--url", help="measure what listens there instead, with a topic that exists; a path "
                        "/topics/NAME means Confluent's v2 format")
    parser.add_argument("--topic", default="bench", help="with --url: the topic (default: bench)")
    parser.add_argument("--pid", type=int, help="with --url: whose CPU and memory is measured")
    parser.add_argument("--output", type=pathlib.Path, help="folder of the results")
    parser.add_argument("--resume", type=pathlib.Path, metavar="JSON",
                        help="keep the cells that this earlier result has")
    return parser.parse_args()


def chosen(cells, options, known):
    return [cell for cell in cells if plan.wanted(cell.name, options.only, options.network)
            and cell.name not in known and (cell.quick or not options.quick)]


def chosen_special(options, known):
    names = plan.SPECIAL_QUICK if options.quick else plan.SPECIAL
    return [name for name in names if plan.wanted(name, options.only, options.network) and name not in known]


def measure_peer(options, rounds):
    rounds.subjects = [Subject("peer", options.url, options.pid)]
    rounds.epoll = EpollFloor()
    v2 = "/topics/" in options.url
    cells = plan.PEER if v2 else [*plan.SINGLES, *plan.BATCHES]
    say("warming up")
    load(options.url, topic=options.topic, duration=options.warm_up, warmup=0, connections=64, keys=997,
         format="v2" if v2 else "single")
    rounds.run(chosen(cells, options, rounds.results))


def measure(options, binary, brokers, rounds):
    """Measures everything that needs a cluster of so many brokers."""
    three = brokers == 3
    groups = [plan.THREE] if three else [plan.SINGLES, plan.BATCHES, plan.RAW]
    groups = [chosen(group, options, rounds.results) for group in groups]
    open_loop = [] if three else chosen(plan.OPEN, options, rounds.results)
    specials = [] if three else chosen_special(options, rounds.results)
    if not any(groups) and not open_loop and not specials:
        return
    say(f"starting Kafka, brokers: {brokers}")
    with BenchKafka(brokers, proxies={"delay", "overload"} & {*specials}) as kafka:
        gateways = [Gateway(binary, kafka.bootstrap_servers)]
        if options.against:
            gateways.append(Gateway(options.against, kafka.bootstrap_servers))
        rounds.kafka = kafka
        rounds.subjects = [Subject(name, gateway.url, gateway.pid)
                           for name, gateway in zip(("gateway", "other"), gateways)]
        rounds.epoll = EpollFloor()
        rounds.topic = kafka.topic()
        say("warming up")
        for gateway in gateways:
            # Three JVMs on the same cores take longer to compile their code: figures rise for over a minute.
            kafka.warm_up(gateway.url, rounds.topic, options.warm_up * (4 if three else 1) / len(gateways))
        for group in groups:
            rounds.run(group)
        if open_loop:
            rounds.run(open_loop, best_rate(rounds))
        for name in specials:
            getattr(special, name)(rounds, binary, kafka)
        rounds.epoll.stop()
        for gateway in gateways:
            if (code := gateway.stop()) != 0:
                rounds.faults.append(f"a gateway ended with {code}")


def measure_network(options, binary, brokers, rounds):
    """The same for the cells with a network."""
    groups = plan.NETWORK_THREE if brokers == 3 else plan.NETWORK
    cells = {round_trip: chosen(group, options, rounds.results) for round_trip, group in groups.items()}
    cells = {round_trip: group for round_trip, group in cells.items() if group}
    if cells:
        binaries = {"gateway": binary} | ({"other": options.against.resolve()} if options.against else {})
        network.measure(binaries, brokers, rounds, cells, options.warm_up)


def best_rate(rounds):
    """The rate of the gateway in the closed loop that has the same records and connections as the open loop."""
    found = rounds.results.get("many-512", {}).get("gateway")
    if found is None:
        run = rounds.measure("best", rounds.subjects[0],
                             {"format": "single", "keys": 997, "connections": 512})
        return run["per_second"]
    return median(found, "per_second")


def main():
    options = parse()
    options.rounds = options.rounds or (2 if options.quick else 3)
    partial = bool(options.quick or options.only or options.url or options.no_floors)
    binary = options.binary or pathlib.Path(os.environ.get("GATEWAY_BINARY", BINARY))
    rounds = Rounds(None, [], None, options.topic, options.rounds, options.seconds, not options.no_floors)
    if options.resume:
        earlier = json.loads(options.resume.read_text())
        rounds.results = earlier["results"]
        rounds.faults = [fault for fault in earlier["faults"] if fault != INTERRUPTED]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if options.url:
            measure_peer(options, rounds)
        else:
            for brokers in (1,) if options.quick else (1, 3):
                measure(options, binary.resolve(), brokers, rounds)
                measure_network(options, binary.resolve(), brokers, rounds)
    except KeyboardInterrupt:
        rounds.faults.append(INTERRUPTED)
    except ProgramFailed as failure:  # keep what was measured before
        rounds.faults.append(f"ended early: {failure}")
    rounds.results.pop("best", None)
    rounds.results = {name: found for name, found in rounds.results.items() if not name.endswith("-step")
                      and any(who not in FLOORS for who in found)}
    if not rounds.results:
        sys.exit("nothing to measure: no cell has such a name")
    facts = report.environment("" if binary == BINARY else " (another build)")
    if options.url:
        facts["gateway"] = "none, but a peer"
        facts["kafka_data"] = "where it was started to be"
    name = options.resume.stem if options.resume else "-".join(
        [facts["date"][:10], report.machine_name(facts), *(["network"] if options.network else [])])
    directory = options.output or (options.resume.parent if options.resume else
                                   ROOT / ("build/bench-results" if partial else "bench/results"))
    path = report.write(directory, name, facts, rounds.results, rounds.faults, draw(rounds.results))
    print(path.read_text())
    say(f"written: {path}")
    sys.exit(1 if rounds.faults else 0)


if __name__ == "__main__":
    main()
