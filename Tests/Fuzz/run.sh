#!/bin/sh
# Fuzzes the image shim with clang's libFuzzer and address checks; any finding is a failure.
#
# usage: Tests/Fuzz/run.sh [seconds]     (default 60; CLANG names another compiler)
set -eu
cd "$(dirname "$0")/../.."
build=.build/fuzz
mkdir -p "$build/corpus"
for sample in Tests/ImageCodecTests/Golden/*.png Tests/ImageCodecTests/Golden/*.jpg; do
    { printf '\011'; cat "$sample"; } >"$build/corpus/$(basename "$sample")"
done
# shellcheck disable=SC2046 # the flags are words
"${CLANG:-clang}" -g -O1 -std=gnu11 -Wall -Wextra -Werror -fsanitize=fuzzer,address,undefined \
    -fno-sanitize-recover=undefined -ISources/CImageShim/include \
    Tests/Fuzz/image_shim.c Sources/CImageShim/*.c \
    $(pkg-config --cflags --libs libpng libjpeg) -o "$build/image_shim"
"$build/image_shim" -max_total_time="${1:-60}" -max_len=20000 -timeout=10 -rss_limit_mb=1024 \
    -artifact_prefix="$build/" "$build/corpus"
