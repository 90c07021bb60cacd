#!/usr/bin/env bash
# Measures what stronger inference and the sparse prior do for robustness: image AUROC on clean test
# pictures and under noise, blur, brightness, contrast and JPEG compression, five strengths each.
#
#   pipelines/robustness.sh [folder] [--data folder]
#
# Writes robustness.csv, .md and .svg for the sample images to folder/samples, and for the sets in
# --data (folders with train/good, test/good and test/<defect>; ../shared/data when not given and
# there) to folder/data. robustness-report when no folder is given.
#
# RESIDUA_ROBUSTNESS_TEST is the most test pictures of each kind, normal and defective, of a set in
# --data, spread evenly over the folder (24). RESIDUA_ROBUSTNESS_SETS names the sets in --data to
# run, separated by blanks; all when empty. Exit status 2: a folder is missing or a command failed.
set -euo pipefail

called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out= data=
while [[ $# -gt 0 ]]; do
    case $1 in
        --data)
            [[ $# -gt 1 ]] || { echo "robustness: --data needs a folder" >&2; exit 2; }
            data=$2
            shift 2
            ;;
        -*) echo "robustness: unknown option $1" >&2; exit 2 ;;
        *) out=$1; shift ;;
    esac
done
out=${out:-$PWD/robustness-report}
[[ $out == /* ]] || out=$called_from/$out
if [[ -n $data ]]; then
    [[ $data == /* ]] || data=$called_from/$data
    [[ -d $data ]] || { echo "robustness: no folder $data" >&2; exit 2; }
elif [[ -d ../shared/data ]]; then
    data=$(cd ../shared/data && pwd)
fi

pipelines/install.sh
# shellcheck source=pipelines/swift-flags.sh
source pipelines/swift-flags.sh
swift build "${swift_flags[@]}" --product residua-bench >&2
bench=$(swift build "${swift_flags[@]}" --show-bin-path)/residua-bench

# Measures the sets below a folder: study <name> <folder> <names of sets> [options]
study() {
    local name=$1 folder=$2 wanted=$3 sets=() set
    shift 3
    for set in "$folder"/*/; do
        set=${set%/}
        [[ -d $set/train/good && -d $set/test/good ]] || continue
        [[ -z $wanted || " $wanted " == *" ${set##*/} "* ]] && sets+=("$set")
    done
    [[ ${#sets[@]} -gt 0 ]] || { echo "robustness: no sets in $folder" >&2; exit 2; }
    "$bench" robustness "${sets[@]}" --out "$out/$name" "$@" || exit 2
    cat "$out/$name/robustness.md"
}

mkdir -p "$out"
study samples sample-data ""
if [[ -n $data ]]; then
    study data "$data" "${RESIDUA_ROBUSTNESS_SETS:-}" --test "${RESIDUA_ROBUSTNESS_TEST:-24}"
else
    echo "robustness: no --data, so on the samples only" >&2
fi
