#!/usr/bin/env bash
# ./dev fresh [12|13] [--test]: tests the first start on a bare Debian in a folder (debootstrap and
# chroot; needs root). Clones the committed tree into it, times `./dev run` from nothing to the
# first answered send, and again when everything is built; --test adds `./dev test --quick`. Fails
# above the limits below. Deletes the folder at the end, but only after all mounts in it are
# unmounted.
set -euo pipefail

readonly COLD_LIMIT_SECONDS=240 BUILT_LIMIT_SECONDS=2
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT"
# shellcheck source=scripts/common.sh
source scripts/common.sh

release=12 with_test=false
for argument in "$@"; do
  case "$argument" in
    12 | 13) release="$argument" ;;
    --test) with_test=true ;;
    *) die "fresh: unknown argument '$argument'; it takes 12 or 13, and --test" ;;
  esac
done
case "$release" in 12) suite=bookworm ;; 13) suite=trixie ;; esac
[[ $EUID -eq 0 ]] || die "fresh: debootstrap and chroot need root"
ensure_packages debootstrap:debootstrap git:git curl:curl

machine="$(mktemp -d "${TMPDIR:-/tmp}/kafka-gateway-debian$release.XXXXXX")"
chmod 755 "$machine" # otherwise apt, which drops its privileges, cannot read it

mounts_inside() { awk -v dir="$machine" '$2 == dir || index($2, dir "/") == 1 { print $2 }' /proc/self/mounts | tac; }

# The output of ./dev run inside is kept here.
mkdir -p build/fresh
logs="$ROOT/build/fresh/debian$release"

# Processes that still run inside, found by their root directory.
processes_inside() {
  local root
  for root in /proc/[0-9]*/root; do
    if [[ "$(readlink "$root")" == "$machine" ]]; then basename "${root%/root}"; fi
  done 2>/dev/null
}

clean_up() {
  local point process
  trap '' INT TERM
  while [[ -n "$(processes_inside)" ]]; do
    for process in $(processes_inside); do kill -KILL "$process" 2>/dev/null; done
    sleep 0.1
  done
  while read -r point; do umount "$point" || umount -l "$point"; done < <(mounts_inside)
  if [[ -n "$(mounts_inside)" ]]; then
    warn "still mounted, so not deleted: $machine"
  else
    rm -rf --one-file-system "$machine"
  fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

in_machine() { chroot "$machine" /usr/bin/env HOME=/root LC_ALL=C.UTF-8 "$@"; }

install_debian() {
  say "installing Debian $release ($suite) in $machine"
  # A mount of its own, so that `./dev package` can make mount namespaces in the chroot.
  mount --bind "$machine" "$machine"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$machine" \
    >"$logs-install.log" 2>&1 || {
    tail -n 20 "$logs-install.log" >&2
    die "debootstrap failed"
  }
  mount -t proc proc "$machine/proc"
  mount --bind /dev "$machine/dev"
  mount -t devpts devpts "$machine/dev/pts"
}

# Network configuration of this machine: resolver, apt's transport, npm, pip, Maven, certificates.
# The environment is inherited.
share_network() {
  local file
  cp -L /etc/resolv.conf "$machine/etc/resolv.conf"
  apt-config dump | grep -E '^Acquire::(https?|ftp|Check)[^ ]* "[^"]+"' >"$machine/etc/apt/apt.conf.d/90host" || true
  for file in "$HOME/.npmrc" /etc/pip.conf "$HOME/.m2/settings.xml" "$HOME/.config/pip/pip.conf"; do
    if [[ -f "$file" ]]; then install -D -m 600 "$file" "$machine/${file/#$HOME//root}"; fi
  done
  if compgen -G '/usr/local/share/ca-certificates/*' >/dev/null; then
    cp -L /usr/local/share/ca-certificates/* "$machine/usr/local/share/ca-certificates/"
    in_machine update-ca-certificates >/dev/null 2>&1
  fi
}

clone_tree() {
  [[ -z "$(git status --porcelain)" ]] || warn "uncommitted changes are not part of this"
  git clone --quiet --no-hardlinks "$ROOT" "$machine/srv/kafka-gateway"
}

# run_until_answered LOG: starts `./dev run` and sends until an answer says Success; sets `took`.
run_until_answered() {
  local log="$1" started=$EPOCHREALTIME url answer gateway
  : >"$log"
  # Not with in_machine: a background function runs in a separate shell, which would get the signal
  # below instead of the gateway.
  chroot "$machine" /usr/bin/env HOME=/root LC_ALL=C.UTF-8 \
    bash -c 'cd /srv/kafka-gateway && exec ./dev run --Http:Port=0' >"$log" 2>&1 </dev/null &
  gateway=$!
  while true; do
    kill -0 "$gateway" 2>/dev/null || {
      tail -n 40 "$log" >&2
      die "./dev run ended early"
    }
    url="$(sed -nE 's/^ *Swagger UI +(http.*)\/swagger\/$/\1/p' "$log")"
    if [[ -n "$url" ]]; then
      answer="$(curl -sS --max-time 5 "$url/api/kafka/send" -H 'Content-Type: application/json' \
        -d '{"topic":"orders","key":"k","value":{"id":1}}' 2>&1)" || true
      [[ "$answer" == *'"Success"'* ]] && break
    fi
    sleep 0.05
  done
  took="$(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }')"
  curl -sSf --max-time 5 -o /dev/null "$url/swagger/" || die "Swagger UI is not served"
  kill -TERM "$gateway"
  local status=0
  wait "$gateway" || status=$?
  [[ $status -eq 0 ]] || die "the gateway ended with $status"
}

within() { # NAME LIMIT
  say "Debian $release, $1: $took s to the first answered send (at most $2 s; load $(cut -d' ' -f1 /proc/loadavg) on $(nproc) cores)"
  awk -v a="$took" -v b="$2" 'BEGIN { exit !(a <= b) }' && return
  warn "fresh: $1 took longer than $2 s"
  too_slow=true
}

install_debian
share_network
clone_tree
took=0 too_slow=false
run_until_answered "$logs-cold.log"
within "./dev run from nothing" "$COLD_LIMIT_SECONDS"
run_until_answered "$logs-built.log"
within "./dev run when built" "$BUILT_LIMIT_SECONDS"
if $with_test; then
  in_machine bash -c 'cd /srv/kafka-gateway && ./dev test --quick' </dev/null
fi
! $too_slow || die "fresh: Debian $release took longer than allowed; see above"
