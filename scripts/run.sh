# shellcheck shell=bash
# ./dev run: from a bare Debian to a running gateway. Finally the gateway replaces this script (exec), so that
# each signal reaches it once and its exit code is returned.

readonly SWAGGER_LOG=build/swagger-ui.log

main_run() {
  ensure_build_packages release
  ensure_packages kcat curl
  mkdir -p build
  # npm and its packages take as long as the compiler, so both run in parallel.
  fetch_swagger_ui >"$SWAGGER_LOG" 2>&1 &
  local swagger=$!
  build_preset release kafka-gateway
  wait "$swagger" ||
    warn "Swagger UI could not be fetched (see $SWAGGER_LOG); /swagger/ stays empty, all else works"

  export GATEWAY_ENVIRONMENT="${GATEWAY_ENVIRONMENT:-Development}"
  # `announce` looks for two lines in the gateway's log, and then becomes `cat`.
  exec build/release/kafka-gateway "$@" 2> >(announce "$(bootstrap_servers "$@")")
}

# The brokers named by the arguments or the environment; nothing if there are none or "embedded".
bootstrap_servers() {
  local argument found="${Kafka__BootstrapServers:-}"
  for argument in "$@"; do
    case "${argument,,}" in --kafka:bootstrapservers=*) found="${argument#*=}" ;; esac
  done
  if [[ "$found" != embedded ]]; then printf '%s' "$found"; fi
}

# announce BOOTSTRAP: copies the gateway's log from its input to standard error; as soon as the
# gateway listens and the brokers are known, prints the next commands.
announce() {
  local bootstrap="$1" url="" line address='([0-9]+\.){3}[0-9]+:[0-9]+'
  trap '' INT TERM # ends when the gateway closes its log, after copying the last line
  while [[ -z "$url" || -z "$bootstrap" ]] && IFS= read -r line; do
    printf '%s\n' "$line" >&2
    if [[ "$line" == *listening* && "$line" =~ https?://[][0-9A-Za-z.:-]+ ]]; then
      url="${BASH_REMATCH[0]}"
    fi
    if [[ "$line" == *embedded-kafka* && "$line" =~ $address(,$address)* ]]; then
      bootstrap="${bootstrap:-${BASH_REMATCH[0]}}"
    fi
  done
  if [[ -n "$url" && -n "$bootstrap" ]]; then hints "$url" "$bootstrap"; fi
  exec cat >&2
}

hints() {
  cat >&2 <<HINTS

  Swagger UI   $1/swagger/

  Send         curl -sS $1/api/kafka/send -H 'Content-Type: application/json' \\
                 -d '{"topic":"orders","key":"customer-1","value":{"id":1,"text":"hello"}}'

  Read back    kcat -b $2 -C -t orders -o beginning -e -f '%p/%o key=%k %s\\n'

  Stop         Ctrl-C: what was accepted is delivered first

HINTS
}
