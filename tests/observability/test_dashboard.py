"""Every query of the dashboard has an answer from a gateway under load."""

import dashboard
import pytest
from prometheus_server import CONFIGURED, metrics_in

QUERIES = [pytest.param(target["expr"], id=f"{panel['title']}-{target['refId']}")
           for panel in dashboard.panels() for target in panel["targets"]]


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_has_an_answer(observed, query):
    # Distributions end with the load.
    assert observed.prometheus.query_range(dashboard.expression(query), observed.end - 10, observed.end, 0.5)


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_names_metrics_that_there_are(observed, query):
    names = metrics_in(query)
    assert names
    assert names - CONFIGURED <= observed.samples


def test_the_dashboard_meets_the_requirements_of_grafana():
    found = dashboard.load()
    variables = {variable["name"]: variable for variable in found["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    ids = [panel["id"] for panel in found["panels"]]
    assert len(ids) == len(set(ids))
    for panel in dashboard.panels(found):
        assert panel["datasource"]["uid"] == "${datasource}"
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert all("$job" in target["expr"] for target in panel["targets"])


def test_no_two_panels_share_a_place():
    taken = set()
    for panel in dashboard.load()["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
