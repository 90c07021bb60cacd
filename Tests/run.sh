#!/usr/bin/env bash
# Installs what is missing, builds and runs all tests, those of the gallery in a browser too.
# Arguments go to `swift test`, and the browser is left out; RESIDUA_BROWSER=skip leaves it out as well.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
pipelines/install.sh
# shellcheck source=pipelines/swift-flags.sh
source pipelines/swift-flags.sh
swift build "${swift_flags[@]}" --build-tests
# Just built: not looked at again. There are no XCTest tests, and a run of none would be reported.
swift test "${swift_flags[@]}" --skip-build --disable-xctest "$@"
[[ $# -gt 0 ]] || Tests/browser.sh
