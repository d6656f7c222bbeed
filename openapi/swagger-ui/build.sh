#!/bin/sh
# Usage: build.sh OUT_DIR
#
# Fills OUT_DIR with the files that the gateway serves at /swagger/: those of the pinned
# swagger-ui-dist that a page needs, with a page and a start script of our own. npm works in
# OUT_DIR.work, never in the source tree, and runs no script of any package (one of them reports
# installations). A second call with nothing changed does nothing.
set -eu

if [ $# -ne 1 ] || [ -z "$1" ]; then
  echo "usage: $0 OUT_DIR" >&2
  exit 64
fi
source_dir=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=${1%/}
work=$out.work
ours='index.html swagger-initializer.js'
theirs='swagger-ui.css swagger-ui-bundle.js swagger-ui-bundle.js.LICENSE.txt
  swagger-ui-standalone-preset.js swagger-ui-standalone-preset.js.LICENSE.txt
  favicon-16x16.png favicon-32x32.png LICENSE NOTICE'

# shellcheck disable=SC2086  # lists of names
stamp=$(cd "$source_dir" && cat build.sh package.json package-lock.json $ours | cksum)
if [ -f "$work/stamp" ] && [ "$(cat "$work/stamp")" = "$stamp" ]; then
  missing=''
  for file in $ours $theirs; do [ -f "$out/$file" ] || missing=$file; done
  [ -n "$missing" ] || exit 0
fi

mkdir -p "$work"
cp "$source_dir/package.json" "$source_dir/package-lock.json" "$work/"
if ! (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >npm.log 2>&1); then
  cat "$work/npm.log" >&2
  echo "$0: npm could not install swagger-ui-dist; is the package registry reachable?" >&2
  exit 1
fi

# Fills a folder next to OUT_DIR and then renames it, so that OUT_DIR is never half filled.
rm -rf "$work/out"
mkdir "$work/out"
for file in $ours; do cp "$source_dir/$file" "$work/out/"; done
for file in $theirs; do cp "$work/node_modules/swagger-ui-dist/$file" "$work/out/"; done
chmod 644 "$work/out"/*
rm -rf "$out"
mv "$work/out" "$out"
echo "$stamp" >"$work/stamp"
