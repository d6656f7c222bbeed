#!/usr/bin/env bash
# check_refusals.sh SOURCE: ./dev package says in one sentence why it cannot work here.
set -euo pipefail
cd "$1"

# refuses TEXT COMMAND…: the command fails, and its only line has the text.
refuses() {
  local text="$1" printed
  shift
  if printed="$("$@" 2>&1)"; then
    printf 'no refusal of: %s\n' "$*"
    exit 1
  fi
  [[ "$printed" == *"$text"* && "$printed" != *$'\n'* ]] || {
    printf '%s\nis not one sentence with: %s\n' "$printed" "$text"
    exit 1
  }
}

nobody=()
[[ $EUID -ne 0 ]] || nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
refuses "needs root; run it as root, or only build with --no-check" "${nobody[@]}" ./dev package
refuses "unknown argument '--frobnicate'; it takes --no-check" ./dev package --frobnicate

scratch="$(mktemp)"
trap 'rm -f "$scratch"' EXIT
for other in 'ubuntu 22.04' 'debian 11' 'fedora 41'; do
  printf 'ID=%s\nVERSION_ID="%s"\nVERSION_CODENAME=x\n' "${other% *}" "${other#* }" >"$scratch"
  # shellcheck disable=SC2016  # for the other shell
  refuses "this is $other, and packages are built on Debian 12 or 13" \
    bash -c 'set -e; source scripts/common.sh; source scripts/package.sh; choose_suite "$1"' bash "$scratch"
done
