# shellcheck shell=bash
# shellcheck disable=SC2154  # deb_version is set in scripts/package.sh
# The container image: the Debian package and the libraries that it needs, and nothing else, so that there is no
# shell and no package manager in it. Needs neither root nor a container engine. Sourced by scripts/package.sh.

build_image() {
  local tree="$PACKAGE_WORK/image" archive
  archive="$PACKAGES/kafka-gateway-${deb_version%%-*}-oci.tar"
  say "building $archive"
  ensure_packages ca-certificates
  rm -rf "$tree"
  mkdir -p "$tree/var/lib/dpkg/status.d" "$tree"/{dev,proc,sys,tmp} # on which engines mount
  dpkg-deb -x "$PACKAGES"/kafka-gateway_"$deb_version"_*.deb "$tree"
  # For people and for systemd. Configuration is mounted, or comes in variables.
  rm -rf "${tree:?}"/lib "$tree"/usr/lib/systemd "$tree"/usr/share/{man,lintian} "$tree"/etc/kafka-gateway/* \
    "$tree"/usr/share/doc/kafka-gateway/{examples,*.gz}
  dpkg-deb -f "$PACKAGES"/kafka-gateway_"$deb_version"_*.deb >"$tree/var/lib/dpkg/status.d/kafka-gateway"
  copy_system_libraries "$tree"
  make_etc "$tree"
  write_image "$tree" "$archive" >&2
  write_image "$tree" "$PACKAGE_WORK/again.tar" >/dev/null
  cmp "$archive" "$PACKAGE_WORK/again.tar" || die "package: two images of the same files differ"
}

write_image() { packaging/oci_image.py "$1" "$2" "${deb_version%%-*}" "$(git rev-parse HEAD)" "$(source_time)"; }

# copy_system_libraries TREE: what the loader loads, at the same paths, with what dpkg knows of their packages, which
# scanners for known faults read.
copy_system_libraries() {
  local file package
  mkdir -p "$1/usr/lib" "$1/usr/lib64"
  ln -s usr/lib "$1/lib"
  ln -s usr/lib64 "$1/lib64"
  while read -r file; do
    mkdir -p "$1$(dirname "$file")"
    cp -L "$file" "$1$file"
    package="$(package_of "$file")"
    mkdir -p "$1/usr/share/doc/$package"
    cp -L "/usr/share/doc/$package/copyright" "$1/usr/share/doc/$package/"
    dpkg-query -s "$package" >"$1/var/lib/dpkg/status.d/$package"
  done < <(ldd "$1/usr/bin/kafka-gateway" | grep -oE '/[^ ]+')
}

# make_etc TREE: users, names, authorities: those of Debian, not those that this machine has added.
make_etc() {
  printf 'root:x:0:0:root:/:/sbin/nologin\nkafka-gateway:x:65532:65532:kafka-gateway:/:/sbin/nologin\n' >"$1/etc/passwd"
  printf 'root:x:0:\nkafka-gateway:x:65532:\n' >"$1/etc/group"
  printf 'hosts: files dns\n' >"$1/etc/nsswitch.conf"
  cp /etc/os-release "$1/etc/os-release"
  mkdir -p "$1/etc/ssl/certs" "$1/usr/lib/ssl"
  cat /usr/share/ca-certificates/mozilla/*.crt >"$1/etc/ssl/certs/ca-certificates.crt"
  ln -s /etc/ssl/certs/ca-certificates.crt "$1/usr/lib/ssl/cert.pem"
  dpkg-query -s ca-certificates >"$1/var/lib/dpkg/status.d/ca-certificates"
}
