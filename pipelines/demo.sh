#!/usr/bin/env bash
# Builds Residua, learns from each set of sample images, scans its test images.
#
#   pipelines/demo.sh [folder]    reports go to folder/<set>; demo-report when not given
#
# RESIDUA_DEMO_OUT names the folder too. May be run again at any time.
set -euo pipefail

called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${1:-${RESIDUA_DEMO_OUT:-$PWD/demo-report}}
[[ $out == /* ]] || out=$called_from/$out

pipelines/install.sh
# shellcheck source=pipelines/swift-flags.sh
source pipelines/swift-flags.sh
swift build "${swift_flags[@]}" --product residua
residua=$(swift build "${swift_flags[@]}" --show-bin-path)/residua

shopt -s nullglob
sets=(sample-data/*/train/good)
[[ ${#sets[@]} -gt 0 ]] || { echo "demo: no sets in sample-data" >&2; exit 2; }
mkdir -p "$out"

for good in "${sets[@]}"; do
    folder=${good%/train/good}
    set=${folder##*/}
    echo "== $set"
    "$residua" train "$good" --model "$out/$set.residua"
    # A report of an earlier demo is no part of this one.
    rm -rf "${out:?}/$set"
    "$residua" scan "$folder/test" --model "$out/$set.residua" --report "$out/$set"
done

echo
echo "flagged  images  gallery"
for good in "${sets[@]}"; do
    folder=${good%/train/good}
    set=${folder##*/}
    images=$(wc -l <"$out/$set/images.jsonl")
    flagged=$(find "$out/$set/flagged" -mindepth 1 -maxdepth 1 -type d 2>/dev/null | wc -l)
    printf '%7d  %6d  %s\n' "$flagged" "$images" "$out/$set/index.html"
done
