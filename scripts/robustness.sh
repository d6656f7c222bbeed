# shellcheck shell=bash
# ./dev robustness [--short] [PYTEST ARGUMENTS…]: faults under load against three real brokers, with the
# release build (or $GATEWAY_BINARY), and a table of the results. The long form runs each fault with several
# numbers of producers and with a network of 5 ms; to select one of these, add -k 16-producers or -k default.

main_robustness() {
  export GATEWAY_ROBUSTNESS=long
  if [[ "${1:-}" == --short ]]; then
    GATEWAY_ROBUSTNESS=short
    shift
  fi
  if [[ -z "${GATEWAY_BINARY:-}" ]]; then
    ensure_build_packages release
    build_preset release kafka-gateway
    export GATEWAY_BINARY="$ROOT/build/release/kafka-gateway"
  fi
  ensure_build_packages release
  build_preset bench relay
  prepare_kafka
  ensure_packages iproute2:ss haproxy:haproxy nginx-light:nginx
  ensure_venv
  build/venv/bin/python -m pytest tests/robustness "$@"
}
