"""Draws the results as one SVG of panels, without any library."""

from html import escape

from cells import BATCHES, NETWORK, OPEN, RAW, SAME_FLOOR, SINGLES, THREE
from rounds import median, spread

WIDTH, ROW, LEFT, GAP = 960, 17, 270, 34
INK, FAINT = "#222", "#ddd"
COLORS = {"gateway": "#1f6feb", "other": "#8250df", "peer": "#8250df", "kafka": "#9a6700", "slots": "#d4a72c",
          "epoll": "#aaa"}
NAMES = {"gateway": "gateway", "other": "other build", "peer": "peer", "kafka": "librdkafka alone",
         "slots": "several with slots", "epoll": "bare epoll loop"}


class _Page:
    def __init__(self):
        self.parts = []
        self.y = 20

    def text(self, x, y, text, size=11, anchor="start", color=INK, weight="normal"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
                          f'fill="{color}" font-weight="{weight}">{escape(text)}</text>')

    def rect(self, x, y, width, height, color):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" '
                          f'height="{height:.1f}" fill="{color}"/>')

    def line(self, points, color=INK, width=1.0):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{width}"/>')

    def title(self, text):
        self.text(10, self.y, text, 13, weight="bold")
        self.y += 12

    def svg(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.y + 10:.0f}" '
                f'font-family="sans-serif">\n<rect width="100%" height="100%" fill="white"/>\n'
                + "\n".join(self.parts) + "\n</svg>\n")


def _figure(value):
    for bound, divisor, unit in ((1e6, 1e6, " M"), (1e3, 1e3, " k")):
        if value >= bound:
            return f"{value / divisor:.3g}{unit}"
    return f"{value:.3g}"


def _bars(page, title, rows):
    """Rows of (label, [(who, runs, metric)]): a bar for the median, a line for the spread."""
    rows = [(label, bars) for label, bars in rows if bars]
    if not rows:
        return
    page.title(title)
    longest = max(spread(runs, metric)[1] for _, bars in rows for _, runs, metric in bars) or 1
    scale = (WIDTH - LEFT - 90) / longest
    for label, bars in rows:
        page.text(LEFT - 8, page.y + ROW * len(bars) / 2 + 4, label, anchor="end")
        for who, runs, metric in bars:
            value, (low, high) = median(runs, metric), spread(runs, metric)
            page.rect(LEFT, page.y + 2, value * scale, ROW - 4, COLORS.get(who, "#1f6feb"))
            middle = page.y + ROW / 2
            page.line([(LEFT + low * scale, middle), (LEFT + high * scale, middle)], INK, 1.5)
            page.text(LEFT + high * scale + 6, middle + 4, _figure(value))
            page.y += ROW
        page.y += 5
    page.y += GAP - 5


def _rows(cells, results, metric, whom):
    rows = []
    for cell in cells:
        found = dict(results.get(cell.name, {}))
        if not found:
            continue
        if "kafka" not in found and cell.name in SAME_FLOOR:
            found["kafka"] = results.get(SAME_FLOOR[cell.name], {}).get("kafka")
        rows.append((cell.title, [(who, found[who], metric) for who in whom if found.get(who)]))
    return rows


def _steps(page, title, results):
    """Cost against size: a bar with the CPU per record for each step."""
    steps = results.get("sizes", {}).get("gateway", [])
    if not steps:
        return
    bars = [(f"{step['step']} per request",
             [("gateway", [{**step, "each": step["cpu_us"] / step["n"]}], "each")]) for step in steps]
    _bars(page, title, bars)


def draw(results):
    """The SVG; None if there is nothing to draw."""
    if not results:
        return None
    page = _Page()
    x = 10
    for who, name in NAMES.items():
        if any(who in found for found in results.values()):
            page.rect(x, page.y - 10, 11, 11, COLORS[who])
            page.text(x + 16, page.y, name)
            x += 130
    page.text(x, page.y, "bar: median; line: least to most", color="#666")
    page.y += 26
    whom = ("gateway", "other", "peer", "kafka", "epoll")
    plain = ("gateway", "other", "peer", "kafka", "slots")
    closed = [cell for cell in NETWORK[5] if "slots" in cell.floors and cell.records == 1 and "rate" not in cell.load]
    open_loop = [cell for group in NETWORK.values() for cell in group if "rate" in cell.load]
    _bars(page, "One 200-byte record per request: requests per second",
          _rows([c for c in SINGLES if c.name != "one-1"], results, "per_second", whom))
    for title, cells, metric in (
            ("One connection: p50, ms", SINGLES[:1], "p50_ms"),
            ("One connection, three brokers: p50, ms", THREE[:1], "p50_ms"),
            ("p99, ms", SINGLES, "p99_ms"),
            ("Batches, 8 connections: records per second", BATCHES, "records_per_second"),
            ("Raw bytes: MB per second", RAW, "mb_per_second"),
            ("Open loop, 997 keys: p99, ms", OPEN, "p99_ms"),
            ("Three brokers: requests per second", THREE[1:5], "per_second"),
            ("Three brokers, batches: records per second", THREE[5:], "records_per_second"),
            ("Round trip 5 ms, 997 keys: requests per second", closed, "per_second"),
            ("Round trip 5 ms, 997 keys: p99, ms", closed, "p99_ms"),
            ("Behind a network, open loop: p50, ms", open_loop, "p50_ms")):
        _bars(page, title, _rows(cells, results, metric, plain))
    _steps(page, "Cost against size: CPU µs per record", results)
    return page.svg()
