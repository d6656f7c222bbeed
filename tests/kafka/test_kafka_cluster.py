"""Tests of the test cluster, on which other tests rely."""

import contextlib
import subprocess

import pytest
from kafka_cluster import KafkaCluster, KafkaToolError


def kcat(kafka, *arguments, data=None):
    return subprocess.run(["kcat", "-b", kafka.bootstrap_servers, *arguments], input=data,
                          stdout=subprocess.PIPE, check=True).stdout


def test_the_tool_reads_records_that_kcat_writes(kafka, one_partition):
    kcat(kafka, "-P", "-t", one_partition, "-k", "k", "-H", "h=v", data=b"hello\n")
    (record,) = kafka.read(one_partition)
    assert (record.key, record.value, record.headers) == (b"k", b"hello", [("h", b"v")])
    assert kafka.tool.count(one_partition) == 1


def test_a_dump_has_what_a_read_has(kafka, topic, tmp_path):
    kcat(kafka, "-P", "-t", topic, "-K", ":", "-Z", "-p", "1", data=b"a:1\nb:\n:3\n")
    kcat(kafka, "-P", "-t", topic, "-p", "0", data=b"first\n")
    dumped = sorted(kafka.tool.dump(topic, tmp_path / "dump"), key=lambda record: record[:2])
    assert dumped == [(r.partition, r.offset, r.key, r.value) for r in kafka.read(topic)]
    assert {(key, value) for _, _, key, value in dumped} == {
        (b"a", b"1"), (b"b", None), (None, b"3"), (None, b"first")}


def test_a_topic_does_not_come_into_being_by_being_named(kafka):
    with pytest.raises(KafkaToolError):
        kafka.tool.describe("never-created")


def test_the_java_partitioner_answers_the_same_for_the_same_key(java_client):
    first = java_client.partitions_of_keys([b"a", b"b", b"c", b"a"], 1000)
    assert first[0] == first[3]
    assert len(set(first)) == 3


def test_a_killed_broker_is_missed_and_comes_back():
    with KafkaCluster(1) as kafka:
        topic = kafka.create_topic()
        kcat(kafka, "-P", "-t", topic, data=b"before\n")
        kafka.brokers[0].kill()
        assert not kafka.brokers[0].accepts()
        kafka.brokers[0].start()
        kafka.wait_ready()
        assert [record.value for record in kafka.read(topic)] == [b"before"]
        process = kafka.brokers[0]._process
    assert process.poll() is not None


@pytest.mark.slow
def test_three_brokers_elect_another_leader():
    with KafkaCluster(3) as kafka:
        topic = kafka.create_topic()
        (before,) = kafka.tool.describe(topic)
        assert sorted(before["replicas"]) == [1, 2, 3]
        kafka.brokers[before["leader"] - 1].stop()
        (after,) = kafka.tool.describe(topic)
        assert after["leader"] not in (before["leader"], -1)
        with contextlib.suppress(ProcessLookupError):
            kafka.brokers[after["leader"] - 1].pause()
            kafka.brokers[after["leader"] - 1].resume()
