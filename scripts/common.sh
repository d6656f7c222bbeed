# shellcheck shell=bash
# Shared by all ./dev commands: messages, packages, building. Sourced with the root of the tree as the
# working directory; defines only functions.

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
warn() { printf 'warning: %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Prints the given packages that are missing. `name:command` is satisfied by the command, wherever
# it comes from (a newer node, another JDK). Asks only dpkg: no network, a few milliseconds.
missing_packages() {
  local wanted name installed
  local -a names=()
  for wanted in "$@"; do
    name="${wanted%%:*}"
    if [[ "$wanted" != *:* ]] || ! command -v "${wanted#*:}" >/dev/null; then names+=("$name"); fi
  done
  [[ ${#names[@]} -gt 0 ]] || return 0
  # shellcheck disable=SC2016  # dpkg-query's own variables
  installed="$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${names[@]}" 2>/dev/null |
    sed -n 's/^installed //p')" || true
  for name in "${names[@]}"; do
    grep -qxF -- "$name" <<<"$installed" || printf '%s\n' "$name"
  done
}

# Installs missing packages, as root or with sudo; otherwise prints the command to run.
ensure_packages() {
  local -a missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} -gt 0 ]] || return 0
  command -v apt-get >/dev/null ||
    die "this needs Debian packages and there is no apt-get: ${missing[*]}"
  if [[ $EUID -ne 0 ]]; then
    if command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
      as_root=(sudo)
    else
      die "packages are missing and this is neither root nor can it use sudo. As root, run:
  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    fi
  fi
  say "installing ${missing[*]}"
  # With env, because sudo drops variables.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null >&2 ||
    warn "apt-get update failed; continuing with the package lists that exist"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 \
    --no-install-recommends "${missing[@]}" </dev/null >&2 ||
    die "apt-get could not install: ${missing[*]}"
}

# The -dev packages named in the comments of cmake/Dependencies.cmake, so that they are listed once.
library_packages() {
  sed -nE 's/.*# *([a-z0-9.+-]+-dev( +[a-z0-9.+-]+-dev)*) *$/\1/p' cmake/Dependencies.cmake |
    tr -s ' ' '\n' | sort -u
}

# The packages of the tracing module, if apt has them: Debian 13, or 12 with backports. Otherwise
# nothing: the gateway is complete without it, and the tracing tests are skipped.
tracing_packages() {
  local candidate
  candidate="$(apt-cache policy opentelemetry-cpp-dev 2>/dev/null | sed -n 's/^ *Candidate: //p')"
  [[ -z "$candidate" || "$candidate" == "(none)" ]] || printf '%s\n' opentelemetry-cpp-dev libabsl-dev
}

# ensure_build_packages PRESET: a compiler, the build tools and the libraries; GoogleTest only for a
# preset that builds tests.
ensure_build_packages() {
  local -a libraries
  if [[ "$1" == release ]]; then
    mapfile -t libraries < <(library_packages | grep -vxE 'lib(gtest|gmock)-dev')
  else
    mapfile -t libraries < <(library_packages)
    [[ "$1" != dev ]] || mapfile -t -O "${#libraries[@]}" libraries < <(tracing_packages)
  fi
  ensure_packages g++:g++ cmake:cmake ninja-build:ninja pkg-config:pkg-config "${libraries[@]}"
}

# build_preset PRESET [TARGET…]: configures once, and again when the presets change (ninja repeats it
# when CMake files change).
build_preset() {
  local preset="$1"
  local -a launcher=() targets=()
  shift
  if [[ ! -f "build/$preset/build.ninja" || CMakePresets.json -nt "build/$preset/build.ninja" ]]; then
    command -v ccache >/dev/null &&
      launcher=("-DCMAKE_CXX_COMPILER_LAUNCHER=env;CCACHE_BASEDIR=$ROOT;CCACHE_NOHASHDIR=1;ccache")
    say "configuring build/$preset"
    cmake --preset "$preset" "${launcher[@]}" >/dev/null
  fi
  [[ $# -gt 0 ]] && targets=(--target "$@")
  cmake --build "build/$preset" "${targets[@]}" >&2
}

# Swagger UI's files in build/swagger-ui, fetched with npm from the lock file. The script skips work
# that is already done.
fetch_swagger_ui() {
  local script=openapi/swagger-ui/build.sh
  [[ -x $script ]] || return 0
  ensure_packages npm:npm ca-certificates
  $script build/swagger-ui
}

# The virtual environment of the Python tests, recreated when tests/requirements.txt changes.
ensure_venv() {
  local venv=build/venv
  [[ "$venv/.complete" -nt tests/requirements.txt ]] && return 0
  ensure_packages python3-venv ca-certificates
  say "making $venv"
  rm -rf "$venv"
  # Debian's Python, regardless of PATH.
  /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/requirements.txt
  touch "$venv/.complete"
}

# The jars of a real Kafka in build/kafka/jars, and in build/kafka/classes the test client and what the
# tests add to brokers. The second call needs no network and no Maven.
prepare_kafka() {
  local directory=build/kafka
  local built=$directory/classes/RotatingPasswords.class
  ensure_packages default-jdk-headless:javac
  if [[ ! "$directory/jars/.complete" -nt tests/kafka/pom.xml ]]; then
    ensure_packages maven:mvn ca-certificates
    say "fetching Kafka into $directory/jars"
    rm -rf "$directory/jars"
    mvn -q -B -f tests/kafka/pom.xml dependency:copy-dependencies \
      -DoutputDirectory="$ROOT/$directory/jars" -DincludeScope=runtime >&2
    touch "$directory/jars/.complete"
  fi
  if [[ ! -f $built || -n "$(find tests/kafka -name '*.java' -newer $built)" ]]; then
    javac -cp "$directory/jars/*" -d "$directory/classes" tests/kafka/*.java
  fi
}
