#!/usr/bin/env bash
# Checks the reports of pipelines/demo.sh against the names of the sample images' folders.
#
#   pipelines/check-demo.sh [folder]    the demo's folder of reports; demo-report when not given
#
# Of all defective test images at least 90 % must be flagged, and of the normal ones at most one
# in eight in each set. Exit status 1: not so. Exit status 2: a report is missing or damaged.
set -euo pipefail

called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${1:-${RESIDUA_DEMO_OUT:-$PWD/demo-report}}
[[ $out == /* ]] || out=$called_from/$out

command -v python3 >/dev/null || { echo "check-demo: python3 is missing" >&2; exit 2; }
exec python3 - "$out" sample-data <<'PYTHON'
import json
import pathlib
import sys

reports, samples = (pathlib.Path(argument) for argument in sys.argv[1:])
wanted_hits, allowed_alarms = 0.9, 1 / 8


def verdicts(folder):
    """Maps the path below test/ of each image to its verdict: ok, flagged or failed."""
    with open(reports / folder.name / "images.jsonl", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return {record["path"]: record["status"] for record in records}


def check():
    sets = sorted(path.parent.parent for path in samples.glob("*/train/good"))
    if not sets:
        sys.exit(f"check-demo: no sets in {samples}")
    sound, hits, defects = True, 0, 0
    print(f"{'set':16} {'defective flagged':>18} {'normal flagged':>15}")
    for folder in sets:
        found = verdicts(folder)
        images = sorted(
            path.relative_to(folder / "test").as_posix()
            for path in (folder / "test").rglob("*")
            if path.suffix.lower() in (".png", ".jpg", ".jpeg")
        )
        if sorted(found) != images:
            print(f"{folder.name}: {len(found)} records do not match {len(images)} images")
            sound = False
        good = [path for path in images if path.startswith("good/")]
        bad = [path for path in images if not path.startswith("good/")]
        alarms = sum(found.get(path) == "flagged" for path in good)
        caught = sum(found.get(path) == "flagged" for path in bad)
        hits, defects = hits + caught, defects + len(bad)
        print(f"{folder.name:16} {caught:>11} of {len(bad):3} {alarms:>8} of {len(good):3}")
        for path in bad:
            if found.get(path) != "flagged":
                print(f"    missed: {path}")
        for path in good:
            if found.get(path) != "ok":
                print(f"    {found.get(path)}: {path}")
        sound = sound and bool(good) and bool(bad) and alarms <= allowed_alarms * len(good)
    print(f"{hits} of {defects} defective images flagged, at least {wanted_hits:.0%} wanted")
    return sound and hits >= wanted_hits * defects


try:
    sys.exit(0 if check() else 1)
except (OSError, ValueError, KeyError, TypeError) as error:
    print(f"check-demo: {type(error).__name__}: {error}", file=sys.stderr)
    sys.exit(2)
PYTHON
