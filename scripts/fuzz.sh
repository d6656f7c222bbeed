# shellcheck shell=bash
# ./dev fuzz TARGET SECONDS: runs one libFuzzer target under address and undefined behaviour sanitizers;
# ./dev fuzz all SECONDS: runs each in turn, for so many seconds each. A target is tests/fuzz/TARGET_fuzzer.cc;
# the table below lists its further sources.

# TARGET | further sources (globs) | pkg-config modules
fuzz_table() {
  local connection="src/api/http/net/connection.cc src/api/http/net/connection_[dhi]*.cc src/api/http/net/re*.cc src/api/http/net/answer_sender.cc src/api/http/net/streamed_answer.cc src/api/http/net/completion_queue.cc src/api/http/net/peer_progress.cc src/api/http/h1/response_writer.cc src/api/http/h1/framer.cc src/api/http/h1/*parser.cc src/api/http/h1/*decoder.cc src/api/http/message.cc src/api/http/re*.cc src/service/*/*.cc"
  local service="src/service/*/*.cc src/service/auth/*/*.cc"
  local jwks="src/infra/tokens/jwk_set.cc src/infra/tokens/strict_json.cc src/infra/crypto/openssl_key.cc"
  cat <<TABLE
produce_request | src/api/codec/*.cc src/api/json/*.cc src/api/native/*.cc src/api/format/path_parameters.cc src/api/tracing/propagated_fields.cc src/api/tracing/propagated_headers.cc src/api/media/negotiation.cc src/api/http/message.cc src/api/problem/*.cc src/api/tracing/trace_headers.cc src/service/*/*.cc | simdjson
framer | src/api/http/h1/framer.cc src/api/http/h1/*parser.cc src/api/http/h1/*decoder.cc src/api/http/message.cc src/service/*/*.cc | zlib libzstd
connection | $connection | zlib libzstd
response_stream | $connection | zlib libzstd
body_reader | $connection | zlib libzstd
decoder | src/api/http/h1/body_decoder.cc src/api/http/message.cc | zlib libzstd
token | $service src/infra/tokens/json_token_parser.cc src/infra/tokens/strict_json.cc |
jwk_set | $service $jwks | openssl
access_file | $service src/infra/tokens/*.cc src/infra/access/*.cc src/infra/crypto/*.cc src/infra/http_client/*.cc src/infra/config/*.cc src/infra/config/sources/*.cc src/infra/config/table/*.cc src/infra/config/values/*.cc src/infra/os/system_clock.cc | openssl libcurl libcrypt libsodium
basic | $service |
certificate_names | $service src/api/http/net/certificate_names.cc src/api/http/message.cc src/api/http/ip_address.cc src/api/pipeline/trusted_proxies.cc | openssl
TABLE
}

main_fuzz() {
  local target="${1:-}" seconds="${2:-60}" row sources modules
  if [[ -z "$target" ]]; then
    fuzz_table | cut -d'|' -f1
    return 0
  fi
  if [[ "$target" == all ]]; then
    fuzz_table | while read -r row _; do main_fuzz "$row" "$seconds" || exit 1; done
    return
  fi
  [[ -f "tests/fuzz/${target}_fuzzer.cc" ]] || die "fuzz: there is no tests/fuzz/${target}_fuzzer.cc"
  [[ "$seconds" =~ ^[0-9]+$ ]] || die "fuzz: '$seconds' is not a number of seconds"
  row="$(fuzz_table | grep -E "^$target +\|")" || die "fuzz: add a row for '$target' in scripts/fuzz.sh"
  IFS='|' read -r _ sources modules <<<"$row"
  ensure_build_packages release
  ensure_packages clang-14 libclang-rt-14-dev
  build_fuzzer "$target" "$sources" "$modules"
  run_fuzzer "$target" "$seconds"
}

# Without -fno-sanitize-recover an undefined-behaviour finding would exit with 0.
build_fuzzer() {
  local target="$1" glob
  local -a files=() flags=()
  for glob in $2; do
    # shellcheck disable=SC2206  # a glob is meant to expand; one without a match falls away
    compgen -G "$glob" >/dev/null && files+=($glob)
  done
  # shellcheck disable=SC2086  # a list of modules
  [[ -z "${3// /}" ]] || read -r -a flags <<<"$(pkg-config --cflags --libs $3)"
  mkdir -p build/fuzz
  say "building build/fuzz/$target of ${#files[@]} sources"
  clang++-14 -std=c++20 -g -O1 -fno-omit-frame-pointer \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -Isrc -Itests "tests/fuzz/${target}_fuzzer.cc" "${files[@]}" \
    "${flags[@]}" -o "build/fuzz/$target"
}

# New inputs go to build/fuzz; the seeds of tests/fuzz/corpus/TARGET are read only.
run_fuzzer() {
  local target="$1" seeds="tests/fuzz/corpus/$1"
  local -a corpora=("build/fuzz/$target.corpus") options=()
  mkdir -p "${corpora[0]}" "build/fuzz/$target.findings"
  [[ -d "$seeds" ]] && corpora+=("$seeds")
  [[ -f "tests/fuzz/$target.dict" ]] && options+=("-dict=tests/fuzz/$target.dict")
  say "fuzzing $target for $2 s; findings go to build/fuzz/$target.findings"
  "build/fuzz/$target" "${options[@]}" -seed=1 -max_total_time="$2" -timeout=5 -max_len=4096 -rss_limit_mb=1024 \
    -print_final_stats=1 -verbosity=0 "-artifact_prefix=build/fuzz/$target.findings/" "${corpora[@]}"
}
