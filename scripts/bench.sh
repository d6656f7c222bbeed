# shellcheck shell=bash
# ./dev bench [ARGUMENTS…]: builds the gateway and the load generator, fetches Kafka, and runs
# bench/driver.

main_bench() {
  prepare_bench
  exec python3 bench/driver "$@"
}

prepare_bench() {
  ensure_build_packages release
  build_preset bench kafka-gateway load kafka_floor epoll_floor make_topics relay
  prepare_kafka
  ensure_packages python3:python3
}
