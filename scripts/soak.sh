# shellcheck shell=bash
# ./dev soak [ARGUMENTS…]: checks that nothing grows in a gateway under steady load.

# shellcheck source=scripts/bench.sh
source scripts/bench.sh

main_soak() {
  prepare_bench
  exec python3 bench/driver/soak.py "$@"
}
