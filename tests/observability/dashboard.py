"""The Grafana dashboard as data: its panels and their queries."""

import json
import pathlib
import re

DASHBOARD = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "grafana" / "kafka-gateway.json"


def load():
    return json.loads(DASHBOARD.read_text())


def panels(dashboard=None):
    """The panels that show data; rows do not."""
    return [panel for panel in (dashboard or load())["panels"] if panel["type"] != "row"]


def expression(query, window="10s"):
    """The expression as Grafana would send it, for all gateways."""
    for name, value in {"$__rate_interval": window, "$job": ".*", "$instance": ".*"}.items():
        query = query.replace(name, value)
    return query


def legend(form, labels):
    """Fills the labels of a series into Grafana's legendFormat."""
    return re.sub(r"\{\{ *(\w+) *\}\}", lambda match: labels.get(match[1], ""), form).strip()
