"""Makes country-names.tsv from the English names of i18n-iso-countries.

    python3 country_names.py en.json > country-names.tsv

Of several names the first, or, where that is long, the shortest that no other country has.
"""

import json
import sys

names = json.load(open(sys.argv[1], encoding="utf-8"))["countries"]
alternatives = {code: [name] if isinstance(name, str) else name for code, name in names.items()}
for code, listed in sorted(alternatives.items()):
    others = {name for other, names in alternatives.items() if other != code for name in names}
    usable = [name for name in listed if len(name) >= 4 and "." not in name and name not in others]
    name = listed[0] if len(listed[0]) <= 16 or not usable else min(usable, key=len)
    print(f"{code}\t{name}")
