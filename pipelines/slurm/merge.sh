#!/usr/bin/env bash
# The job behind the array job: joins the shards' reports. submit.sh submits it.
#
#   merge.sh <program> <folder of the shards' reports> <number of shards> <report> [options of residua merge]...
set -euo pipefail

program=$1 parts=$2 shards=$3 report=$4
shift 4

# merge itself refuses shards that are missing, unfinished or of another model, and names them.
status=0
srun --ntasks=1 "$program" merge "$parts"/shard-*-of-"$shards" --report "$report" --quiet "$@" || status=$?

# As in shard.sh: findings are no failures. What they are stands in run.json, under exit_status.
case $status in
    0 | 1 | 3) echo "merge: done, status $status: $report" ;;
    *)
        echo "merge: failed with status $status" >&2
        exit "$status"
        ;;
esac
