# shellcheck shell=bash
# ./dev test: every test, step by step; a failed step does not stop later ones. The last lines have the
# result of each step.

readonly STEPS=(unit asan tsan integration contract clients edge robustness browser observability bench package)

main_test() {
  local quick=false step
  local -a only=() chosen=()
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --quick)
        quick=true
        export GATEWAY_CLIENTS=quick
        ;;
      --only)
        [[ " ${STEPS[*]} " == *" ${2:-} "* ]] || die "--only takes one of: ${STEPS[*]}"
        only+=("$2")
        shift
        ;;
      *) die "test: unknown argument '$1'; it takes --quick and --only STEP" ;;
    esac
    shift
  done
  for step in "${STEPS[@]}"; do
    if [[ ${#only[@]} -gt 0 && " ${only[*]} " != *" $step "* ]]; then continue; fi
    if $quick && [[ "$step" == [at]san ]]; then continue; fi
    chosen+=("$step")
  done
  run_steps "${chosen[@]}"
}

# Runs each step in a separate shell; its output is also kept in build/test/STEP.log.
run_steps() {
  local step status started failed=0
  local -a lines=()
  mkdir -p build/test
  for step in "$@"; do
    say "test: $step"
    started=$SECONDS
    status=0
    # Not `if step…`: a condition would disable errexit inside it.
    set +e
    (
      set -e
      "step_$step"
    ) 2>&1 | tee "build/test/$step.log"
    status=${PIPESTATUS[0]}
    set -e
    lines+=("$(printf '%-12s %-7s %4ss  %s' "$step" "$(verdict "$status")" \
      "$((SECONDS - started))" "$(closing_line "build/test/$step.log")")")
    [[ $status -eq 0 ]] || failed=$((failed + 1))
  done
  printf '\n'
  printf '%s\n' "${lines[@]}"
  if [[ $failed -gt 0 ]]; then
    printf '\nFAILED: %d of %d steps; their output is in build/test/\n' "$failed" "$#"
    return 1
  fi
  printf '\nPASSED: %d steps\n' "$#"
}

verdict() { if [[ $1 -eq 0 ]]; then printf 'passed'; else printf 'FAILED'; fi; }

# The summary lines of ctest and pytest, joined.
closing_line() {
  grep -E '^([0-9]+% tests passed|=+ .*(passed|failed|skipped|error|no tests ran).* =+)' "$1" |
    sed -E 's/^=+ //; s/ =+$//' | paste -sd '|' | sed 's/|/; /g'
}

unit_tests() {
  ensure_build_packages "$1"
  build_preset "$1"
  # Vectors that are too large for the tree: tests that use them are skipped where this is not there.
  [[ -z "${GATEWAY_TEST_DATA:-}" && -d ../shared/data ]] && export GATEWAY_TEST_DATA="$ROOT/../shared/data"
  (cd "build/$1" && ctest --output-on-failure --no-tests=error -j "$(nproc)")
}

step_unit() { unit_tests dev; }

# halt_on_error: a finding fails its test.
step_asan() {
  ASAN_OPTIONS=halt_on_error=1:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 \
    unit_tests asan
  ASAN_OPTIONS=halt_on_error=1:detect_stack_use_after_return=1 under_load asan
}

step_tsan() {
  local options=halt_on_error=1:second_deadlock_stack=1
  [[ -f tests/support/cpp/tsan.supp ]] && options+=":suppressions=$ROOT/tests/support/cpp/tsan.supp"
  export TSAN_OPTIONS="$options"
  unit_tests tsan
  under_load tsan
}

# The whole program of a preset under load: a finding ends it, which fails the test.
under_load() {
  ensure_packages openssl:openssl
  ensure_venv
  GATEWAY_BINARY="$ROOT/build/$1/kafka-gateway" build/venv/bin/python -m pytest tests/edge/test_mixed_load.py \
    tests/edge/test_no_crossing.py tests/edge/test_drain.py tests/edge/test_reloads.py
}

# python_tests DIRECTORY [PACKAGE…]: pytest with the dev build against a real Kafka.
python_tests() {
  local directory="$1"
  shift
  if [[ ! -d "$directory" ]]; then
    printf '==== no tests ran: there is no %s ====\n' "$directory"
    return 0
  fi
  ensure_build_packages dev
  ensure_packages kcat curl zstd:zstd "$@"
  build_preset dev kafka-gateway
  fetch_swagger_ui
  prepare_kafka
  ensure_venv
  build/venv/bin/python -m pytest "$directory"
}

step_integration() { python_tests tests/integration openssl:openssl; }
step_contract() { python_tests tests/contract openssl:openssl nodejs:node; }

# Clients generated from the document; --quick skips those that take long to build. A client for
# which Debian's Go or Node.js is too old is skipped with a message.
step_clients() {
  local -a tools=(maven:mvn npm:npm nodejs:node)
  [[ "${GATEWAY_CLIENTS:-}" == quick ]] || tools+=(golang-go:go)
  python_tests tests/clients "${tools[@]}"
}

# Slow clients, many connections and exhaustion, in one minute; set GATEWAY_EDGE=full for the full size.
step_edge() {
  ensure_build_packages dev
  ensure_packages slowhttptest openssl:openssl
  build_preset dev kafka-gateway
  ensure_venv
  build/venv/bin/python -m pytest tests/edge
}

# Every fault for some seconds; `./dev robustness` applies them for longer.
step_robustness() {
  ensure_build_packages release
  build_preset bench relay
  GATEWAY_ROBUSTNESS=short python_tests tests/robustness iproute2:ss haproxy:haproxy nginx-light:nginx
}

step_browser() {
  python_tests tests/browser chromium:chromium fonts-dejavu-core npm:npm nginx-light:nginx
}

# /metrics, alerts and dashboard with a real Prometheus: half a minute.
step_observability() { python_tests tests/observability prometheus:promtool openssl:openssl; }

# Builds every program of the benchmark and tests its load generator and relay; measures nothing.
step_bench() {
  ensure_build_packages release
  build_preset bench
  ensure_venv
  build/venv/bin/python -m pytest -c tests/pytest.ini bench/test
}

# Builds the Debian package and uses it in a bare root; without root it only builds.
step_package() {
  # shellcheck source=scripts/package.sh
  source scripts/package.sh
  if [[ $EUID -eq 0 ]]; then main_package; else main_package --no-check; fi
}
