#!/usr/bin/env bash
# Scans and learns on a Spark cluster of this machine, with executors in processes of their own, and compares with one machine.
#
#   Tests/cluster.sh            everything; about five minutes on two cores
#
# Installs what is missing (pipelines/spark/setup.sh): a Java runtime by the package manager, PySpark into .build/spark-venv, or
# into RESIDUA_SPARK_VENV. Skips, and says so, only where that can't be done; under CI=true that is an error. Builds the program
# unless RESIDUA_TOOL names one. RESIDUA_CLUSTER=skip skips all.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

if [[ ${RESIDUA_CLUSTER:-} == skip ]]; then
    echo "cluster: SKIPPED, because RESIDUA_CLUSTER is skip" >&2
    exit 0
fi

venv=${RESIDUA_SPARK_VENV:-$root/.build/spark-venv}
if ! python=$(pipelines/spark/setup.sh "$venv"); then
    if [[ ${CI:-} == true ]]; then
        echo "cluster: Java or PySpark can't be installed" >&2
        exit 2
    fi
    echo "cluster: SKIPPED, nothing was tested on Spark: Java or PySpark can't be installed" >&2
    exit 0
fi
if [[ -z ${RESIDUA_TOOL:-} ]]; then
    # shellcheck source=pipelines/swift-flags.sh
    source pipelines/swift-flags.sh
    swift build "${swift_flags[@]}" --product residua >&2
    RESIDUA_TOOL=$(swift build "${swift_flags[@]}" --show-bin-path)/residua
fi
tool=$(cd "$(dirname "$RESIDUA_TOOL")" && pwd)/$(basename "$RESIDUA_TOOL")
export RESIDUA_TOOL=$tool

work=$(mktemp -d "${TMPDIR:-/tmp}/residua-cluster.XXXXXX")
driver=
# Invoked by the trap.
# shellcheck disable=SC2329
clean_up() {
    local status=$?
    if [[ -n $driver ]] && kill -0 "$driver" 2>/dev/null; then
        kill "$driver" 2>/dev/null || true
        wait "$driver" 2>/dev/null || true
    fi
    if [[ $status -ne 0 && -d $work/logs ]]; then
        tail -n 30 "$work"/logs/* >&2 || true
    fi
    rm -rf "${work:?}"
}
trap clean_up EXIT
mkdir "$work/logs"

fail() {
    printf 'cluster: %s\n' "$@" >&2
    exit 1
}

step() { printf '== %4d s  %s\n' "$SECONDS" "$1"; }

# Spark writes the work of its executors below its own folder: it gets one here, of links.
package=$("$python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
mkdir "$work/spark"
for item in "$package"/*; do
    [[ ${item##*/} == work ]] || ln -s "$item" "$work/spark/"
done
export SPARK_HOME=$work/spark SPARK_LOCAL_DIRS=$work/local SPARK_WORKER_DIR=$work/work
export SPARK_LOCAL_IP=127.0.0.1 SPARK_LOCAL_HOSTNAME=127.0.0.1
export PYSPARK_PYTHON=$python PYSPARK_DRIVER_PYTHON=$python PYTHONDONTWRITEBYTECODE=1
unset PYTHONPATH PYSPARK_SUBMIT_ARGS SPARK_CONF_DIR

cluster='local-cluster[2,1,1024]'
limit=399999
scan_options=(--model "$work/model.residua" --maximum-bytes "$limit")

# submit <name> <master> <script> <arguments>: starts a job as a program of its own in the background.
submit() {
    local name=$1 master=$2 script=$3
    shift 3
    "$SPARK_HOME/bin/spark-submit" --master "$master" --driver-memory 512m \
        --conf spark.ui.enabled=false --conf spark.driver.host=127.0.0.1 \
        --conf spark.driver.bindAddress=127.0.0.1 --conf spark.sql.shuffle.partitions=4 \
        --conf "spark.hadoop.hadoop.tmp.dir=$work/hadoop" \
        --conf "spark.driver.extraJavaOptions=-Djava.io.tmpdir=$work/local" \
        "$root/pipelines/spark/$script" "$@" >"$work/logs/$name" 2>&1 &
    driver=$!
}

# start_spark <name> <master> <images> [options]: a scan into out-<name> and report-<name>.
start_spark() {
    local name=$1 master=$2 images=$3
    shift 3
    submit "$name" "$master" residua_spark.py "$images" --residua "$tool" "${scan_options[@]}" \
        --partition-bytes 6000000 --out "$work/out-$name" --report "$work/report-$name" "$@"
}

# The exit status of what was submitted.
end_spark() {
    local status=0
    wait "$driver" || status=$?
    driver=
    return "$status"
}

# Whether two reports have the same records and flagged folders.
same() {
    cmp "$1/images.jsonl" "$2/images.jsonl" && diff -r "$1/flagged" "$2/flagged"
}

# The whole process tree below a process, one `pid command` a line.
descendants() {
    local child
    for child in $(ps -A -o pid=,ppid= | awk -v parent="$1" '$2 == parent { print $1 }'); do
        ps -o pid=,args= -p "$child" || true
        descendants "$child"
    done
}

# kill_executor <folder>: kills, as no process can prevent, the executor of the program that holds there, and lets that go on.
kill_executor() {
    local held=$1/held executor turn
    for ((turn = 0; turn < 1200; turn++)); do
        [[ ! -s $held ]] || break
        kill -0 "$driver" 2>/dev/null || fail "the job ended before it came to where it was to stop"
        sleep 0.1
    done
    [[ -s $held ]] || fail "the job did not come to where it was to stop"
    # Up from the program to the executor that runs it, which has to be below this job's driver.
    executor=$(cat "$held")
    until [[ $(ps -o args= -p "$executor") == *CoarseGrainedExecutorBackend* ]]; do
        executor=$(ps -o ppid= -p "$executor" | tr -d ' ')
        [[ -n $executor && $executor -gt 1 ]] || fail "what is held is below no executor"
    done
    descendants "$driver" | grep -q "^ *$executor .*CoarseGrainedExecutorBackend" \
        || fail "executor $executor is not of this job"
    kill -9 "$executor"
    touch "$1/go"
}

step "workers that misbehave, without Spark"
"$python" Tests/Cluster/test_worker.py 2>"$work/logs/workers" || fail "Tests/Cluster/test_worker.py failed"
"$python" Tests/Cluster/test_training.py 2>"$work/logs/rounds" || fail "Tests/Cluster/test_training.py failed"

step "one machine"
mkdir -p "$work/local" "$work/in/sub" "$work/in/[1] {a,b}*"
cp -R sample-data/woven-cloth/test "$work/in/cloth"
cp -R sample-data/brushed-metal/test "$work/in/metal"
flawed=$work/in/cloth/cut/000.png
cp "$flawed" "$work/in/sub/é{x} %20.jpeg"
cp "$flawed" "$work/in/sub/line
end.PNG"
cp "$flawed" "$work/in/[1] {a,b}*/q.png"
cp "$flawed" "$work/in/.hidden.png"
head -c 2000 "$flawed" >"$work/in/half.png"
: >"$work/in/empty.png"
echo text >"$work/in/text.jpg"
head -c $((limit + 1)) /dev/zero >"$work/in/large.png"
# What Hadoop's convention hides, or Spark can't read.
cp -R "$work/in" "$work/odd"
cp "$flawed" "$work/odd/_under.png"
cp "$flawed" "$work/odd/a:b.png"
# A name that is no UTF-8, where the file system takes it.
cp "$flawed" "$work/odd/"$'\xff.png' 2>/dev/null || true
echo text 2>/dev/null >"$work/odd/"$'\xe9t\xe9.png' || true
ln -s "$flawed" "$work/odd/link.png"
mkfifo "$work/odd/pipe.png"
"$tool" train sample-data/woven-cloth/train --model "$work/model.residua" --effort quick --quiet \
    2>"$work/logs/train"
for name in in odd; do
    status=0
    "$tool" scan "$work/$name" "${scan_options[@]}" --report "$work/report-one-$name" --quiet \
        >"$work/logs/scan" 2>&1 || status=$?
    [[ $status -eq 3 ]] || fail "residua scan ended with $status"
done

step "a cluster of two executors"
start_spark cluster "$cluster" "$work/odd"
end_spark || fail "the job failed"
same "$work/report-one-odd" "$work/report-cluster" || fail "the cluster's report is another"
parts=("$work"/out-cluster/records/part-*)
[[ ${#parts[@]} -ge 4 ]] || fail "${#parts[@]} parts are no test of their order"
"$python" - "$work" 2>"$work/logs/parquet" <<'END' || fail "Parquet does not say what the records say"
import json
import sys

from pyspark.sql import SparkSession

work = sys.argv[1]
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
with open(f"{work}/report-one-odd/images.jsonl", encoding="utf-8") as lines:
    records = {record["path"]: record for record in map(json.loads, lines)}
rows = {row.path: row.asDict(recursive=True) for row in spark.read.parquet(f"{work}/out-cluster/parquet").collect()}
assert rows.keys() == records.keys(), rows.keys() ^ records.keys()
for path, record in records.items():
    row = {name: value for name, value in rows[path].items() if value is not None}
    assert row == record, (row, record)
spark.stop()
END

step "a cluster of which an executor is killed"
export RESIDUA_TEST_HOLD=metal/good/001.png:$work/hold
mkdir "$work/hold"
start_spark killed "$cluster" "$work/odd" --wrapper "$root/Tests/Cluster/wrapper.py"
kill_executor "$work/hold"
end_spark || fail "the job did not survive the loss of an executor"
unset RESIDUA_TEST_HOLD
grep -q 'Lost executor' "$work/logs/killed" || fail "no executor was lost"
same "$work/report-one-odd" "$work/report-killed" || fail "the report after the loss is another"

step "read by Spark's binaryFile, and an image that kills its worker"
export RESIDUA_TEST_POISON=cloth/cut/001.png
[[ -f $work/in/$RESIDUA_TEST_POISON ]] || fail "there is no $RESIDUA_TEST_POISON"
start_spark poison 'local[2]' "$work/in" --read-by spark --wrapper "$root/Tests/Cluster/wrapper.py"
end_spark || fail "the job failed"
grep -v "\"path\":\"$RESIDUA_TEST_POISON\"" "$work/report-one-in/images.jsonl" >"$work/wanted"
grep -v "\"path\":\"$RESIDUA_TEST_POISON\"" "$work/report-poison/images.jsonl" >"$work/found"
cmp "$work/wanted" "$work/found" || fail "other records than that of the image are others"
[[ $(wc -l <"$work/report-poison/images.jsonl") -eq $(wc -l <"$work/report-one-in/images.jsonl") ]] \
    || fail "the image has not one record"
grep "\"path\":\"$RESIDUA_TEST_POISON\"" "$work/report-poison/images.jsonl" \
    | grep -q '{"failure":{"code":"worker-died","detail":"the worker died of it twice: signal 9","stage":"score"},' \
    || fail "the image has another record"
unset RESIDUA_TEST_POISON

step "a model that is missing, here and there"
scan_options=(--model "$work/away.residua")
start_spark away 'local[2]' "$work/in"
status=0
end_spark || status=$?
[[ $status -eq 2 ]] || fail "a missing model ended with $status"
[[ $(grep -c '^residua_spark: ' "$work/logs/away") -eq 1 ]] || fail "not one line about the model"
grep -q "^residua_spark: can't read $work/away.residua" "$work/logs/away" || fail "other words"
[[ ! -e $work/out-away ]] || fail "a job without a model wrote something"

scan_options=(--model "$work/model.residua" --maximum-bytes "$limit")
export RESIDUA_TEST_BREAK=1
start_spark broken 'local[2]' "$work/in" --wrapper "$root/Tests/Cluster/wrapper.py"
status=0
end_spark || status=$?
unset RESIDUA_TEST_BREAK
[[ $status -eq 2 ]] || fail "a model that an executor lacks ended with $status"
[[ $(grep -c '^residua_spark: ' "$work/logs/broken") -eq 1 ]] || fail "not one line about the model"
grep -q "^residua_spark: .*can't open away.residua" "$work/logs/broken" || fail "other words"
[[ ! -e $work/report-broken ]] || fail "a job that failed wrote a report"

step "training, on one machine"
good=$root/sample-data/woven-cloth/train
train_options=(--effort quick --configuration "$root/Tests/Cluster/small.json")
status=4
for ((turn = 1; turn <= 20 && status == 4; turn++)); do
    for shard in 1 2 3; do
        "$tool" train "$good" --statistics "$work/stats-one" "${train_options[@]}" --statistics-only --shard "$shard/3" --quiet
    done
    status=0
    "$tool" train "$good" --statistics "$work/stats-one" "${train_options[@]}" --merge \
        --model "$work/one.residua" --quiet || status=$?
done >"$work/logs/one" 2>&1
[[ $status -eq 0 ]] || fail "the rounds ended with $status"

# start_training <name> <master> <program> <options>: into <name>.residua.
start_training() {
    local name=$1 master=$2 program=$3
    shift 3
    submit "$name" "$master" residua_spark_train.py "$good" --residua "$program" --statistics "$work/stats-$name" \
        --shards 3 --patience 0 --model "$work/$name.residua" -- "$@"
}

step "training, on a cluster of two executors"
start_training trained "$cluster" "$tool" "${train_options[@]}"
end_spark || fail "the training failed"
cmp "$work/one.residua" "$work/trained.residua" || fail "the cluster's model is another"

step "training, on a cluster of which an executor is killed"
mkdir "$work/hold-training"
export RESIDUA_TEST_PROGRAM=$tool RESIDUA_TEST_HOLD=2/3:3:$work/hold-training
start_training loss "$cluster" "$root/Tests/Cluster/trainer.py" "${train_options[@]}"
kill_executor "$work/hold-training"
end_spark || fail "the training did not survive the loss of an executor"
unset RESIDUA_TEST_PROGRAM RESIDUA_TEST_HOLD
grep -q 'Lost executor' "$work/logs/loss" || fail "no executor was lost"
# What outlived its executor has done the same work as what was started in its place.
[[ $(cat "$work/hold-training/ended") == 0 ]] || fail "the program of the lost executor did not end well"
cmp "$work/one.residua" "$work/loss.residua" || fail "the model after the loss is another"

step "training that can't go on"
start_training refused 'local[2]' "$tool" --effort thorough
status=0
end_spark || status=$?
[[ $status -eq 2 ]] || fail "training that tasks refuse ended with $status"
[[ $(grep -c '^residua_spark_train: ' "$work/logs/refused") -eq 1 ]] || fail "not one line about why"
grep -q "^residua_spark_train: residua train refused: .*--effort thorough" "$work/logs/refused" || fail "other words"

step "done"
