# shellcheck shell=bash
# ./dev lint: formatting and static analysis; every warning is an error. Clang is pinned to 14, Debian
# 12's version, because other versions format and warn differently.

main_lint() {
  ensure_build_packages dev
  ensure_packages clang-format-14 clang-tidy-14 shellcheck python3:python3
  check_shell
  check_units
  check_format
  check_guards
  check_tidy
  say "lint: clean"
}

check_shell() {
  local -a scripts
  mapfile -t scripts < <(git ls-files -co --exclude-standard -z -- dev .ci/run '*.sh' |
    xargs -0 grep -lE '^#!/(usr/bin/env bash|bin/(ba)?sh)|^# shellcheck shell=bash')
  say "shellcheck: ${#scripts[@]} scripts"
  shellcheck -x "${scripts[@]}"
}

# systemd's own opinion of the units. Their binary is not installed here, which is all that verify may report.
check_units() {
  local unit complaints
  (ensure_packages systemd:systemd-analyze) || {
    warn "there is no systemd-analyze, so deploy/systemd is not checked"
    return 0
  }
  say "systemd-analyze: deploy/systemd"
  for unit in deploy/systemd/*.service; do
    complaints="$(systemd-analyze verify --man=no "$unit" 2>&1 |
      grep -v '/usr/bin/kafka-gateway is not executable')" || true
    [[ -z "$complaints" ]] || die "$complaints"
    systemd-analyze security --offline=true --threshold=15 "$unit" >/dev/null ||
      die "$unit: systemd-analyze security finds it more exposed than 1.5"
  done
}

check_format() {
  local -a sources
  mapfile -t sources < <(git ls-files -co --exclude-standard -- '*.cc' '*.h')
  say "clang-format: ${#sources[@]} files"
  clang-format-14 --dry-run -Werror "${sources[@]}"
}

# clang-tidy checks locking (-Wthread-safety in .clang-tidy); check_guards.py checks what clang-tidy cannot.
# Both must find the errors planted for them in tests/lint.
check_guards() {
  say "guards: shared state that is not annotated"
  expect_planted members.h scripts/lint/check_guards.py tests/lint
  expect_planted unguarded_access.cc clang-tidy-14 --quiet tests/lint/unguarded_access.cc -- -std=c++20 -Isrc
  scripts/lint/check_guards.py src
}

# expect_planted FILE COMMAND…: COMMAND must report the lines of tests/lint/FILE that end in "refused",
# and no others.
expect_planted() {
  local file="$1" found planted
  shift
  planted="$(sed -n '/refused$/=' "tests/lint/$file")"
  found="$("$@" 2>/dev/null | sed -nE "s|^(.*/)?$file:([0-9]+):.*|\2|p" | sort -nu)" || true
  [[ -n "$planted" && "$found" == "$planted" ]] ||
    die "tests/lint/$file: $1 reports the lines ${found//$'\n'/, }, not ${planted//$'\n'/, }"
}

# clang-tidy on the sources as the dev preset compiles them, one process per core. (Tests have only
# the compiler's warnings: GoogleTest's macros alone take clang-tidy ten seconds per file.) A clean
# file is not checked again until its content, one of our headers, the rules or the build change
# (build/lint).
check_tidy() {
  local -a sources=() dirty=()
  local file state
  build_preset dev
  mkdir -p build/lint
  mapfile -t sources < <(sed -nE "s|^ *\"file\": \"$ROOT/(src/[^\"]+)\".*|\1|p" \
    build/dev/compile_commands.json | sort -u)
  state="$({ git ls-files -co --exclude-standard -z -- .clang-tidy '*.h' '*CMakeLists.txt' '*.cmake' |
    xargs -0 cat; } | sha256sum)"
  for file in "${sources[@]}"; do
    if [[ "$(tidy_stamp "$state" "$file")" != "$(cat "$(tidy_stamp_file "$file")" 2>/dev/null)" ]]; then
      dirty+=("$file")
    fi
  done
  say "clang-tidy: ${#dirty[@]} of ${#sources[@]} files to look at"
  [[ ${#dirty[@]} -gt 0 ]] || return 0
  export -f tidy_one tidy_stamp tidy_stamp_file
  printf '%s\0' "${dirty[@]}" |
    xargs -0 -n 1 -P "$(nproc)" bash -c 'tidy_one "$@"' tidy "$state"
}

tidy_stamp_file() { printf 'build/lint/%s' "${1//\//_}"; }
tidy_stamp() { { printf '%s\n' "$1" && cat "$2"; } | sha256sum; }

# tidy_one STATE FILE
tidy_one() {
  local output
  if output="$(clang-tidy-14 -p build/dev --quiet "$2" 2>/dev/null)"; then
    tidy_stamp "$1" "$2" >"$(tidy_stamp_file "$2")"
  else
    printf '%s\n' "$output" >&2
    return 1
  fi
}
