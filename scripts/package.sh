# shellcheck shell=bash
# ./dev package: the Debian package for the suite of this machine, a relocatable archive and a container image, with
# checksums and a list of components, in build/packages. Then uses each in a bare root of that suite.

# shellcheck source=scripts/package/tarball.sh
source scripts/package/tarball.sh
# shellcheck source=scripts/package/image.sh
source scripts/package/image.sh

readonly PACKAGES=build/packages PACKAGE_WORK=build/package

main_package() {
  local check=true suite deb_version
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --no-check) check=false ;;
      *) die "package: unknown argument '$1'; it takes --no-check" ;;
    esac
    shift
  done
  if $check && [[ $EUID -ne 0 ]]; then
    die "package: the check in a bare root needs root; run it as root, or only build with --no-check"
  fi
  choose_suite /etc/os-release
  ensure_build_packages release
  ensure_packages debhelper dpkg-dev:dpkg-buildpackage lintian:lintian python3:python3 git:git
  fetch_swagger_ui
  copy_source
  build_deb
  lint_deb
  build_tarball
  build_image
  describe_packages
  if $check; then check_packages; fi
  say "packages in $PACKAGES:"
  ls -l "$PACKAGES" >&2
}

# choose_suite FILE: from os-release(5). A package is of the suite that it was built on, because the names of its
# libraries are. Sets suite and deb_version.
choose_suite() {
  local id codename release
  id="$(sed -n 's/^ID=//p' "$1")"
  codename="$(sed -n 's/^VERSION_CODENAME=//p' "$1")"
  release="$(sed -n 's/^VERSION_ID="\(.*\)"/\1/p' "$1")"
  [[ "$id" == debian && "$release" =~ ^1[23]$ ]] ||
    die "package: this is $id $release, and packages are built on Debian 12 or 13, for the one that it runs on; use a machine or a chroot with one of them"
  suite="$codename"
  deb_version="$(sed -nE 's/^project\(kafka-gateway VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)-1~deb${release}u1"
}

# The tree as a package builder gets it, with debian/ and Swagger UI. Compiled objects stay from build to build.
copy_source() {
  local source="$PACKAGE_WORK/source"
  mkdir -p "$source/obj"
  find "$source" -mindepth 1 -maxdepth 1 ! -name obj -exec rm -rf {} +
  git ls-files -co --exclude-standard -z | while IFS= read -r -d '' file; do
    [[ ! -e "$file" ]] || printf '%s\0' "$file"
  done | tar --null --files-from=- -cf - | tar -xf - -C "$source"
  mkdir -p "$source/build"
  cp -a build/swagger-ui "$source/build/"
  cp -a packaging/debian "$source/"
  make_debian_folder "$source/debian"
}

make_debian_folder() {
  local maintainer libraries
  maintainer="${DEBFULLNAME:-$(git config user.name || printf 'kafka-gateway')} <${DEBEMAIL:-$(git config user.email || printf 'root@localhost')}>"
  libraries="$(library_packages | grep -vxE 'lib(gtest|gmock)-dev' | paste -sd , | sed 's/,/, /g')"
  sed "s|@MAINTAINER@|$maintainer|; s|@LIBRARIES@|$libraries|" "$1/control.in" >"$1/control"
  rm "$1/control.in"
  packaging/debian_changelog.py "$deb_version" "$suite" "$maintainer" "$(source_time)" >"$1/changelog"
}

# The time of the commit, so that two builds of it are alike.
source_time() { git log -1 --format=%ct; }

build_deb() {
  local log="$PACKAGE_WORK/build.log"
  local -x GATEWAY_REVISION CMAKE_CXX_COMPILER_LAUNCHER="" DEB_BUILD_OPTIONS SOURCE_DATE_EPOCH
  say "building kafka-gateway $deb_version (log: $log)"
  GATEWAY_REVISION="$(git rev-parse --short=12 HEAD)"
  SOURCE_DATE_EPOCH="$(source_time)"
  DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)"
  if command -v ccache >/dev/null; then
    CMAKE_CXX_COMPILER_LAUNCHER="env;CCACHE_BASEDIR=$ROOT;CCACHE_NOHASHDIR=1;ccache"
  fi
  rm -rf "$PACKAGES"
  mkdir -p "$PACKAGES"
  (cd "$PACKAGE_WORK/source" && dpkg-buildpackage -b -nc -uc -us) \
    >"$log" 2>&1 || {
    tail -n 30 "$log" >&2
    die "package: dpkg-buildpackage failed"
  }
  mv "$PACKAGE_WORK"/kafka-gateway*.deb "$PACKAGES/"
}

# Every tag is an error, also one that lintian only mentions.
lint_deb() {
  local found
  found="$(lintian --allow-root --display-info --fail-on none "$PACKAGES"/kafka-gateway_*.deb 2>&1)"
  [[ -z "$found" ]] || die "package: lintian says:
$found"
  say "lintian: clean"
}

describe_packages() {
  packaging/sbom.py "$PACKAGES"/kafka-gateway_"$deb_version"_*.deb "$(source_time)" \
    >"$PACKAGES/kafka-gateway_$deb_version.cdx.json"
  (cd "$PACKAGES" && sha256sum -- *.deb *.tar *.tar.gz *.json >SHA256SUMS)
}

# In namespaces of their own: their end kills every process in them and unmounts everything.
check_packages() {
  ensure_packages mmdebstrap:mmdebstrap curl:curl
  scripts/package/check.sh "$suite" "$PACKAGES" "$PACKAGE_WORK"
}
