#!/usr/bin/env bash
# Tests the gallery in headless Chromium; arguments go to pytest.
#
# Installs what is missing: Chromium by apt, pytest and Playwright into .build/browser-venv; nothing
# where all is there. Builds the program unless RESIDUA_TOOL names one. Screenshots go to
# RESIDUA_SCREENSHOTS, .build/screenshots by default. Exit status 2: something is missing and could not
# be installed. RESIDUA_BROWSER=skip skips all.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$PWD/.build

fail() {
    printf 'browser: %s\n' "$@" >&2
    exit 2
}

if [[ ${RESIDUA_BROWSER:-} == skip ]]; then
    echo "browser: skipped, because RESIDUA_BROWSER is skip" >&2
    exit 0
fi

find_chromium() {
    local name
    for name in "${RESIDUA_CHROMIUM:-chromium}" chromium-browser google-chrome \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        command -v "$name" && return
    done
    return 1
}

install_chromium() {
    local command="apt-get update && apt-get install -y chromium"
    command -v apt-get >/dev/null || fail "there is no Chromium; install one, or name it in RESIDUA_CHROMIUM"
    if [[ $(id -u) -eq 0 ]]; then
        sh -c "$command" >&2 || fail "this failed: $command"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n sh -c "$command" >&2 || fail "this failed: $command"
    else
        fail "there is no Chromium; this needs root: sudo sh -c '$command'"
    fi
}

# Made aside and moved, so that a half made one is never used.
make_venv() {
    local venv=$build/browser-venv stamp new
    stamp=$(cksum <Tests/Browser/requirements.txt)
    [[ $(cat "$venv/stamp" 2>/dev/null) == "$stamp" ]] && return
    command -v python3 >/dev/null || fail "there is no python3"
    new=$venv.new-$$
    mkdir -p "$build"
    python3 -m venv "$new" >&2 || fail "python3 can't make environments: install python3-venv"
    if ! "$new/bin/python" -m pip install --disable-pip-version-check --quiet \
        -r Tests/Browser/requirements.txt >&2; then
        rm -rf "$new"
        fail "can't install the packages of Tests/Browser/requirements.txt; is there a network?"
    fi
    echo "$stamp" >"$new/stamp"
    rm -rf "$venv"
    mv "$new" "$venv"
}

RESIDUA_CHROMIUM=$(find_chromium) || {
    install_chromium
    RESIDUA_CHROMIUM=$(find_chromium) || fail "there is no Chromium after installing it"
}
make_venv
if [[ -z ${RESIDUA_TOOL:-} ]]; then
    # shellcheck source=pipelines/swift-flags.sh
    source pipelines/swift-flags.sh
    swift build "${swift_flags[@]}" --product residua >&2
    RESIDUA_TOOL=$(swift build "${swift_flags[@]}" --show-bin-path)/residua
fi
export RESIDUA_CHROMIUM RESIDUA_TOOL
export RESIDUA_SCREENSHOTS=${RESIDUA_SCREENSHOTS:-$build/screenshots}
# The scripts of a moved environment name its old place: its modules don't.
exec "$build/browser-venv/bin/python" -B -m pytest -p no:cacheprovider -q Tests/Browser "$@"
