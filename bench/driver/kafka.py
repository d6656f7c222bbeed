"""A real Kafka to measure with: started, warmed up, with topics that are counted."""

import contextlib
import functools
import re
import shutil
import tempfile

from kafka_cluster import BUILD, KafkaCluster
from programs import load, run_json

PARTITIONS = 6
# What is measured is the gateway, not how fast a disk takes what nobody will read: a broker that first writes to
# a page of an index may wait 45 ms for one, for each partition. So the data is in memory where there is enough.
MEMORY = "/dev/shm"
MEMORY_BYTES = 12 << 30


@functools.cache  # one place for a whole run, and what the report says of it
def data_home():
    """Where Kafka's data goes; None: where temporary files are."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage(MEMORY).free >= MEMORY_BYTES:
            return MEMORY
    return None


class BenchKafka:
    """A cluster whose brokers are warm. A cold JVM is five times slower, so it is loaded for a while
    before anything counts. A context manager."""

    def __init__(self, brokers, proxies=False):
        self.brokers = brokers
        retention = {"log.retention.bytes": 256 << 20, "log.segment.bytes": 64 << 20,
                     "log.retention.check.interval.ms": 5000, "log.segment.delete.delay.ms": 1000}
        # Its own folder goes with it also if the cluster does not come up.
        self.directory = tempfile.TemporaryDirectory(prefix="kafka-", dir=data_home(), ignore_cleanup_errors=True)
        self.cluster = KafkaCluster(brokers, self.directory.name, proxies=proxies, properties=retention,
                                    java_options=("-Xmx1g",))
        self.bootstrap_servers = None

    def __enter__(self):
        self.cluster.start()
        self.bootstrap_servers = self.cluster.bootstrap_servers
        return self

    def __exit__(self, *_):
        self.cluster.stop()
        self.directory.cleanup()

    def topic(self, partitions=PARTITIONS):
        return self.cluster.create_topic(partitions=partitions)

    def pids(self):
        """Of the brokers and of the client that counts."""
        return [process.pid for process in
                [*(broker._process for broker in self.cluster.brokers), self.cluster.tool._process]]

    def count(self, topic):
        return self.cluster.tool.count(topic)

    def warm_up(self, url, topic, seconds):
        """Small and large batches through the gateway and straight from librdkafka."""
        part = seconds / 4
        common = {"topic": topic, "duration": part, "warmup": 0}
        load(url, connections=64, keys=997, **common)
        load(url, connections=8, format="batch", records=1000, keys=997, minimal=True, **common)
        load(url, connections=512, keys=1, **common)
        run_json("kafka_floor", brokers=self.bootstrap_servers, outstanding=64, keys=997, **common)


def kafka_version():
    for jar in BUILD.glob("jars/kafka-clients-*.jar"):
        return re.search(r"clients-(.*)\.jar", jar.name).group(1)
    return "unknown"
