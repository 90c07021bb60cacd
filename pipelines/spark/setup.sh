#!/usr/bin/env bash
# Installs what the Spark script needs where this machine lacks it: a Java runtime, and PySpark in a virtual environment.
#
#   pipelines/spark/setup.sh <folder>    the environment; made anew where it is of another version
#
# Prints the environment's Python, which is to be called by its path: the environment is moved into its place when it is whole,
# and its activation script does not know that. Without network when all is there. Exit status 2: something is missing and could not be
# installed.
set -euo pipefail

# Spark 4 needs Java 17 or later; RESIDUA_PYSPARK chooses another version, for instance that of the cluster.
pyspark=${RESIDUA_PYSPARK:-4.0.1}
needed_java=17

fail() {
    printf 'spark setup: %s\n' "$@" >&2
    exit 2
}

# Prints the major version of the Java that Spark would take, or nothing.
java_version() {
    local java=java
    [[ -z ${JAVA_HOME:-} ]] || java=$JAVA_HOME/bin/java
    "$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1 || true
}

has_java() {
    local version
    version=$(java_version)
    [[ -n $version && $version -ge $needed_java ]]
}

install_java() {
    local command as_root=()
    if [[ $(uname -s) == Darwin ]]; then
        command="brew install openjdk@17"
        command -v brew >/dev/null || fail "there is no Java $needed_java; get Homebrew (https://brew.sh), then run: $command"
        brew install openjdk@17 >&2 || fail "this failed: $command"
        fail "Java is installed; now run: export JAVA_HOME=\$(brew --prefix openjdk@17), and this again"
    fi
    command -v apt-get >/dev/null || fail "there is no Java $needed_java or later; install one"
    # A distribution's default may be older than what it also has.
    command="apt-get update && apt-get install -y --no-install-recommends openjdk-17-jre-headless"
    command+=" || apt-get install -y --no-install-recommends default-jre-headless"
    if [[ $(id -u) -ne 0 ]]; then
        if ! { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }; then
            fail "there is no Java $needed_java; this needs root: sudo sh -c '$command'"
        fi
        as_root=(sudo -n)
    fi
    ${as_root[@]+"${as_root[@]}"} sh -c "$command" >&2 || fail "this failed: $command"
    has_java || fail "the package manager's Java is older than $needed_java; install a later one"
}

# Made aside and moved, so that a half made one is never used.
make_venv() {
    local venv=$1 new=$1.new-$$
    command -v python3 >/dev/null || fail "there is no python3"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' || fail "python3 is older than 3.9"
    mkdir -p "$(dirname "$venv")"
    python3 -m venv "$new" >&2 || fail "python3 can't make environments: install python3-venv"
    if ! "$new/bin/python" -m pip install --disable-pip-version-check --quiet "pyspark==$pyspark" >&2; then
        rm -rf "${new:?}"
        fail "can't install pyspark==$pyspark; is there a network?"
    fi
    echo "$pyspark" >"$new/residua-pyspark"
    # Only what an earlier run of this script made is replaced.
    if [[ -e $venv ]]; then
        [[ -f $venv/residua-pyspark ]] || {
            rm -rf "${new:?}"
            fail "$venv exists and is not from this script; name another folder"
        }
        rm -rf "${venv:?}"
    fi
    mv "$new" "$venv"
}

[[ $# -eq 1 && -n $1 ]] || fail "usage: pipelines/spark/setup.sh <folder>"
has_java || install_java
[[ $(cat "$1/residua-pyspark" 2>/dev/null) == "$pyspark" ]] || make_venv "${1%/}"
echo "$(cd "$1" && pwd)/bin/python"
