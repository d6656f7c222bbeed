"""Writes results as a table for people (Markdown) and as data for programs (JSON)."""

import json
import os
import pathlib
import re
import statistics
import subprocess
import time

from cells import ALL_NETWORK, BATCHES, OPEN, PEER, RAW, SAME_FLOOR, SINGLES, THREE
from kafka import data_home, kafka_version
from programs import ROOT
from rounds import DISTURBED, FLOORS, median, ratio, spread
from targets import REFERENCE_FLOOR, scale, verdicts

ALL_CELLS = {cell.name: cell for cell in [*PEER, *SINGLES, *BATCHES, *RAW, *OPEN, *THREE,
                                        *ALL_NETWORK]}


def _output(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    return done.stdout.strip() if done.returncode == 0 else ""


def environment(note=""):
    """The conditions of the figures, without names that identify the owner. `note` follows the revision."""
    cpu = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = " ".join(line.split(":", 1)[1].split())
            break
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)
    release = pathlib.Path("/etc/os-release").read_text()
    java = subprocess.run(["java", "-version"], stderr=subprocess.PIPE, text=True, check=False).stderr
    dirty = "+changes" if _output("git", "status", "--porcelain", "--", "src", "cmake") else ""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "gateway": (_output("git", "rev-parse", "--short", "HEAD") or "unknown") + dirty + note,
        "librdkafka": _output("pkg-config", "--modversion", "rdkafka") or "unknown",
        "kafka": kafka_version(),
        "java": (re.search(r'"([^"]+)"', java) or ["", "unknown"])[1],
        "system": re.search(r'PRETTY_NAME="([^"]*)"', release).group(1),
        "kernel": os.uname().release.split("-")[0],
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gb": round(int(memory) / 1048576),
        "kafka_data": "in memory" if data_home() else "on disk",
    }


def machine_name(facts):
    words = re.sub(r"\(.*?\)|processor|cpu|@.*", " ", facts["cpu"].lower())
    return "-".join([f"{facts['cores']}-cores", *re.findall(r"[a-z0-9]+", words)])


def _count(value):
    return f"{value:,.0f}".replace(",", " ") if value >= 1000 else f"{value:.3g}"


def _ms(value):
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _with_spread(runs, metric):
    low, high = spread(runs, metric)
    return f"{_count(median(runs, metric))} ({_count(low)} to {_count(high)})"


def _times_with_spread(runs, metric):
    low, high = spread(runs, metric)
    return f"{median(runs, metric):.2f} ({low:.2f} to {high:.2f})"


def _latency(runs, third=False):
    figures = ["p50_ms", "p99_ms"] + (["p999_ms"] if third else [])
    return "/".join(_ms(median(runs, figure)) for figure in figures)


def _times(value):
    return "" if value is None else f"{value:.2f}"


def _table(header, rows):
    if not rows:
        return []
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    return lines + ["| " + " | ".join(str(field) for field in row) + " |" for row in rows] + [""]


def _floor(runs):
    if not runs:
        return ""
    return f"{_count(median(runs, 'per_second'))}, {_latency(runs)}, {median(runs, 'cpu_us'):.1f}"


def _single_rows(cells, results):
    rows = []
    for cell in cells:
        found = results.get(cell.name, {})
        for subject in _subjects(found):
            runs, epoll, kafka, paced = (found.get(n) for n in (subject, "epoll", "kafka", "paced"))
            floor_cpu = None
            edge = epoll or results.get(cell.name.replace("many-", "one-"), {}).get("epoll")
            if edge and paced:
                floor_cpu = median(runs, "cpu_us") / (median(edge, "cpu_us") + median(paced, "cpu_us"))
            rows.append([
                _titled(cell.title, subject), _with_spread(runs, "per_second"), _latency(runs),
                f"{median(runs, 'cpu_us'):.1f}",
                f"{median(runs, 'rss_mb'):.0f}" if "rss_mb" in runs[0] else "",
                _floor(epoll), _floor(kafka),
                _times(ratio(runs, kafka, "per_second") if kafka else None), _times(floor_cpu),
            ])
    return rows


def _volume_rows(cells, results, metric):
    """Batches (`records_per_second`) and raw bytes (`mb_per_second`)."""
    rows = []
    for cell in cells:
        found = results.get(cell.name, {})
        kafka = found.get("kafka") or results.get(SAME_FLOOR.get(cell.name), {}).get("kafka")
        for subject in _subjects(found):
            runs = found[subject]
            rows.append([
                _titled(cell.title, subject), _with_spread(runs, metric), _latency(runs),
                f"{median(runs, 'cpu_us') / cell.records:.2f}",
                f"{_count(median(kafka, metric))}, {median(kafka, 'cpu_us') / cell.records:.2f}"
                if kafka else "",
                _times(ratio(runs, kafka, metric) if kafka else None),
                _times(ratio(runs, kafka, "cpu_us") if kafka else None),
            ])
    return rows


def _subjects(found):
    return [name for name in found if name not in FLOORS]


def _titled(title, subject):
    return title if subject == "gateway" else f"{title} ({subject})"


def _open_rows(results):
    rows = []
    for cell in OPEN:
        found = results.get(cell.name, {})
        for subject in _subjects(found):
            kafka = found.get("kafka")
            rows.append([_titled(cell.title, subject), _with_spread(found[subject], "per_second"),
                         _latency(found[subject], True), f"{median(found[subject], 'cpu_us'):.1f}",
                         _latency(kafka, True) if kafka else "",
                         _times(ratio(found[subject], kafka, "p99_ms") if kafka else None)])
    return rows


def _network_rows(results):
    rows = []
    for cell in ALL_NETWORK:
        found = results.get(cell.name, {})
        kafka, slots, wire = (found.get(n) for n in ("kafka", "slots", "wire"))
        for subject in _subjects(found):
            runs = found[subject]
            rows.append([
                _titled(cell.title, subject), _with_spread(runs, "records_per_second"), _latency(runs),
                f"{median(runs, 'p50_ms') / cell.round_trip:.2f}",
                f"{median(runs, 'cpu_us') / cell.records:.1f}", _record_floor(kafka, cell),
                _record_floor(slots, cell), _latency(wire) if wire else "",
                _times(ratio(runs, slots, "records_per_second") if slots else None)])
    return rows


def _record_floor(runs, cell):
    if not runs:
        return ""
    return (f"{_count(median(runs, 'records_per_second'))}, {_latency(runs)}, "
            f"{median(runs, 'cpu_us') / cell.records:.1f}")


def _against_rows(results):
    """Two builds, as ratios of the same round."""
    rows = []
    for name, found in results.items():
        if "gateway" in found and "other" in found:
            ratios = [ratio(found["gateway"], found["other"], metric)
                      for metric in ("per_second", "p50_ms", "p99_ms", "cpu_us")]
            rows.append([ALL_CELLS[name].title if name in ALL_CELLS else name, *map(_times, ratios)])
    return rows


def _series(results, name, title, per_record=False):
    """A cell with increasing sizes: results[name]["gateway"] is a list of steps."""
    steps = results.get(name, {}).get("gateway", [])
    return _table(
        [title, "req/s", "p50/p99 ms", "CPU µs per request", *(["CPU µs per record"] if per_record else []),
         "librdkafka alone: same/s, µs"],
        [[step["step"], _count(step["per_second"]), f"{_ms(step['p50_ms'])}/{_ms(step['p99_ms'])}",
          f"{step['cpu_us']:.1f}", *([f"{step['cpu_us'] / step['n']:.2f}"] if per_record else []),
          f"{_count(step['kafka_per_second'])}, {step['kafka_cpu_us']:.1f}"
          if "kafka_cpu_us" in step else ""]
         for step in steps])


def markdown(facts, results, faults, plot=None):
    single = ["200-byte POST", "req/s (spread)", "p50/p99 ms", "CPU µs per request", "RSS MB",
              "bare epoll loop: req/s, ms, µs", "librdkafka alone: rec/s, ms, µs", "req/s ÷ librdkafka",
              "CPU ÷ (epoll + librdkafka at that rate)"]
    volume = ["p50/p99 ms", "CPU µs per record", "librdkafka alone: same, µs", "÷ librdkafka",
              "CPU ÷ librdkafka"]
    lines = [f"# {facts['date']}", "",
             f"Gateway: {facts['gateway']}, default configuration; librdkafka {facts['librdkafka']}, "
             f"Kafka {facts['kafka']} on Java {facts['java']}; {facts['system']}, Linux "
             f"{facts['kernel']}; {facts['cores']} × {facts['cpu']}, {facts['memory_gb']} GB, shared by "
             f"load, gateway and Kafka, whose data is {facts['kafka_data']}. Medians of the rounds; the spread is "
             "the least and the most. "
             "A floor ratio is the median over the rounds. What each floor is: ../README.md.", ""]
    if plot:
        lines += [f"![the same as a picture]({plot})", ""]
    lines += ["## Faults", "", *[f"* {fault}" for fault in faults], ""] if faults else []
    disturbed = sorted({name for name, found in results.items() for runs in found.values()
                        if any(run.get("others_cores", 0) > DISTURBED for run in runs)})
    if disturbed:
        lines += [f"Other processes took more than {DISTURBED} cores during a run of: "
                  f"{', '.join(disturbed)}. Those figures are worth less.", ""]
    if rows := verdicts(results, ALL_CELLS):
        factor = scale(results)
        here = (f"it answers {factor:.2f} times that, and rates and times are scaled by it." if factor
                else "it was not measured, so nothing is scaled.")
        lines += ["## Targets", "", "For a machine whose bare epoll loop answers "
                  f"{_count(REFERENCE_FLOOR)} requests per second with 64 connections; here {here}", ""]
        lines += _table(["target", "measured", "at least, here", "aim, here", ""],
                        [[t, _count(m), _count(least), _count(aim), v] for t, m, least, aim, v in rows])
    for title, table in [
            ("One record per request", _table(single, _single_rows(SINGLES, results))),
            ("Batches", _table(["8 connections", "records/s (spread)", *volume],
                               _volume_rows([*BATCHES, PEER[-1]], results, "records_per_second"))),
            ("Raw bytes", _table(["", "MB/s (spread)", *volume],
                                 _volume_rows(RAW, results, "mb_per_second"))),
            ("Open loop", _table(["997 keys, 512 connections", "req/s (spread)", "p50/p99/p99.9 ms",
                                  "CPU µs per request", "librdkafka at that rate: ms", "p99 ÷ librdkafka"],
                                 _open_rows(results))),
            ("Three brokers, replication 3, min.insync.replicas 2",
             _table(single, _single_rows(THREE[:5], results)) +
             _table(["8 connections", "records/s (spread)", *volume],
                    _volume_rows(THREE[5:], results, "records_per_second"))),
            ("A network between gateway and brokers",
             _table(["", "records/s (spread)", "p50/p99 ms", "p50 in round trips", "CPU µs per record",
                     "one librdkafka producer: rec/s, ms, µs", "several with slots: rec/s, ms, µs",
                     "bare epoll loop there: ms", "records/s ÷ slots"], _network_rows(results))),
            ("Callers and TLS, 64 connections, 997 keys",
             _table(["", "req/s (spread)", "p50/p99 ms", "CPU µs per request", "CPU ÷ anonymous, µs more",
                     "RSS MB"], _access_rows(results))),
            ("This build ÷ the other, median of the rounds",
             _table(["", "req/s", "p50", "p99", "CPU per request"], _against_rows(results))),
            ("Cost against size", _series(results, "sizes", "records per request, JSON", True) +
             _series(results, "topics", "topics, one record per request, 64 connections") +
             _series(results, "partitions", "partitions, one record per request, 64 connections")),
            ("The rest", _rest(results)),
    ]:
        if table:
            lines += [f"## {title}", "", *table]
    return "\n".join(lines).rstrip() + "\n"


def _access_rows(results):
    found = results.get("access", {})
    rows = []
    for name, runs in found.items():
        plain = found["anonymous"]
        more = statistics.median(a["cpu_us"] - b["cpu_us"] for a, b in zip(runs, plain))
        rows.append([name, _with_spread(runs, "per_second"), _latency(runs), f"{median(runs, 'cpu_us'):.1f}",
                     f"{_times(ratio(runs, plain, 'cpu_us'))}, {more:+.1f}", f"{median(runs, 'rss_mb'):.0f}"])
    return rows


def _rest(results):
    rows = []
    if handshakes := results.get("handshakes", {}).get("gateway"):
        rows.append(["full TLS handshakes per second, one client (openssl s_server)",
                     f"{_with_spread(handshakes, 'handshakes')} ({_with_spread(handshakes, 'floor')})"])
    for run in results.get("idle", {}).get("gateway", []):
        rows.append([f"{run['connections']} mostly idle connections: RSS MB, of which before them",
                     f"{run['rss_mb']:.0f}, {run['rss_before_mb']:.0f}"])
        rows.append(["one busy connection among them: p50/p99 ms (without them)",
                     f"{_ms(run['p50_ms'])}/{_ms(run['p99_ms'])} "
                     f"({_ms(run['alone_p50_ms'])}/{_ms(run['alone_p99_ms'])})"])
    if delay := results.get("delay", {}).get("gateway"):
        rows.append(["acknowledgements 10 ms late, half load: CPU per request against undelayed",
                     f"{median(delay, 'cpu_ratio'):.2f} ({median(delay, 'late_cpu_us'):.1f} against "
                     f"{median(delay, 'cpu_us'):.1f} µs; p50/p99 {_ms(median(delay, 'late_p50_ms'))}/"
                     f"{_ms(median(delay, 'late_p99_ms'))} ms)"])
    if overload := results.get("overload", {}).get("gateway"):
        limit = overload[0]["in_flight"]
        rows.append([f"twice the possible load, at most {limit} requests in flight: answered/s, refused/s",
                     f"{_with_spread(overload, 'twice_per_second')}, "
                     f"{_count(median(overload, 'twice_refused_per_second'))}"])
        rows.append([f"those that were answered: p50/p99 ms, RSS MB ({limit} clients alone)",
                     f"{_ms(median(overload, 'twice_p50_ms'))}/{_ms(median(overload, 'twice_p99_ms'))}, "
                     f"{median(overload, 'twice_rss_mb'):.0f} ({_ms(median(overload, 'p50_ms'))}/"
                     f"{_ms(median(overload, 'p99_ms'))}, {median(overload, 'rss_mb'):.0f})"])
    if flood := results.get("flood", {}).get("gateway"):
        rows.append(["a caller beside one that floods: p99 against alone (the same flood of the bare epoll loop)",
                     f"{_times_with_spread(flood, 'p99_ratio')} ({_times_with_spread(flood, 'machine_ratio')})"])
        rows.append(["p99 ms beside it and alone; refused/s",
                     f"{_ms(median(flood, 'p99_ms'))}, {_ms(median(flood, 'alone_p99_ms'))}; "
                     f"{_count(median(flood, 'refused_per_second'))}"])
    if start := results.get("start", {}).get("gateway"):
        rows.append(["from exec to listening: ms", _with_spread(start, "start_ms")])
        if any("rss_mb" in run for run in start):
            rows.append(["RSS after all of it, at its highest: MB",
                         f"{median(start, 'rss_mb'):.0f}, {median(start, 'peak_rss_mb'):.0f}"])
    return _table(["", ""], rows)


def write(directory, name, facts, results, faults, svg):
    directory.mkdir(parents=True, exist_ok=True)
    paths = [directory / f"{name}.{ending}" for ending in ("json", "md", "svg")]
    whole = {"environment": facts, "faults": faults, "results": results}
    paths[0].write_text(json.dumps(whole, indent=1) + "\n")
    paths[1].write_text(markdown(facts, results, faults, paths[2].name if svg else None))
    if svg:
        paths[2].write_text(svg)
    return paths[1]
