#!/usr/bin/env bash
# Feeds what others send to the parsers of this project, with libFuzzer and AddressSanitizer.
#
# usage: Tests/fuzz.sh [seconds] [target]...
#
# seconds is the time for each target, 60 by default. The targets:
#   shim       libpng and libjpeg behind Sources/CImageShim, also with UndefinedBehaviorSanitizer
#   images     ImageReader: the shim with its limits, and the orientation in EXIF
#   models     model files, and what scan, explain and inspect do with those that are read
#   pipelines  pipeline files, and the plan of those that are read
#
# A crash, a hang of 10 s or more than 2 GiB of memory is a failure; its input stays in
# .build-fuzz/findings. The corpora in .build-fuzz/corpus grow from run to run.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${1:-60}
targets=("${@:2}")
[[ ${#targets[@]} -gt 0 ]] || targets=(shim images models pipelines)
build=.build-fuzz
# swiftc heeds only the last of several -sanitize: with what SwiftPM gives it alone Swift code is not observed.
swift_build=(swift build -c release --scratch-path "$build" --sanitize fuzzer --sanitize address
    -Xswiftc "-sanitize=fuzzer,address")
# The programs exist in the manifest only where this is set.
export RESIDUA_FUZZ=1
# Swift's own report of a crash and AddressSanitizer's disturb each other.
export SWIFT_BACKTRACE=enable=no
goldens=Tests/ImageCodecTests/Golden

# Images with a byte before them, which chooses how they are decoded.
image_seeds() {
    for image in "$goldens"/*.png "$goldens"/*.jpg; do
        { printf '\011' && cat "$image"; } >"$1/$(basename "$image")"
    done
}

# The files themselves are seeds, with their keys as a dictionary.
pipeline_seeds() {
    for file in pipelines/*.yaml Tests/PipelineFileTests/Golden/*.yaml; do
        [[ -f $file ]] && cp "$file" "$1/"
    done
    grep -ohE '^ *#? ?-? ?[a-z-]+:' "$1"/*.yaml Sources/PipelineFile/*.swift | tr -d ' #-' | sort -u |
        sed 's/.*/"&"/' >"$1.dict"
    grep -ohE '"[a-z][a-z-]+"' Sources/PipelineFile/*.swift | sort -u >>"$1.dict"
}

failed=0
for target in "${targets[@]}"; do
    corpus=$build/corpus/$target
    findings=$build/findings/$target
    mkdir -p "$corpus" "$findings"
    options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1)
    options+=(-artifact_prefix="$findings/")
    case $target in
    shim)
        program=$build/image_shim
        image_seeds "$corpus"
        options+=(-max_len=20000)
        # shellcheck disable=SC2046 # the flags are words
        "${CLANG:-clang}" -g -O1 -std=gnu11 -Wall -Wextra -Werror \
            -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
            -ISources/CImageShim/include Tests/Fuzz/ImageShim/image_shim.c Sources/CImageShim/*.c \
            $(pkg-config --cflags --libs libpng libjpeg) -o "$program"
        ;;
    images | models | pipelines)
        product=Fuzz${target^}
        "${swift_build[@]}" --product "$product"
        program=$("${swift_build[@]}" --show-bin-path)/$product
        case $target in
        images)
            image_seeds "$corpus"
            options+=(-max_len=20000)
            ;;
        models) RESIDUA_FUZZ_SEEDS=$corpus "$program" -runs=0 2>/dev/null ;;
        pipelines)
            pipeline_seeds "$corpus"
            options+=(-max_len=8000 -dict="$corpus.dict")
            ;;
        esac
        ;;
    *)
        echo "no such target: $target" >&2
        exit 64
        ;;
    esac
    echo "==== $target: $seconds s"
    log=$build/$target.log
    if "$program" "${options[@]}" "$corpus" >"$log" 2>&1; then
        grep -E '^#[0-9]+.*(INITED|DONE)|number_of_executed_units|peak_rss_mb' "$log"
    else
        failed=1
        grep -vE '^#[0-9]' "$log" | tail -n 60
        echo "==== $target failed; see $log and $findings" >&2
    fi
done
exit "$failed"
