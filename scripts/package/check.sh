#!/usr/bin/env bash
# check.sh SUITE PACKAGES WORK: installs and uses the Debian package in PACKAGES in a bare root of SUITE, as an
# administrator does: upgrade from a version before, with a changed configuration and no terminal; start as
# the unit does; send; stop; purge. Then starts the relocatable archive there, and the image.
# Needs root. WORK keeps the logs.
#
# Everything happens in mount and process namespaces, whose end unmounts and kills whatever is in them.
set -euo pipefail
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$ROOT"
# shellcheck source=scripts/common.sh
source scripts/common.sh

# run_in_namespaces SUITE PACKAGES WORK: this script again, with a folder for the root, which is deleted at the end
# and after a signal.
run_in_namespaces() {
  local status=0
  folder="$(mktemp -d "${TMPDIR:-/tmp}/kafka-gateway-package.XXXXXX")"
  chmod 755 "$folder" # otherwise apt, which drops its privileges, cannot read it
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  unshare --mount --pid --fork --kill-child=KILL --mount-proc --propagation private \
    "${BASH_SOURCE[0]}" "$@" "$folder" </dev/null &
  namespaces=$!
  wait "$namespaces" || status=$?
  return "$status"
}

clean_up() {
  trap '' INT TERM
  kill -KILL "${namespaces:-}" 2>/dev/null && wait "$namespaces" 2>/dev/null
  rm -rf --one-file-system "$folder"
}

# The suite from this machine's own sources of packages, with its proxies and keys.
make_root() {
  local -a sources
  mapfile -t sources < <(grep -lE "(^|[[:space:]])$suite([[:space:]]|\$)" /etc/apt/sources.list \
    /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null)
  [[ ${#sources[@]} -gt 0 ]] || die "package: apt of this machine has no source of $suite"
  apt-config dump | grep -E '^Acquire::(https?|ftp|Check)[^ ]* "[^"]+"' >"$folder/apt.conf" || true
  mmdebstrap --quiet --mode=root --variant=minbase --skip=cleanup/apt/lists --include=ca-certificates --aptopt="$folder/apt.conf" \
    "$suite" "$root" "${sources[@]}" >"$work/root.log" 2>&1 || {
    tail -n 20 "$work/root.log" | cut -c -300 >&2
    die "package: mmdebstrap failed"
  }
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  mount -t proc proc "$root/proc"
}

in_root() { chroot "$root" /usr/bin/env HOME=/root LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@" </dev/null; }

apt() {
  in_root DEBIAN_FRONTEND=noninteractive apt-get -y -o Dpkg::Use-Pty=0 "$@" >"$work/apt.log" 2>&1 || {
    tail -n 20 "$work/apt.log" >&2
    die "package: apt-get $* failed"
  }
}

# A version before this one: another default, and fewer files.
make_version_before() {
  local old="$folder/old"
  dpkg-deb -R "$deb" "$old"
  sed -i -E 's/^Version: .*/Version: 0.0.1-1/' "$old/DEBIAN/control"
  sed -i 's/"Threads": 0/"Threads": 1/' "$old/usr/share/kafka-gateway/appsettings.json"
  rm "$old/usr/share/kafka-gateway/access.schema.json"
  dpkg-deb -b "$old" "$root/srv/before.deb" >/dev/null
  rm -rf "$old"
}

# The names of all files that a package may leave, without those of apt, dpkg and logs.
files_of_root() {
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./srv -o -path ./tmp -o \
    -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/cache -o -path ./var/log \) -prune -o -print | sort)
}

# expect_line TEXT COMMAND…: the command prints this line.
expect_line() {
  local text="$1" printed
  shift
  printed="$(in_root "$@")" || die "package: $* failed: $printed"
  grep -qxF -- "$text" <<<"$printed" || die "package: $* does not print '$text'"
}

check_upgrade() {
  local file=/etc/kafka-gateway/appsettings.Production.json
  make_version_before
  say "package: install the version before, change its configuration, upgrade"
  apt install --no-install-recommends /srv/before.deb
  in_root test -e /etc/systemd/system/multi-user.target.wants/kafka-gateway.service ||
    die "package: the service is not enabled"
  sed -i 's/"Port": 8080/"Port": 8123/' "$root$file"
  expect_line "Http:Port = 8123  (file $file)" kafka-gateway --print-config
  expect_line "Http:Threads = 1  (file /usr/share/kafka-gateway/appsettings.json)" kafka-gateway --print-config
  apt install --no-install-recommends /srv/new.deb
  ! grep -q 'Configuration file' "$work/apt.log" || die "package: the upgrade asks what to do with the configuration"
  expect_line "Http:Port = 8123  (file $file)" kafka-gateway --print-config
  expect_line "Http:Threads = 0  (default)" kafka-gateway --print-config
  expect_line "The configuration is valid." kafka-gateway --check-config
  in_root test -e /usr/share/man/man8/kafka-gateway.8.gz || die "package: there is no man page"
}

# use_gateway NAME [VARIABLE=VALUE…] COMMAND…: starts it by `inside`, as a user without rights, with the embedded
# broker; sends a record; asks for its health; stops it. Its log is NAME.log.
use_gateway() {
  local log="$work/$1.log" gateway url="" answer status=0
  local -a variables=(Kafka__BootstrapServers=embedded Logging__Format=json)
  shift
  while [[ "$1" == *=* ]]; do
    variables+=("$1")
    shift
  done
  say "package: $*"
  /usr/bin/env -i "${variables[@]}" Http__Port=0 "${inside[@]}" "$@" >"$log" 2>&1 </dev/null &
  gateway=$!
  while [[ -z "$url" ]]; do
    kill -0 "$gateway" 2>/dev/null || die "package: the gateway ended early: $(tail -n 5 "$log")"
    url="$(sed -nE 's/.*"event":"listening".*"url":"([^"]*)".*/\1/p' "$log")"
    sleep 0.05
  done
  url="http://127.0.0.1:${url##*:}"
  while answer="$(curl -sS --max-time 10 "$url/api/kafka/send" -H 'Content-Type: application/json' \
    -d '{"topic":"orders","key":"k","value":{"id":1}}')" && [[ "$answer" == *'"retriable":true'* ]]; do
    sleep 0.05
  done
  [[ "$answer" == *'"status":"Success"'* ]] || die "package: the answer is $answer"
  printf '%s\n' "$answer" >&2
  curl -sSf --max-time 10 -o /dev/null "$url/swagger/swagger-ui-bundle.js" || die "package: Swagger UI is not served"
  /usr/bin/env -i "${variables[@]}" Http__Port="${url##*:}" "${inside[@]}" "$@" --health-check=ready ||
    die "package: --health-check finds it not ready"
  kill -TERM "$gateway"
  wait "$gateway" || status=$?
  [[ $status -eq 0 ]] || die "package: after SIGTERM the gateway ended with $status"
}

# The command and the variables of the installed unit.
check_service() {
  local unit
  local -a command variables
  unit="$(find "$root/lib/systemd/system" "$root/usr/lib/systemd/system" -name kafka-gateway.service -print -quit)"
  read -ra command < <(sed -n 's/^ExecStart=//p' "$unit")
  mapfile -t variables < <(sed -n 's/^Environment=//p' "$unit")
  use_gateway service "${variables[@]}" "${command[@]}"
}

check_purge() {
  local left
  say "package: purge"
  apt purge --autoremove kafka-gateway
  left="$(comm -13 "$folder/files" <(files_of_root))"
  [[ -z "$left" ]] || die "package: the purge leaves:
$left"
}

# The archive, where none of its libraries is installed.
check_tarball() {
  local folder
  tar -xf "$tarball" -C "$root/opt"
  folder="/opt/$(basename "$tarball" .tar.gz)"
  in_root test ! -e "/usr/lib/$(uname -m)-linux-gnu/librdkafka.so.1" || die "package: the root has librdkafka already"
  expect_line "The configuration is valid." "$folder/bin/kafka-gateway" --check-config
  use_gateway archive "$folder/bin/kafka-gateway"
}

# The image, with its own user, variables and command, a read-only root and no way to get a capability.
check_image() {
  local tree="$folder/image"
  local -a settings
  mkdir "$tree"
  mapfile -t settings < <(scripts/package/unpack_image.py "$image" "$tree")
  [[ ${#settings[@]} -gt 1 ]] || die "package: the image cannot be unpacked"
  mount --bind "$tree" "$tree"
  mount -t proc proc "$tree/proc"
  mount -o remount,bind,ro "$tree"
  inside=(/usr/bin/setpriv --no-new-privs /usr/sbin/chroot --userspec="${settings[0]}" "$tree")
  use_gateway image "${settings[@]:1}"
}

if [[ $# -eq 3 ]]; then
  run_in_namespaces "$@"
  exit
fi
suite="$1" work="$3" folder="$4"
root="$folder/root"
inside=(/usr/sbin/chroot --userspec=65534:65534 "$root")
deb="$(find "$2" -name 'kafka-gateway_*.deb')"
tarball="$(find "$2" -name 'kafka-gateway-*.tar.gz')"
image="$(find "$2" -name 'kafka-gateway-*-oci.tar')"
say "package: a bare root of $suite"
make_root
cp "$deb" "$root/srv/new.deb"
files_of_root >"$folder/files"
check_upgrade
check_service
check_purge
check_tarball
check_image
say "package: installed, upgraded, used and purged on $suite; the archive and the image work, too"
