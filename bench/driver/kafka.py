"""A real Kafka for measurements: starts it, warms it up, and counts the records of topics."""

import contextlib
import functools
import re
import shutil
import tempfile

from kafka_cluster import BUILD, KafkaCluster
from programs import load, run_json

PARTITIONS = 6
# The figures should be those of the gateway, not of a disk: at its first write to each partition, a broker may
# wait 45 ms for a page of the index. So the data is in memory if there is enough.
MEMORY = "/dev/shm"
MEMORY_BYTES = 12 << 30


@functools.cache  # the folder of the whole run, which the report names
def data_home():
    """The folder for Kafka's data; None: that of temporary files."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage(MEMORY).free >= MEMORY_BYTES:
            return MEMORY
    return None


class BenchKafka:
    """A cluster whose brokers are warm: a cold JVM is five times slower, so it gets load for a while before the
    first measurement. A context manager."""

    def __init__(self, brokers, proxies=False):
        self.brokers = brokers
        retention = {"log.retention.bytes": 256 << 20, "log.segment.bytes": 64 << 20,
                     "log.retention.check.interval.ms": 5000, "log.segment.delete.delay.ms": 1000}
        # Removes the folder even if the cluster does not start.
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
        """The process ids of the brokers and of the client that counts records."""
        return [process.pid for process in
                [*(broker._process for broker in self.cluster.brokers), self.cluster.tool._process]]

    def count(self, topic):
        return self.cluster.tool.count(topic)

    def warm_up(self, url, topic, seconds):
        """Sends small and large batches through the gateway and directly with librdkafka."""
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
