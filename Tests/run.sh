#!/usr/bin/env bash
# Installs what is missing, builds and runs all tests; arguments go to `swift test`.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
pipelines/install.sh
# shellcheck source=pipelines/swift-flags.sh
source pipelines/swift-flags.sh
swift build "${swift_flags[@]}" --build-tests
# Just built: not looked at again. There are no XCTest tests, and a run of none would be reported.
exec swift test "${swift_flags[@]}" --skip-build --disable-xctest "$@"
