"""The alerts are well formed, fire when they should, are explained, and use metrics that exist."""

import pathlib
import re
import subprocess
import time

import pytest
import yaml
from prometheus_server import CONFIGURED, ROOT, RULES, metrics_in

TESTS = pathlib.Path(__file__).with_name("alerts_test.yml")
ALERTS = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
NAMES = [rule["alert"] for rule in ALERTS]


def promtool(*arguments):
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_are_well_formed():
    promtool("check", "rules", str(RULES))


def test_they_fire_and_stay_silent_when_they_should():
    promtool("test", "rules", str(TESTS))


@pytest.mark.parametrize("name", NAMES)
def test_each_has_a_firing_and_a_silent_case(name):
    cases = [case for test in yaml.safe_load(TESTS.read_text())["tests"]
             for case in test["alert_rule_test"] if case["alertname"] == name]
    assert {bool(case.get("exp_alerts")) for case in cases} == {True, False}


@pytest.mark.parametrize("rule", ALERTS, ids=NAMES)
def test_each_is_explained(rule):
    annotations = rule["annotations"]
    assert annotations["summary"] and annotations["description"]
    assert rule["labels"]["severity"] in ("critical", "warning")
    document, anchor = annotations["runbook_url"].split("#")
    assert anchor == rule["alert"].lower()
    assert re.search(rf"^#+ {rule['alert']}$", (ROOT / document).read_text(), re.MULTILINE)


@pytest.mark.parametrize("rule", ALERTS, ids=NAMES)
def test_each_is_about_metrics_that_there_are(observed, rule):
    names = metrics_in(rule["expr"])
    assert names - CONFIGURED <= observed.samples
    assert names or rule["alert"] == "KafkaGatewayDown"  # which uses Prometheus's own metrics


def test_prometheus_takes_them_and_none_fires_on_a_healthy_gateway(observed, locked_out_gateway):
    deadline = time.monotonic() + 10
    while True:
        (group,) = observed.prometheus.ask("rules")["groups"]
        rules = {rule["name"]: rule for rule in group["rules"]}
        if all(rule["health"] == "ok" for rule in rules.values()):
            break
        assert time.monotonic() < deadline, rules
        time.sleep(0.2)
    assert set(rules) == set(NAMES)
    firing = [alert["labels"] for rule in rules.values() for alert in rule["alerts"]
              if alert["state"] == "firing" and alert["labels"].get("instance") != locked_out_gateway.management]
    assert firing == []
