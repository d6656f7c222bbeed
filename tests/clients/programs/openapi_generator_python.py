"""The client that openapi-generator makes for Python."""

import json
import sys

import gateway_client
from gateway_client import (BatchRecord, BatchRequest, BatchWithDefaults, ProducerRecord, RecordHeader,
                            RecordHeaders)

url, topic = sys.argv[1:]
records = gateway_client.RecordsApi(
    gateway_client.ApiClient(gateway_client.Configuration(host=url)))


def failure_of(batch):
    try:
        records.send_batch(BatchRequest(batch))
    except gateway_client.ApiException as error:
        return error.status, error.data.actual_instance
    raise AssertionError("it was stored")


sent = records.send_record(ProducerRecord(topic=topic, key="order-1042", value={"total": 99.5}))
batch = records.send_batch(BatchRequest(BatchWithDefaults(topic=topic, messages=[
    BatchRecord(key="order-1", value=None),
    BatchRecord(value="shipped",
                headers=RecordHeaders([RecordHeader(name="trace", value="warehouse")])),
])))
raw = records.send_raw(topic, body=b"\x00\xff\n\x01")
refused, problem = failure_of([ProducerRecord(topic="__consumer_offsets", value=1)])
failed, results = failure_of([ProducerRecord(topic=topic, partition=99, value=1)])
print(json.dumps({
    "sent": [sent.status, sent.topic, sent.partition, sent.offset],
    "batch": [batch.status, batch.succeeded,
              *(result.actual_instance.offset for result in batch.results)],
    "raw": [raw.actual_instance.status, raw.actual_instance.offset],
    "refused": [refused, problem.code, problem.retriable, problem.persistence,
                problem.errors[0].pointer],
    "failed": [failed, results.failed, results.results[0].actual_instance.error.code],
}))
