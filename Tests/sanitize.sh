#!/usr/bin/env bash
# Runs the tests under a sanitizer, in a build folder of its own.
#
# usage: Tests/sanitize.sh address|thread|undefined [swift test arguments]
#
# Without arguments everything but ToolTests, whose many runs of the program take too long; name them with
# --filter. The build is optimised, with symbols.
#
# What the toolchain can't do:
#   - UndefinedBehaviorSanitizer looks at the C targets alone: what is undefined in C traps in Swift anyway.
#   - AddressSanitizer and Swift's own report of a crash disturb each other, so that the latter is off.
#   - On Linux ThreadSanitizer does not see the slow ways into and out of a Mutex; Tests/tsan-mutex.c, linked
#     into the programs, tells it of them. Tests/tsan-suppressions.txt has the one report that is no race.
#   - Leaks are not looked for: Foundation's reading of JSON and Base64 and the tests' child processes
#     count as leaks.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
sanitizer=${1:-}
case $sanitizer in
address | thread | undefined) shift ;;
*)
    echo "usage: $0 address|thread|undefined [swift test arguments]" >&2
    exit 64
    ;;
esac
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:suppressions=$PWD/Tests/tsan-suppressions.txt}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}
flags=(-c release --scratch-path ".build-$sanitizer" -Xswiftc -g)
case $sanitizer in
# swiftc does not know this one on Linux; its linker, clang, does.
undefined) flags+=(-Xcc -fsanitize=undefined -Xswiftc -Xclang-linker -Xswiftc -fsanitize=undefined) ;;
*) flags+=(--sanitize "$sanitizer") ;;
esac
if [[ $sanitizer == thread && $(uname) == Linux ]]; then
    mkdir -p .build-thread
    "${CLANG:-clang}" -g -O1 -Wall -Wextra -Werror -c Tests/tsan-mutex.c -o .build-thread/tsan-mutex.o
    flags+=(-Xlinker "$PWD/.build-thread/tsan-mutex.o")
fi
swift build "${flags[@]}" --build-tests
[[ $# -gt 0 ]] || set -- --skip ToolTests
exec swift test "${flags[@]}" --skip-build --disable-xctest "$@"
