#!/usr/bin/env bash
# Learns a model by Slurm jobs: in each round an array job, whose tasks gather the statistics of a shard each, and a job that
# merges them, until the model is written: about seven rounds, and three more for each time that odd images are left out.
#
#   pipelines/slurm/train.sh --model parts.residua --statistics /scratch/stats --shards 8 /data/good
#   pipelines/slurm/train.sh ... /data/good -- --effort quick          what follows -- goes to `residua train`
#
# All paths have to be the same on this machine and on the nodes. The statistics' folder starts empty; a shard's are some 100
# to 250 MB a round, so that a few large shards are better than many small ones. Remove it and <statistics>-logs afterwards.
#
# It waits for its jobs: start it with nohup, or in tmux. Ending it cancels the job in work. Whatever failed, the same command
# goes on: what was gathered is not gathered again. Slurm shows merges after which there is more to gather as failed (status 4).
#
# Account, partition and the like: SBATCH_ACCOUNT, SBATCH_PARTITION ... (man sbatch, "INPUT ENVIRONMENT VARIABLES").
# Exit status: 0 the model is written; 1 a job failed; 2 something is missing or sbatch refused; 64 wrong usage.
set -euo pipefail

# ---- Options: change them here or give them as --model, --statistics, --shards and so on.
model=
statistics=
images=()
shards=8
at_once=              # most tasks at once, where shared storage can't serve more
cpus=16
memory=16G            # of a task and of a merge; it grows with the pictures' pixels and with cpus
time=04:00:00         # of a task and of a merge
# As in submit.sh.
kernels=auto
patience=60           # seconds until a node sees what another has written: NFS keeps what it has seen
program=${RESIDUA:-residua}
# ----

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Far more than a training takes.
most_rounds=40
train_options=()

fail() {
    local status=$1
    shift
    printf 'train: %s\n' "$@" >&2
    exit "$status"
}

while [[ $# -gt 0 ]]; do
    case $1 in
        --model | --statistics | --shards | --at-once | --cpus | --memory | --time | --kernels | --patience | --program)
            [[ $# -ge 2 && -n $2 ]] || fail 64 "$1 needs a value"
            case $1 in
                --model) model=$2 ;;
                --statistics) statistics=$2 ;;
                --shards) shards=$2 ;;
                --at-once) at_once=$2 ;;
                --cpus) cpus=$2 ;;
                --memory) memory=$2 ;;
                --time) time=$2 ;;
                --kernels) kernels=$2 ;;
                --patience) patience=$2 ;;
                --program) program=$2 ;;
            esac
            shift 2
            ;;
        --)
            shift
            train_options=("$@")
            break
            ;;
        -*) fail 64 "there is no option $1 (options of residua train go behind --)" ;;
        *)
            images+=("$1")
            shift
            ;;
    esac
done

[[ -n $model && -n $statistics && ${#images[@]} -gt 0 ]] \
    || fail 64 "needs --model, --statistics and folders of normal images"
for number in "$shards" "$cpus" ${at_once:+"$at_once"}; do
    [[ $number =~ ^[1-9][0-9]{0,6}$ ]] || fail 64 "want a number from 1, found $number"
done
[[ $patience =~ ^[0-9]{1,4}$ ]] || fail 64 "want a number of seconds, found $patience"

# One clear line here is better than a failure of every task.
command -v sbatch >/dev/null || fail 2 "there is no sbatch: run this on a machine of the cluster"
program=$(command -v -- "$program") || fail 2 "there is no residua; name it with --program"
for root in "${images[@]}"; do
    [[ -e $root ]] || fail 2 "$root: is not there"
done

# The jobs run wherever sbatch is called, but their log files' names are not.
absolute() {
    case $1 in
        /*) printf '%s\n' "$1" ;;
        *) printf '%s/%s\n' "$PWD" "$1" ;;
    esac
}
program=$(absolute "$program")
model=$(absolute "$model")
statistics=$(absolute "${statistics%/}")
[[ -d ${model%/*}/ ]] || fail 2 "${model%/*}: is not there"
# A backslash would switch off the numbers in the log files' names.
[[ $statistics != *\\* ]] || fail 64 "$statistics: has a backslash in its name"
logs=$statistics-logs
mkdir -p "$logs" || fail 2 "$logs: can't be made"

# Slurm's command that waits for the job in work, if there is one.
waiting=
# Invoked by the traps.
# shellcheck disable=SC2317,SC2329
stop() {
    if [[ -n $waiting ]]; then
        kill "$waiting" 2>/dev/null || :
        [[ ! -s $logs/job ]] || scancel "$(cut -d ';' -f 1 "$logs/job")" || :
    fi
    fail "$1" "ended by a signal"
}
trap 'stop 130' INT
trap 'stop 143' TERM
trap 'stop 129' HUP

# await <name> <options of sbatch>...: runs a job to its end, and ends with its status.
await() {
    local name=$1 status=0
    shift
    # In the background, so that a signal is heard at once.
    sbatch --wait --parsable --job-name="residua-$name" "$@" \
        --nodes=1 --ntasks=1 --cpus-per-task="$cpus" --mem="$memory" --time="$time" --requeue --open-mode=append \
        "$here/train-step.sh" "$program" "$shards" "$model" \
        "${images[@]}" --statistics "$statistics" --kernels "$kernels" ${train_options[@]+"${train_options[@]}"} \
        >"$logs/job" &
    waiting=$!
    wait "$waiting" || status=$?
    waiting=
    [[ -s $logs/job ]] || fail 2 "sbatch refused the job"
    return "$status"
}

refused=no
for ((round = 1; round <= most_rounds; round++)); do
    status=0
    await gather --array="1-$shards${at_once:+%$at_once}" --output="${logs//%/%%}/shard-%a.log" || status=$?
    [[ $status -eq 0 ]] \
        || fail 1 "round $round: a shard failed with status $status; see $logs, then give the same command again"
    status=0
    await merge --output="${logs//%/%%}/merge.log" || status=$?
    echo "round $round: $(tail -n 1 "$logs/merge.log" 2>/dev/null)"
    case $status in
        0)
            echo "train: done: $model"
            exit 0
            ;;
        4) refused=no ;;
        2)
            # All shards have just come to their end: a node may not see yet what another has written.
            [[ $refused == no ]] || fail 1 "the merge refused again; see $logs/merge.log"
            refused=yes
            echo "round $round: the merge refused; once more in $patience s"
            sleep "$patience"
            ;;
        *) fail 1 "the merge failed with status $status; see $logs/merge.log, then give the same command again" ;;
    esac
done
fail 1 "there is no model after $most_rounds rounds"
