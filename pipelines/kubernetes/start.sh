#!/usr/bin/env bash
# Starts the scan, waits for all of its shards, starts the merge and waits for it. Options go to kubectl:
#
#   pipelines/kubernetes/start.sh --namespace inspection
#
# Jobs can't wait for each other, so that somebody has to. It may be stopped and called again at any time: jobs of this RUN
# (settings.yaml) that are there are waited for, not started again. After a failure find the reason (kubectl logs), then
#   kubectl delete job residua-scan-<RUN>
# and call it again: only shards without a finished report are scanned.
# There are no files for training over shards, for which a few thousand of very many images do on one machine. It would be
# an Indexed Job as of scan.yaml with `train --statistics-only --shard` and a Job with `train --merge`, in turn until that
# ends with 0 instead of 4, and a volume for the statistics that all pods write.
# Exit status: 0 done; 1 a job failed; 2 kubectl failed; 64 settings.yaml is wrong.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
options=("$@")

kube() {
    kubectl ${options[@]+"${options[@]}"} "$@" || {
        echo "start: this failed: kubectl $*" >&2
        exit 2
    }
}

# Prints a file with RUN in the names of jobs and settings, so that one run's are not taken for another's.
render() {
    sed -E "s/name: residua-(scan|merge)(}|\$)/name: residua-\1-$run\2/" "$here/$1.yaml"
}

# `kubectl wait --for=condition=Complete` would wait for ever for a job that has failed.
finish() {
    local job=$1 conditions
    while :; do
        conditions=$(kube get job "$job" -o 'jsonpath={.status.conditions[?(@.status=="True")].type}') || exit 2
        case " $conditions " in
            *' Complete '*) return ;;
            *' Failed '*)
                kube get job "$job" -o \
                    'jsonpath={range .status.conditions[?(@.type=="Failed")]}{.message}{"\n"}{end}' >&2
                kube get job "$job" -o 'jsonpath=failed indexes, counted from 0: {.status.failedIndexes}{"\n"}' >&2
                echo "start: $job failed" >&2
                exit 1
                ;;
        esac
        sleep "${RESIDUA_POLL_SECONDS:-10}"
    done
}

run=$(sed -n 's/^  RUN: *"\{0,1\}\([^"]*\)"\{0,1\} *$/\1/p' "$here/settings.yaml")
# Names of jobs have at most 63 characters, and those of their pods have more behind.
[[ $run =~ ^[a-z0-9]([-a-z0-9]{0,28}[a-z0-9])?$ ]] || {
    echo "start: want RUN in settings.yaml of at most 30 small letters, digits and hyphens, found '$run'" >&2
    exit 64
}
for step in settings scan merge; do
    render "$step" | kube apply -f -
    [[ $step == settings ]] || finish "residua-$step-$run"
done
