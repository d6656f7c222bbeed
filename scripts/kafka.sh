# shellcheck shell=bash
# ./dev kafka [--brokers N]: a real Kafka in the foreground, for people.

main_kafka() {
  prepare_kafka
  ensure_packages python3:python3 kcat
  exec /usr/bin/env python3 tests/kafka/kafka_cluster.py "$@"
}
