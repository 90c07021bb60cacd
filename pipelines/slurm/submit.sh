#!/usr/bin/env bash
# Scans folders by a Slurm array job, one shard a task, and joins the shards' reports by a job that waits for all.
#
#   pipelines/slurm/submit.sh --model parts.residua --report /scratch/report --shards 200 /data/pictures
#   pipelines/slurm/submit.sh ... /data/pictures -- --false-alarm-rate 0.01     what follows -- goes to `residua scan`
#
# All paths have to be the same on this machine and on the nodes. The shards' reports and the tasks' logs lie in
# <report>-parts, which has to be absent or empty; remove it when the merged report is there.
#
# When tasks failed, the merge does not start. Give the same command again with
#   --rerun             to scan the shards that have no finished report, and merge, or with
#   --array 3,17,40-44  to scan these shards, and merge.
# Both keep the number of shards: a task of a rerun is still told "17 of 200", not "2 of 2".
#
# Account, partition and the like: SBATCH_ACCOUNT, SBATCH_PARTITION ... (man sbatch, "INPUT ENVIRONMENT VARIABLES").
# Exit status: 0 submitted; 2 something is missing or sbatch refused; 64 wrong usage.
set -euo pipefail

# ---- Options: change them here or give them as --model, --report, --shards and so on.
model=
report=
images=()
# Aim at 10 to 60 minutes a task. Each lists all folders, so that more shards are more listing: where listing takes a
# minute, a task should scan for ten or more. A cluster's MaxArraySize is often 1001.
shards=100
at_once=              # most tasks at once, where shared storage can't serve more
cpus=4
memory=2G             # of a task; large pictures need more: it grows with their pixels and with cpus
time=04:00:00         # of a task, and of the merge
# The fastest of each node: from avx2 on all of x86-64 give the same bits. Merge refuses what does not; nodes without AVX2
# and FMA among others want baseline for all.
kernels=auto
program=${RESIDUA:-residua}
# ----

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
list=
rerun=no
scan_options=()

fail() {
    local status=$1
    shift
    printf 'submit: %s\n' "$@" >&2
    exit "$status"
}

while [[ $# -gt 0 ]]; do
    case $1 in
        --model | --report | --shards | --at-once | --cpus | --memory | --time | --kernels | --program | --array)
            [[ $# -ge 2 && -n $2 ]] || fail 64 "$1 needs a value"
            case $1 in
                --model) model=$2 ;;
                --report) report=$2 ;;
                --shards) shards=$2 ;;
                --at-once) at_once=$2 ;;
                --cpus) cpus=$2 ;;
                --memory) memory=$2 ;;
                --time) time=$2 ;;
                --kernels) kernels=$2 ;;
                --program) program=$2 ;;
                --array) list=$2 ;;
            esac
            shift 2
            ;;
        --rerun)
            rerun=yes
            shift
            ;;
        --)
            shift
            scan_options=("$@")
            break
            ;;
        -*) fail 64 "there is no option $1 (options of residua scan go behind --)" ;;
        *)
            images+=("$1")
            shift
            ;;
    esac
done

[[ -n $model && -n $report && ${#images[@]} -gt 0 ]] || fail 64 "needs --model, --report and folders of images"
for number in "$shards" "$cpus" ${at_once:+"$at_once"}; do
    [[ $number =~ ^[1-9][0-9]{0,6}$ ]] || fail 64 "want a number from 1, found $number"
done
[[ -z $list || $list =~ ^[1-9][0-9]*(-[1-9][0-9]*)?(,[1-9][0-9]*(-[1-9][0-9]*)?)*$ ]] \
    || fail 64 "want numbers of shards such as 3,17,40-44, found $list"
[[ -z $list || $rerun == no ]] || fail 64 "--rerun finds the shards itself; leave --array out"

# One clear line here is better than a failure of every task.
command -v sbatch >/dev/null || fail 2 "there is no sbatch: run this on a machine of the cluster"
program=$(command -v -- "$program") || fail 2 "there is no residua; name it with --program"
[[ -r $model ]] || fail 2 "$model: can't be read"
for root in "${images[@]}"; do
    [[ -e $root ]] || fail 2 "$root: is not there"
done

# The job runs wherever sbatch is called, but its log files' names are not.
absolute() {
    case $1 in
        /*) printf '%s\n' "$1" ;;
        *) printf '%s/%s\n' "$PWD" "$1" ;;
    esac
}
program=$(absolute "$program")
model=$(absolute "$model")
report=$(absolute "${report%/}")
# A backslash would switch off the numbers in the log files' names.
[[ $report != *\\* ]] || fail 64 "$report: has a backslash in its name"
parts=$report-parts
logs=${parts//%/%%}/logs

# The numbers of the shards that have no finished report, joined by commas.
unfinished() {
    local shard numbers=() summary
    for ((shard = 1; shard <= shards; shard++)); do
        summary=$parts/shard-$shard-of-$shards/run.json
        if [[ ! -e $summary ]] || grep -q '"interrupted" *: *true' "$summary"; then
            numbers+=("$shard")
        fi
    done
    local IFS=,
    printf '%s\n' "${numbers[*]-}"
}

if [[ $rerun == yes ]]; then
    [[ -d $parts ]] || fail 2 "$parts: is not there, so there is nothing to run again"
    list=$(unfinished)
elif [[ -z $list ]]; then
    # Shards of an earlier run would be taken for this one's.
    for shard in "$parts"/shard-*; do
        [[ ! -e $shard ]] \
            || fail 2 "$parts: has reports of an earlier run; remove it, or give --rerun to complete them"
    done
    list=1-$shards
fi
mkdir -p "$parts/logs" || fail 2 "$parts/logs: can't be made"

dependency=()
if [[ -n $list ]]; then
    scan=$(sbatch --parsable --job-name=residua-scan --array="$list${at_once:+%$at_once}" \
        --nodes=1 --ntasks=1 --cpus-per-task="$cpus" --mem="$memory" --time="$time" \
        --requeue --open-mode=append --output="$logs/shard-%a.log" \
        "$here/shard.sh" "$program" "$parts" "$shards" \
        "${images[@]}" --model "$model" --kernels "$kernels" ${scan_options[@]+"${scan_options[@]}"}) \
        || fail 2 "sbatch refused the array job"
    scan=${scan%%;*}
    echo "scan: job $scan, shards $list of $shards, logs in $parts/logs"
    # Without the second option a merge that can never start stays in the queue.
    dependency=(--dependency="afterok:$scan" --kill-on-invalid-dep=yes)
else
    echo "scan: all $shards shards are finished"
fi
merge_options=()
for option in ${scan_options[@]+"${scan_options[@]}"}; do
    [[ $option != --fail-on-flagged ]] || merge_options=("$option")
done
merge=$(sbatch --parsable --job-name=residua-merge ${dependency[@]+"${dependency[@]}"} \
    --nodes=1 --ntasks=1 --cpus-per-task=1 --mem="$memory" --time="$time" \
    --requeue --open-mode=append --output="$logs/merge.log" \
    "$here/merge.sh" "$program" "$parts" "$shards" "$report" ${merge_options[@]+"${merge_options[@]}"}) \
    || fail 2 "sbatch refused the merge${scan:+; cancel the scan with: scancel $scan}"
echo "merge: job ${merge%%;*}, report $report"
