#!/bin/sh
# Puts the official DuckDB library into a folder: from its npm package, else
# from DuckDB's release; whichever it is, its SHA-256 is checked. If neither is
# to be had the build falls back to compiling DuckDB from source.
set -eu
vendor=$1
version=1.5.5
package_version=1.5.5-r.5
mkdir -p "$vendor"
rm -f "$vendor/bundled" "$vendor/lib"

case "$(uname -s)-$(uname -m)" in
Linux-x86_64)
    package=linux-x64 library=libduckdb.so release=libduckdb-linux-amd64.zip
    sum=fc23f12e376c47be520f75221288281906e7942e8fd6f6ce4849198ba60d0405 ;;
Linux-aarch64)
    package=linux-arm64 library=libduckdb.so release=libduckdb-linux-arm64.zip
    sum=d00d007f3f7ca1f2896a5e4b89c2ce141bf0508506a9d6d56f9598b8e59d074e ;;
Darwin-arm64)
    package=darwin-arm64 library=libduckdb.dylib release=libduckdb-osx-universal.zip
    sum=b9027d18ef3e8d960568f77e946a83ca68009cb22d71cf7f94de842afdd094d8 ;;
Darwin-x86_64)
    package=darwin-x64 library=libduckdb.dylib release=libduckdb-osx-universal.zip
    sum=b9027d18ef3e8d960568f77e946a83ca68009cb22d71cf7f94de842afdd094d8 ;;
*)
    package= library=libduckdb.so release= sum= ;;
esac

checked() {
    [ -f "$vendor/$library" ] || return 1
    if command -v sha256sum >/dev/null; then found=$(sha256sum "$vendor/$library"); else found=$(shasum -a 256 "$vendor/$library"); fi
    [ "${found%% *}" = "$sum" ]
}

from_npm() {
    command -v npm >/dev/null || return 1
    (cd "$vendor" && rm -f duckdb-node-bindings-*.tgz &&
        npm pack --silent "@duckdb/node-bindings-$package@$package_version" >/dev/null &&
        tar xzf duckdb-node-bindings-*.tgz --strip-components=1 "package/$library" &&
        rm -f duckdb-node-bindings-*.tgz)
}

# The release's library is another build than the package's, so it is only
# taken if it is the same bytes.
from_release() {
    command -v curl >/dev/null && command -v unzip >/dev/null || return 1
    (cd "$vendor" && curl -fsSLo release.zip "https://github.com/duckdb/duckdb/releases/download/v$version/$release" &&
        unzip -oq release.zip "$library" && rm -f release.zip)
}

if [ -n "$package" ]; then
    if checked || { from_npm && checked; } || { from_release && checked; }; then
        # Faster starts; the library works without it as well.
        if command -v node >/dev/null; then
            node "$(dirname "$0")/resolve.mjs" "$vendor/$library" || echo "note: $library was left as it is" >&2
        fi
        : >"$vendor/lib"
        : >"$vendor/ready"
        exit 0
    fi
fi
echo "note: no prebuilt DuckDB for this machine; compiling it from source takes about 20 minutes" >&2
: >"$vendor/bundled"
: >"$vendor/ready"
