#!/usr/bin/env bash
# Installs what is missing, builds and runs all tests: those in Swift, the gallery in a browser, the scripts for clusters,
# and Spark. Arguments go to `swift test`, and the others are left out; RESIDUA_BROWSER=skip and RESIDUA_CLUSTER=skip leave
# out the browser and Spark.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
pipelines/install.sh
# shellcheck source=pipelines/swift-flags.sh
source pipelines/swift-flags.sh
swift build "${swift_flags[@]}" --build-tests
# Just built: not looked at again. There are no XCTest tests, and a run of none would be reported.
swift test "${swift_flags[@]}" --skip-build --disable-xctest "$@"
[[ $# -eq 0 ]] || exit 0
Tests/browser.sh
RESIDUA_TOOL=$(swift build "${swift_flags[@]}" --show-bin-path)/residua
export RESIDUA_TOOL
Tests/deployment.sh
Tests/cluster.sh
