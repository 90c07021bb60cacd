#!/usr/bin/env bash
# Installs what building Residua needs and this machine lacks. Without network when all is there.
# Exit status 2: something is missing and could not be installed.
set -euo pipefail

needed_swift=6.2

fail() {
    printf 'install: %s\n' "$@" >&2
    exit 2
}

# Prints the pkg-config modules that are missing.
missing_modules() {
    local module
    for module in libpng libjpeg sqlite3; do
        pkg-config --exists "$module" 2>/dev/null || echo "$module"
    done
}

# Prints what is missing, one word each: tools, then libraries.
missing() {
    local tool
    for tool in git pkg-config; do
        command -v "$tool" >/dev/null || echo "$tool"
    done
    missing_modules
}

# Runs a command as root: directly, by sudo without a question, or with one at a terminal.
as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif ! command -v sudo >/dev/null; then
        return 1
    elif sudo -n true 2>/dev/null; then
        sudo -n "$@"
    elif [[ -t 0 ]]; then
        sudo "$@"
    else
        return 1
    fi
}

install_packages() {
    local packages command
    if [[ $(uname -s) == Darwin ]]; then
        packages=(libpng jpeg-turbo sqlite pkg-config)
        command="brew install ${packages[*]}"
        command -v brew >/dev/null \
            || fail "missing: $*" "get Homebrew (https://brew.sh), then run: $command"
        brew install "${packages[@]}" || fail "missing: $*" "this failed: $command"
    elif command -v apt-get >/dev/null; then
        packages=(git libjpeg-dev libpng-dev libsqlite3-dev pkg-config)
        command="apt-get update && apt-get install -y ${packages[*]}"
        as_root true || fail "missing: $*" "this needs root; run: sudo sh -c '$command'"
        as_root apt-get update -q || fail "missing: $*" "this failed: apt-get update"
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q "${packages[@]}" \
            || fail "missing: $*" "this failed: $command"
    else
        fail "missing: $*" "install them with this system's package manager"
    fi
}

check_swift() {
    local where="get Swift $needed_swift or later from https://www.swift.org/install"
    command -v swift >/dev/null || fail "there is no swift" "$where"
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -1)
    [[ -n $version ]] || fail "swift does not start; try: swift --version" "$where"
    local lowest
    lowest=$(printf '%s\n%s\n' "$needed_swift" "$version" | sort -V | head -1)
    [[ $lowest == "$needed_swift" ]] || fail "Swift $version is too old" "$where"
}

check_swift
lacking=$(missing | tr '\n' ' ')
if [[ -n $lacking ]]; then
    install_packages "$lacking"
    lacking=$(missing | tr '\n' ' ')
    [[ -z $lacking ]] || fail "still missing after installing: $lacking"
fi
