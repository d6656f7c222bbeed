"""/metrics of a gateway under load: its format and its correctness."""

import re
import subprocess
import time
import urllib.request

import pytest


def test_promtool_has_nothing_against_them(observed):
    checked = subprocess.run(["promtool", "check", "metrics"], input=observed.text.encode(),
                             capture_output=True, timeout=20)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_every_family_says_what_it_is(observed):
    helps = re.findall(r"^# HELP (\S+) (.*)$", observed.text, re.MULTILINE)
    assert len(helps) == len({name for name, _ in helps}), "a family is there twice"
    assert all(text.endswith(".") for _, text in helps)


def test_labels_are_bounded(observed):
    """No label names a partition, a bootstrap address, or a topic that does not exist."""
    assert "partition=" not in observed.text
    assert 'broker="-1"' not in observed.text
    series = [line for line in observed.text.splitlines() if not line.startswith("#")]
    assert len(series) < 700


def value(observed, expression):
    ((_, found),) = observed.prometheus.query(expression)
    return found


def test_prometheus_scrapes_every_gateway(observed):
    assert value(observed, "sum(up)") == 3
    assert value(observed, "sum(kafka_gateway_ready)") == 2


def test_a_gateway_that_kafka_does_not_let_in_says_why(observed):
    assert observed.prometheus.query('kafka_gateway_kafka_access{state!="Ok"} == 1')


@pytest.mark.parametrize("use", ["client", "authority"])
def test_the_certificates_for_kafka_expire_when_they_say(observed, use):
    name = "kafka_gateway_kafka_certificate_expiry_timestamp_seconds"
    assert 89.9 < value(observed, f'({name}{{use="{use}"}} - time()) / 86400') <= 90


def test_the_keys_of_an_issuer_are_there_after_a_failure(observed):
    assert value(observed, "kafka_gateway_issuer_keys") == 1
    assert value(observed, "kafka_gateway_issuer_key_fetch_failures_total") >= 1
    assert 0 <= value(observed, "kafka_gateway_issuer_keys_age_seconds") < 300


def test_stages_add_up_to_no_more_than_the_whole(observed):
    # From one scrape, because the gateway counts each request in all four stages.
    def mean(stage):
        name = "kafka_gateway_stage_duration_seconds"
        total, count = (
            float(re.search(rf'^{name}_{part}{{stage="{stage}"}} (\S+)$', observed.text,
                            re.MULTILINE)[1]) for part in ("sum", "count"))
        assert count > 100
        return total / count
    parts = {stage: mean(stage) for stage in ("parse", "held", "broker")}
    assert all(part > 0 for part in parts.values())
    assert sum(parts.values()) <= mean("total") * 1.02, parts


def test_librdkafka_sent_what_was_delivered(observed):
    expression = "sum(rdkafka_tx_messages_total) - sum(kafka_gateway_records_total{result='delivered'})"
    deadline = time.monotonic() + 10  # statistics and scrapes follow a moment later
    while (difference := value(observed, expression)) != 0:
        assert time.monotonic() < deadline, difference
        time.sleep(0.2)


def test_the_last_delivery_was_just_now(observed):
    assert 0 < value(observed, "time() - max(kafka_gateway_last_delivery_timestamp_seconds)") < 60


def test_the_certificate_expires_when_it_says(observed):
    days = value(observed, "(kafka_gateway_tls_certificate_expiry_timestamp_seconds - time()) / 86400")
    assert 29.9 < days <= 30


def test_without_tls_nothing_is_said_of_a_certificate(observed):
    assert "certificate" not in observed.text


def test_a_problem_is_counted_by_its_code(gateway):
    pattern = rb'kafka_gateway_problems_total{code="RouteNotFound",class="4xx"} (\d+)'
    before = int(re.search(pattern, gateway.http.get("/metrics").body)[1])
    assert gateway.http.get("/nowhere").status == 404
    assert int(re.search(pattern, gateway.http.get("/metrics").body)[1]) == before + 1


def test_the_build_says_its_revision(tls_gateway):
    with urllib.request.urlopen(f"http://{tls_gateway.management}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    assert re.search(r'kafka_gateway_build_info{[^}]*revision="[^"]*"[^}]*} 1', text)
