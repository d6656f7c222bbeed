#!/usr/bin/env python3
"""Draws the dashboard with real data as SVG, without Grafana:

    build/venv/bin/python tests/observability/draw_dashboard.py docs/dashboard.svg [SECONDS]

It starts three brokers, a gateway and a Prometheus that scrapes it, applies a varying load, and stops a
broker for a while. Each panel shows the answers to its own queries. It needs the same programs as
`./dev test --only observability`.
"""

import pathlib
import sys
import tempfile
import time
from html import escape

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support" / "python"), str(HERE.parent / "kafka")]

import dashboard  # noqa: E402
from gateway_process import GatewayProcess  # noqa: E402
from kafka_cluster import KafkaCluster  # noqa: E402
from prometheus_server import PrometheusServer  # noqa: E402
from tls_gateway import start_locked_out_gateway, start_tls_gateway  # noqa: E402
from traffic import Traffic  # noqa: E402

COLUMN, LINE, GAP = 60, 27, 6
COLORS = ["#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#f2495c", "#b877d9", "#8ab8ff", "#c4162a",
          "#37872d", "#ffa6b0", "#19d3c5", "#a352cc"]
STYLE = """text{font:11px sans-serif;fill:#ccccdc} .title{font-weight:600;font-size:12px}
.small{font-size:9.5px;fill:#9a9aab} .row{font-size:14px;font-weight:600} .big{font-size:24px;font-weight:600}
.panel{fill:#181b1f;stroke:#2c3036} .grid{stroke:#2c3036} polyline{fill:none;stroke-width:1.3}"""


def shown(value, unit):
    """Formats a value as Grafana does for that unit."""
    if value != value:
        return "no data"
    if unit == "s":
        for limit, factor, name in ((1e-3, 1e6, "µs"), (1, 1e3, "ms"), (120, 1, "s"),
                                    (7200, 1 / 60, "min"), (172800, 1 / 3600, "h")):
            if abs(value) < limit:
                return f"{value * factor:.3g} {name}" if value else "0 s"
        return f"{value / 86400:.3g} d"
    if unit == "percentunit":
        return f"{value * 100:.3g}%"
    suffix = {"reqps": " req/s", "cps": " /s", "Bps": "B/s", "bytes": "B"}.get(unit, "")
    for factor, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= factor:
            return f"{value / factor:.3g}{' ' if suffix.startswith('B') else ''}{name}{suffix}"
    return f"{value:.3g}{' ' if suffix.startswith('B') else ''}{suffix}"


def series_of(prometheus, panel, start, end, step, window):
    """[(name, {time: value})] of all queries of a panel."""
    found = []
    for target in panel["targets"]:
        answer = prometheus.query_range(dashboard.expression(target["expr"], window), start, end, step)
        for labels, points in sorted(answer, key=lambda each: sorted(each[0].items())):
            name = dashboard.legend(target["legendFormat"], labels) or "all"
            found.append((name, {at: value for at, value in points if value == value}))
    return found


def draw_stat(panel, series, x, y, width, height):
    unit = panel["fieldConfig"]["defaults"]["unit"]
    mode = panel["options"]["textMode"]
    if mode == "name":
        texts = [name for name, _ in series]
    elif mode == "value_and_name":
        for number, (name, points) in enumerate(series):
            down = y + 26 + (height - 26) * (number + 0.5) / len(series)
            yield (f'<text x="{x + 14}" y="{down + 4:.0f}">{escape(name)}</text><text class="big" x="{x + width - 14}"'
                   f' y="{down + 8:.0f}" text-anchor="end" style="fill:#73bf69">{shown(points[max(points)], unit)}</text>')
        return
    else:
        texts = [shown(points[max(points)], unit) for _, points in series if points]
    text = " / ".join(texts) or "no data"
    size = 'class="big"' if len(text) < 22 else 'style="font-size:13px;font-weight:600"'
    yield (f'<text {size} x="{x + width / 2:.0f}" y="{y + height / 2 + 16:.0f}" text-anchor="middle"'
           f' style="fill:#73bf69">{escape(text)}</text>' if len(text) < 22 else
           f'<text {size} x="{x + width / 2:.0f}" y="{y + height / 2 + 12:.0f}"'
           f' text-anchor="middle">{escape(text)}</text>')


def draw_lines(panel, series, x, y, width, height, start, end):
    defaults = panel["fieldConfig"]["defaults"]
    unit = defaults["unit"]
    stacked = defaults["custom"]["stacking"]["mode"] == "normal"
    left, right, top, bottom = x + 58, x + width - 10, y + 26, y + height - 40
    times = sorted({at for _, points in series for at in points})
    base = dict.fromkeys(times, 0.0)
    layers = []  # (name, lower, upper) by time
    for name, points in series:
        if stacked:
            upper = {at: base[at] + points.get(at, 0) for at in times}
            layers.append((name, base, upper))
            base = upper
        else:
            layers.append((name, None, points))
    highest = max((value for _, _, points in layers for value in points.values()), default=0) or 1
    across = lambda at: left + (at - start) / (end - start) * (right - left)  # noqa: E731
    up = lambda value: bottom - value / (highest * 1.05) * (bottom - top)  # noqa: E731
    for part in range(4):
        level = highest * part / 3
        yield (f'<path class="grid" d="M{left} {up(level):.0f}H{right}"/><text class="small"'
               f' x="{left - 4}" y="{up(level) + 3:.0f}" text-anchor="end">{shown(level, unit)}</text>')
    for part, anchor in enumerate(("start", "middle", "end")):
        at = start + (end - start) * part / 2
        yield (f'<text class="small" x="{across(at):.0f}" y="{bottom + 12:.0f}" text-anchor="{anchor}">'
               f'{time.strftime("%H:%M:%S", time.gmtime(at))}</text>')
    for number, (_, lower, points) in enumerate(layers):
        color = COLORS[number % len(COLORS)]
        path = " ".join(f"{across(at):.0f},{up(points[at]):.0f}" for at in sorted(points))
        if stacked:
            back = " ".join(f"{across(at):.0f},{up(lower[at]):.0f}" for at in reversed(times))
            yield f'<polygon points="{path} {back}" fill="{color}" fill-opacity=".35"/>'
        yield f'<polyline points="{path}" stroke="{color}"/>'
    place = left - 50
    for number, (name, _) in enumerate(series):
        needed = 18 + 5.6 * len(name)
        if place + needed > right and number:
            yield f'<text class="small" x="{place:.0f}" y="{y + height - 10}">…</text>'
            break
        yield (f'<rect x="{place:.0f}" y="{y + height - 17}" width="9" height="4" '
               f'fill="{COLORS[number % len(COLORS)]}"/><text class="small" x="{place + 12:.0f}" '
               f'y="{y + height - 11}">{escape(name)}</text>')
        place += needed
    if not times:
        yield f'<text x="{x + width / 2:.0f}" y="{y + height / 2:.0f}" text-anchor="middle">no data</text>'


def draw(prometheus, start, end, step, window):
    found = dashboard.load()
    depth = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in found["panels"])
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {24 * COLUMN} {depth * LINE}"'
           f' width="{24 * COLUMN}" height="{depth * LINE}">'
           f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#111217"/>')
    for panel in found["panels"]:
        place = panel["gridPos"]
        x, y = place["x"] * COLUMN + GAP // 2, place["y"] * LINE + GAP // 2
        width, height = place["w"] * COLUMN - GAP, place["h"] * LINE - GAP
        if panel["type"] == "row":
            yield f'<text class="row" x="{x + 6}" y="{y + 17}">{escape(panel["title"])}</text>'
            continue
        yield (f'<rect class="panel" x="{x}" y="{y}" width="{width}" height="{height}" rx="2"/>'
               f'<text class="title" x="{x + 8}" y="{y + 17}">{escape(panel["title"])}</text>')
        series = series_of(prometheus, panel, start, end, step, window)
        if panel["type"] == "stat":
            yield from draw_stat(panel, series, x, y, width, height)
        else:
            yield from draw_lines(panel, series, x, y, width, height, start, end)
    yield "</svg>\n"


def watch(directory, seconds):
    """Runs everything for so many seconds and returns the picture."""
    with KafkaCluster(3, directory / "kafka") as kafka:
        gateway = GatewayProcess(directory / "gateway.log", kafka.bootstrap_servers)
        with_tls = start_tls_gateway(directory, directory / "gateway-tls.log", days=200)
        locked_out = start_locked_out_gateway(directory, directory / "locked-out.log", kafka.bootstrap_servers)
        host, port = gateway.http.address
        prometheus = PrometheusServer(directory / "prometheus",
                                      [f"{host}:{port}", with_tls.management, locked_out.management], "1s")
        try:
            gateway.await_ready()
            topics = [kafka.create_topic(name, partitions=6)
                      for name in ("orders", "payments", "sensor-readings")]
            with Traffic(gateway.http, topics):
                time.sleep(15)
                start = time.time()
                time.sleep(seconds * 0.3)
                with Traffic(gateway.http, topics, clients=24, pause=0.001):
                    time.sleep(seconds * 0.3)
                kafka.brokers[2].pause()
                time.sleep(4)
                kafka.brokers[2].resume()
                time.sleep(seconds * 0.4 - 4)
                end = time.time()
                return "".join(draw(prometheus, start, end, seconds / 80, "10s"))
        finally:
            prometheus.stop()
            locked_out.kill()
            with_tls.kill()
            gateway.kill()


def main():
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 150
    with tempfile.TemporaryDirectory() as directory:
        picture = watch(pathlib.Path(directory), seconds)
    pathlib.Path(sys.argv[1]).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
