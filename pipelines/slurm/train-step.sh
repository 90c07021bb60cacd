#!/usr/bin/env bash
# A job of train.sh: a task of an array gathers the statistics of its shard, a job of its own merges them.
#
#   train-step.sh <program> <number of shards> <model> <arguments of residua train>...
set -euo pipefail

program=$1 shards=$2 model=$3
shift 3
if [[ -n ${SLURM_ARRAY_TASK_ID:-} ]]; then
    part=(--statistics-only --shard "$SLURM_ARRAY_TASK_ID/$shards")
else
    part=(--merge --model "$model")
fi
# srun: as in shard.sh, a task that is cancelled gets a signal to end in order. Its status is the job's: 4 is a merge after
# which the shards have more to gather.
exec srun --ntasks=1 --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" \
    "$program" train "$@" "${part[@]}" --jobs "${SLURM_CPUS_PER_TASK:-1}"
