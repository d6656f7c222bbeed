"""The client that openapi-python-client makes."""

import io
import json
import sys

from gateway_openapi_python_client import Client
from gateway_openapi_python_client.api.records import send_batch, send_raw, send_record
from gateway_openapi_python_client.models import (
    BatchRecord, BatchResult, BatchWithDefaults, Problem, ProducerRecord, RecordFailed, RecordHeader,
    RecordStored, SendResult)
from gateway_openapi_python_client.types import File

url, topic = sys.argv[1:]
client = Client(base_url=url)


def typed(value, kind):
    assert isinstance(value, kind), value
    return value


sent = typed(send_record.sync(client=client, body=ProducerRecord(
    topic=topic, key="order-1042", value={"total": 99.5})), SendResult)
batch = typed(send_batch.sync(client=client, body=BatchWithDefaults(topic=topic, messages=[
    BatchRecord(key="order-1", value=None),
    BatchRecord(value="shipped", headers=[RecordHeader(name="trace", value="warehouse")]),
])), BatchResult)
raw = typed(send_raw.sync(topic, client=client, body=File(io.BytesIO(b"\x00\xff\n\x01"))), SendResult)
refused = send_batch.sync_detailed(
    client=client, body=[ProducerRecord(topic="__consumer_offsets", value=1)])
problem = typed(refused.parsed, Problem)
failed = send_batch.sync_detailed(
    client=client, body=[ProducerRecord(topic=topic, partition=99, value=1)])
results = typed(failed.parsed, BatchResult)
print(json.dumps({
    "sent": [sent.status, sent.topic, sent.partition, sent.offset],
    "batch": [batch.status, batch.succeeded,
              *(typed(result, RecordStored).offset for result in batch.results)],
    "raw": [raw.status, raw.offset],
    "refused": [refused.status_code, problem.code, problem.retriable, problem.persistence,
                problem.errors[0].pointer],
    "failed": [failed.status_code, results.failed,
               typed(results.results[0], RecordFailed).error.code],
}))
