# The flags of every build by these scripts, so that they share one build folder. Sourced.
# With RESIDUA_STRICT set, as in CI, warnings of the C targets are errors; a user's newer compiler
# must not stop a build because it warns of more.
# shellcheck shell=bash disable=SC2034
swift_flags=(-c release)
if [[ -n ${RESIDUA_STRICT:-} ]]; then
    # -Werror not last: SwiftPM takes it and what follows away for the packages that it fetches, and
    # stops with an internal error when nothing follows.
    swift_flags+=(-Xcc -Werror -Xcc -Wall -Xcc -Wextra)
fi
