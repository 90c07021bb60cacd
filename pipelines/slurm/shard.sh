#!/usr/bin/env bash
# A task of the array job: scans one shard. submit.sh submits it.
#
#   shard.sh <program> <folder of the shards' reports> <number of shards> <arguments of residua scan>...
#
# The number of shards is an argument: SLURM_ARRAY_TASK_COUNT counts the tasks of this submission, which are fewer when
# only failed shards are scanned again. Give "" to take it where the array is all there is (--array=1-200).
set -euo pipefail

program=$1 parts=$2 shards=${3:-${SLURM_ARRAY_TASK_COUNT:?runs as a task of an array job}}
shift 3
shard=${SLURM_ARRAY_TASK_ID:?runs as a task of an array job}

# srun: a task that is cancelled or out of time gets SIGTERM some time before it is killed, which Slurm sends to steps
# only, not to the script. The report of a scan that ended so says `interrupted`, and merge refuses it.
status=0
srun --ntasks=1 --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" \
    "$program" scan "$@" --shard "$shard/$shards" --report "$parts/shard-$shard-of-$shards" \
    --jobs "${SLURM_CPUS_PER_TASK:-1}" --quiet || status=$?

# Flagged images (1, with --fail-on-flagged) and inputs that can't be read (3) are findings, each in the report: the
# shard is done, and `afterok` of the merge must hold. All else fails the task.
case $status in
    0 | 1 | 3) echo "shard $shard/$shards: done, status $status" ;;
    *)
        echo "shard $shard/$shards: failed with status $status" >&2
        exit "$status"
        ;;
esac
