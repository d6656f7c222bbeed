"""Topics change under load: they are deleted and created again, and get more partitions."""

import time

from case import PARTITIONS, scaled, wait_for
from ledger import STORED


def test_a_topic_is_deleted_and_made_again(case):
    run = case("topic deleted and made again")
    with run.load():
        for _ in range(scaled(1, 3)):
            time.sleep(scaled(0.5, 3))
            deleted = time.monotonic()
            run.cluster.tool.delete_topic(run.topic)
            wait_for(lambda: any(r.fate != STORED and r.sent > deleted
                                 for r in run.ledger.update().records[-200:]), "a failure of the deleted topic")
            run.cluster.create_topic(run.topic, partitions=PARTITIONS)
            run.await_replicas()
            made_again = time.monotonic()
            run.await_stored()
        time.sleep(scaled(0.5, 5))
    run.finish(erased_before=made_again)


def test_partitions_are_added(case):
    run = case("partitions added", settings={"Kafka:MetadataRefreshMs": 1000})
    with run.load():
        time.sleep(scaled(0.5, 3))
        run.partitions = PARTITIONS + 3
        run.cluster.tool.ask("add-partitions", topic=run.topic, partitions=run.partitions)
        run.await_stored()
        time.sleep(scaled(0.5, 3))
    run.finish(keys_stay=False)
