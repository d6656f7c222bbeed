"""Spans that a collector receives, and the trace context of records in Kafka."""

import os
import shutil
import subprocess
import time

import pytest
from gateway_process import binary
from otlp_collector import OtlpCollector

MODULE = binary().parent / "kafka-gateway-tracing.so"
needs_module = pytest.mark.skipif(
    not MODULE.exists(),
    reason=f"no {MODULE.name}: opentelemetry-cpp-dev was not there when the gateway was built")

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def collector():
    """A collector for this test alone."""
    server = OtlpCollector()
    yield server
    server.close()


@pytest.fixture
def start_traced(kafka, start_gateway, collector):
    """A gateway that exports to `collector`; the keywords are further OTEL_ variables."""

    def start(servers=kafka.bootstrap_servers, enabled=True, **variables):
        gateway = start_gateway(
            servers, settings={"Tracing:Enabled": str(enabled).lower(), "Logging:Access": "all"},
            environment={"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
                         "OTEL_BSP_SCHEDULE_DELAY": "100", **variables})
        gateway.await_ready()
        return gateway

    return start


def trace_headers(record):
    return {name: value.decode() for name, value in record.headers if name.startswith("trace")}


@needs_module
def test_a_collector_gets_the_request_and_the_send_and_the_record_says_where_it_came_from(
        kafka, start_traced, collector, one_partition):
    gateway = start_traced()
    answer = gateway.http.post_json("/api/kafka/send", {"topic": one_partition, "value": "v"},
                                    {"traceparent": PARENT, "tracestate": "vendor=1"})
    assert answer.status == 200, answer
    server, send = sorted(collector.await_spans(2), key=lambda span: span.kind, reverse=True)
    assert (server.name, server.kind) == ("POST /api/kafka/send", "SERVER")
    assert (send.name, send.kind) == (f"send {one_partition}", "PRODUCER")
    assert server.trace_id == send.trace_id == PARENT.split("-")[1]
    assert server.parent == PARENT.split("-")[2]
    assert send.parent == server.span_id
    assert server.tracestate == send.tracestate == "vendor=1"
    assert server.attributes["http.response.status_code"] == 200
    assert server.attributes["http.route"] == server.attributes["url.path"] == "/api/kafka/send"
    assert server.attributes["client.address"] == "127.0.0.1"
    assert send.attributes == {
        "messaging.system": "kafka", "messaging.operation.name": "send",
        "messaging.operation.type": "send", "messaging.destination.name": one_partition,
        "messaging.destination.partition.id": "0", "messaging.kafka.offset": 0}
    assert 0 < send.seconds <= server.seconds < 30
    assert server.resource["service.name"] == "kafka-gateway"
    assert server.resource["service.version"]
    assert not server.failed and not send.failed

    record, = kafka.read(one_partition)
    assert trace_headers(record) == {"traceparent": send.traceparent, "tracestate": "vendor=1"}
    line, = [line for line in gateway.events("request")
             if line.get("url.path") == "/api/kafka/send"]
    assert (line["trace_id"], line["span_id"]) == (server.trace_id, server.span_id)


@needs_module
def test_a_request_without_a_trace_begins_one_and_a_batch_has_a_span_for_each_topic(
        kafka, start_traced, collector):
    topics = [kafka.create_topic(), kafka.create_topic()]
    gateway = start_traced()
    answer = gateway.http.send_batch(
        [{"topic": topics[0], "value": 1}, {"topic": topics[1], "value": 2},
         {"topic": topics[0], "value": 3}, {"topic": topics[1], "value": 4, "partition": 99}])
    assert answer.status == 207, answer
    spans = {span.name: span for span in collector.await_spans(3)}
    assert spans["POST /api/kafka/send/batch"].parent == ""
    assert spans["POST /api/kafka/send/batch"].attributes["error.type"] == "PartitionNotFound"
    first, second = (spans[f"send {topic}"] for topic in topics)
    assert first.attributes["messaging.batch.message_count"] == 2
    assert (first.failed, second.failed) == (False, True)
    assert second.attributes["error.type"] == "PartitionNotFound"
    for topic, span in zip(topics, (first, second)):
        for record in kafka.read(topic):
            assert trace_headers(record) == {"traceparent": span.traceparent}


@needs_module
def test_the_variables_of_opentelemetry_hold(start_traced, collector, one_partition):
    gateway = start_traced(
        OTEL_SERVICE_NAME="orders-edge", OTEL_RESOURCE_ATTRIBUTES="deployment.environment=test",
        OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20t", OTEL_TRACES_SAMPLER="wrong")
    assert gateway.http.send(topic=one_partition, value="v").status == 200
    span = collector.await_spans(2)[0]
    assert span.resource["service.name"] == "orders-edge"
    assert span.resource["deployment.environment"] == "test"
    path, fields = collector.requests[0]
    assert path == "/v1/traces"
    assert {name.lower(): value for name, value in fields.items()}["authorization"] == "Bearer t"
    warning = gateway.await_event("tracing-variable")
    assert (warning["variable"], warning["value"]) == ("OTEL_TRACES_SAMPLER", "wrong")
    assert warning["service.name"] == "orders-edge"


@needs_module
def test_json_is_spoken_too(start_traced, collector, one_partition):
    gateway = start_traced(OTEL_EXPORTER_OTLP_PROTOCOL="http/json")
    assert gateway.http.send(topic=one_partition, value="v").status == 200
    collector.await_that(lambda: collector.documents)
    spans = collector.documents[0]["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert f"send {one_partition}" in [span["name"] for span in spans]


@needs_module
def test_an_unsampled_trace_context_is_passed_on_unchanged(
        kafka, start_traced, collector, one_partition):
    gateway = start_traced(OTEL_TRACES_SAMPLER="parentbased_traceidratio",
                           OTEL_TRACES_SAMPLER_ARG="0")
    left_out = PARENT[:-2] + "00"
    for headers in ({"traceparent": left_out}, {}, {"traceparent": PARENT}):
        answer = gateway.http.post_json(
            "/api/kafka/send", {"topic": one_partition, "value": "v"}, headers)
        assert answer.status == 200, answer
    spans = collector.await_spans(2)
    assert gateway.stop() == 0
    assert len(spans) == 2, "only that of the last request, whose caller records"
    send, = [span for span in spans if span.kind == "PRODUCER"]
    assert [trace_headers(record) for record in kafka.read(one_partition)] == [
        {"traceparent": left_out}, {}, {"traceparent": send.traceparent}]


@needs_module
def test_probes_are_not_traced_and_what_is_left_is_exported_at_the_end(
        start_traced, collector, one_partition):
    gateway = start_traced(OTEL_BSP_SCHEDULE_DELAY="600000")
    for target in ("/health", "/health/live", "/health/ready", "/metrics"):
        assert gateway.http.get(target).status == 200
    assert gateway.http.send(topic=one_partition, value="v").status == 200
    assert not collector.spans
    assert gateway.stop() == 0
    assert sorted(span.kind for span in collector.spans) == ["PRODUCER", "SERVER"]


@pytest.mark.parametrize("enabled, variables", [
    (False, {}), pytest.param(True, {"OTEL_SDK_DISABLED": "TRUE"}, marks=needs_module),
    pytest.param(True, {"OTEL_TRACES_EXPORTER": "none"}, marks=needs_module)])
def test_with_tracing_off_the_trace_context_is_still_passed_on_to_kafka(
        kafka, start_traced, collector, one_partition, enabled, variables):
    gateway = start_traced(enabled=enabled, **variables)
    for headers in ({"traceparent": PARENT}, {"traceparent": PARENT.upper(), "tracestate": "a=b"}):
        answer = gateway.http.post_json(
            "/api/kafka/send", {"topic": one_partition, "value": "v"}, headers)
        assert answer.status == 200, answer
    assert gateway.stop() == 0
    assert not collector.requests
    assert [trace_headers(record) for record in kafka.read(one_partition)] == [
        {"traceparent": PARENT}, {}], "what is not well-formed is not carried"
    lines = [line for line in gateway.events("request") if line.get("url.path") == "/api/kafka/send"]
    assert [line.get("trace_id") for line in lines] == [PARENT.split("-")[1], None]


@needs_module
def test_a_collector_that_never_answers_delays_no_request(kafka, start_gateway, one_partition):
    silent = OtlpCollector(silent=True)
    try:
        gateway = start_gateway(
            kafka.bootstrap_servers, settings={"Tracing:Enabled": "true"},
            environment={"OTEL_EXPORTER_OTLP_ENDPOINT": silent.url,
                         "OTEL_EXPORTER_OTLP_TIMEOUT": "60s", "OTEL_BSP_SCHEDULE_DELAY": "100",
                         "OTEL_BSP_MAX_QUEUE_SIZE": "16", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "4"})
        gateway.await_ready()
        for _ in range(100):
            assert gateway.http.send(topic=one_partition, value="v").status == 200
        silent.await_that(lambda: silent.requests)
        started = time.monotonic()
        assert gateway.stop() == 0
        assert time.monotonic() - started < 10
        assert len(gateway.events("spans-lost")) == 1
        assert len(gateway.events("tracing-problem")) <= 2, "a full queue has it complain at every span"
    finally:
        silent.close()


@needs_module
def test_an_unreachable_collector_is_logged_once_per_minute(kafka, start_gateway, one_partition):
    gateway = start_gateway(
        kafka.bootstrap_servers, settings={"Tracing:Enabled": "true"},
        environment={"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1",
                     "OTEL_BSP_SCHEDULE_DELAY": "20"})
    gateway.await_ready()
    for _ in range(20):
        assert gateway.http.send(topic=one_partition, value="v").status == 200
        time.sleep(0.02)
    first = gateway.await_event("tracing-problem")
    assert gateway.events("tracing-problem") == [first]
    assert gateway.stop() == 0
    _, more = gateway.events("tracing-problem")
    assert more["repeated"] > 0


def test_without_its_module_it_does_not_start_and_says_why(tmp_path):
    lonely = tmp_path / "kafka-gateway"
    shutil.copy(binary(), lonely)
    done = subprocess.run(
        [lonely, "--Tracing:Enabled=true", "--Kafka:BootstrapServers=127.0.0.1:1", "--Http:Port=0"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20,
        check=False, cwd=tmp_path, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 78, done.stdout
    assert b"opentelemetry-cpp-dev" in done.stdout
