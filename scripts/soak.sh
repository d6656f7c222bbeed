# shellcheck shell=bash
# ./dev soak [ARGUMENTS…]: a gateway under steady load, watched for what grows.

# shellcheck source=scripts/bench.sh
source scripts/bench.sh

main_soak() {
  prepare_bench
  exec python3 bench/driver/soak.py "$@"
}
