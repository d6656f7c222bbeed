"""Swagger UI and the gateway's pages in a real browser, at the gateway's own address and behind a proxy that
adds a prefix to every path."""

import re

import pytest


def test_a_record_sent_from_swagger_ui_is_stored(visit):
    assert visit["sendStatus"] == "200"
    answer = visit["sendAnswer"]
    assert (answer["status"], answer["topic"]) == ("Success", "orders")
    assert answer["partition"] >= 0 and answer["offset"] >= 0


@pytest.mark.parametrize("what", ["rawFile", "rawText"])
def test_raw_bytes_sent_from_swagger_ui_are_stored(visit, what):
    assert visit[what]["status"] == 200, visit[what]
    assert visit[what]["answer"]["topic"] == "sensor-readings"


def test_swagger_ui_shows_every_operation(visit, embedded_gateway):
    paths = embedded_gateway.http.get("/openapi.json").json()["paths"]
    assert visit["operations"] == sum(len(item) for item in paths.values())


def test_no_request_leaves_the_gateway(visit, site):
    assert len(visit["requests"]) > 10
    assert [url for url in visit["requests"] if not url.startswith(site)] == []


def test_every_link_leads_to_a_page_of_the_gateway(visit, site):
    assert len(visit["links"]) > 35
    astray = {link: status for link, status in visit["links"].items()
              if status != 200 or not link.startswith(site)}
    assert astray == {}


@pytest.mark.parametrize("path", ["swagger", "problems"])
def test_a_path_without_its_slash_leads_to_the_one_with_it(visit, site, path):
    assert visit["redirects"][f"/{path}"] == f"{site}{path}/"


def test_the_browser_has_nothing_to_complain_about(visit):
    assert visit["complaints"] == []


def test_every_page_opens(visit):
    assert set(visit["statuses"].values()) == {200}


def test_an_injected_script_neither_runs_nor_talks_to_another_host(visit):
    assert visit["brokeOut"] == {"inline": False, "talked": False}
    text = " ".join(visit["violations"])
    assert re.search("script-src|inline", text) and "connect-src" in text, text


@pytest.mark.parametrize("path", ["/", "/problems/", "/problems/delivery-timeout"])
def test_the_pages_of_the_gateway_allow_no_script_at_all(visit, path):
    assert visit["policies"][path].startswith("default-src 'none'; style-src")


def test_the_landing_page_says_what_the_embedded_broker_is(visit):
    assert "keeps nothing" in visit["landing"]


def test_a_problem_page_has_its_title(visit):
    assert visit["problem"] == "Kafka did not confirm in time"
