# shellcheck shell=bash
# shellcheck disable=SC2154  # deb_version is set in scripts/package.sh
# The relocatable archive: the program of the Debian package with the libraries that other distributions have in
# other versions or not at all. Sourced by scripts/package.sh.
#
# libc, libstdc++ and libgcc stay those of the system: a program works with later versions of them, and they must fit
# each other. Everything finds its libraries relative to itself.
readonly OF_THE_SYSTEM='^(ld-linux.*|libc|libm|libresolv|libdl|libpthread|librt|libstdc\+\+|libgcc_s)\.so'

build_tarball() {
  local name folder
  name="kafka-gateway-${deb_version%%-*}-linux-$(uname -m)"
  folder="$PACKAGE_WORK/$name"
  say "building $name.tar.gz"
  ensure_packages patchelf:patchelf binutils:objdump
  rm -rf "$folder"
  mkdir -p "$folder/lib" "$folder/licenses" "$folder/etc/kafka-gateway"
  DESTDIR='' cmake --install "$PACKAGE_WORK/source/obj" --prefix "$ROOT/$folder" --strip >/dev/null
  bundle_libraries "$folder"
  cp LICENSE "$folder/licenses/kafka-gateway"
  cp -LR /usr/share/common-licenses "$folder/licenses/" # to which the others refer
  sort -u -o "$folder/licenses/VERSIONS" "$folder/licenses/VERSIONS"
  sed 's|/usr/share/|../../share/|' deploy/systemd/appsettings.Production.json \
    >"$folder/etc/kafka-gateway/appsettings.Production.json"
  sed "s|@GLIBC@|$(newest_version GLIBC "$folder")|; s|@GLIBCXX@|$(newest_version GLIBCXX "$folder")|" \
    packaging/tarball.md >"$folder/README.md"
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(source_time)" -C "$PACKAGE_WORK" -cf - "$name" |
    gzip -n9 >"$PACKAGES/$name.tar.gz"
}

# bundle_libraries FOLDER: copies what the program loads, and the licence of each.
bundle_libraries() {
  local library file
  while read -r library file; do
    if [[ "$library" =~ $OF_THE_SYSTEM ]]; then continue; fi
    cp -L "$file" "$1/lib/$library"
    chmod 644 "$1/lib/$library"
    patchelf --force-rpath --set-rpath "\$ORIGIN" "$1/lib/$library"
    copy_licence "$file" "$1/licenses"
  done < <(ldd "$1/bin/kafka-gateway" | sed -nE 's/^\s*(\S+) => (\/\S+) .*/\1 \2/p')
  patchelf --force-rpath --set-rpath "\$ORIGIN/../lib" "$1/bin/kafka-gateway"
}

# copy_licence LIBRARY FOLDER: what its Debian package says about it.
copy_licence() {
  local package
  package="$(package_of "$1")"
  cp -L "/usr/share/doc/$package/copyright" "$2/$package"
  # shellcheck disable=SC2016  # dpkg-query's own variables
  dpkg-query -W -f '${Package} ${Version}, made of ${source:Package} ${source:Version}\n' "$package" >>"$2/VERSIONS"
}

# package_of FILE: dpkg may know it by its name before /lib became /usr/lib.
package_of() {
  local path
  path="$(realpath "$1")"
  { dpkg -S "$path" 2>/dev/null || dpkg -S "${path#/usr}"; } | head -n 1 | cut -d: -f1
}

# newest_version GLIBC FOLDER: the newest version of that library's symbols that anything in the archive needs.
newest_version() {
  find "$2/bin" "$2/lib" -type f -exec objdump -T {} + 2>/dev/null | grep -oE "\b$1_[0-9.]+" | sort -uV | tail -n 1 |
    sed 's/.*_//'
}
