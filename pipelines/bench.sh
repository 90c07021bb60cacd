#!/usr/bin/env bash
# Measures how long training and scanning take, what memory they need, and how fast each stage is.
#
#   pipelines/bench.sh [dataset]    a folder with train/good and test; sample-data/ceramic-tile when
#                                   not given
#
# RESIDUA_BENCH_REPEATS sets the repetitions of each measurement but training, at least 3 (5).
# Ratios are taken within a repetition, so that other work on the machine slows both sides. Needs
# python3. Exit status 2: the dataset or python3 is missing, or a command failed.
set -euo pipefail

called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
data=${1:-$PWD/sample-data/ceramic-tile}
[[ $data == /* ]] || data=$called_from/$data
repeats=${RESIDUA_BENCH_REPEATS:-5}

for folder in "$data/train/good" "$data/test"; do
    [[ -d $folder ]] || { echo "bench: no folder $folder" >&2; exit 2; }
done
[[ $repeats =~ ^[0-9]+$ && $repeats -ge 3 ]] \
    || { echo "bench: RESIDUA_BENCH_REPEATS must be at least 3, found $repeats" >&2; exit 2; }
command -v python3 >/dev/null || { echo "bench: python3 is missing" >&2; exit 2; }

pipelines/install.sh
# shellcheck source=pipelines/swift-flags.sh
source pipelines/swift-flags.sh
for product in residua residua-bench; do
    swift build "${swift_flags[@]}" --product "$product" >&2
done
bin=$(swift build "${swift_flags[@]}" --show-bin-path)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

python3 - "$bin" "$data" "$out" "$repeats" <<'PYTHON'
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

binaries, data, out = (pathlib.Path(argument) for argument in sys.argv[1:4])
repeats = int(sys.argv[4])
model = out / "model.residua"
endings = (".png", ".jpg", ".jpeg")


def run(*words):
    """Runs residua; returns its seconds, its peak memory in MB and its seconds of processor."""
    command = [str(binaries / "residua"), *map(str, words), "--quiet"]
    with open(out / "log", "wb") as log:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        print((out / "log").read_text(errors="replace"), file=sys.stderr)
        print(f"bench: status {process.returncode} from: {' '.join(command)}", file=sys.stderr)
        sys.exit(2)
    memory = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)
    return elapsed, memory, usage.ru_utime + usage.ru_stime


def scan(path, *options):
    return run("scan", path, "--model", model, "--report", out / "report", *options)


def row(name, samples, unit, best):
    median, extreme = statistics.median(samples), best(samples)
    print(f"  {name:38} {median:10.4g} {extreme:10.4g}  {unit:12} {len(samples)}")


def images(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in endings)


train, test = images(data / "train" / "good"), images(data / "test")
if not train or not test:
    print(f"bench: no images to train on or to scan in {data}", file=sys.stderr)
    sys.exit(2)
load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
print(f"{data.name}: {len(train)} images to train on, {len(test)} to scan")
print(f"{platform.machine()}, {os.cpu_count()} processors; load before: {load}")
print()
print(f"{'':40} {'median':>10} {'best':>10}  {'unit':12} repetitions")

print("residua")
train_time, train_memory, train_work = run("train", data / "train" / "good", "--model", model)
row("train", [train_time], "s", min)
row("train, processors used", [train_work / train_time], "processors", max)
row("train, per image", [1e3 * train_time / len(train)], "ms/image", min)
row("train, peak memory", [train_memory], "MB", min)
row("model file", [model.stat().st_size / 1e6], "MB", min)

first, alone, both = [], [], []
scan(data / "test", "--jobs", "1")
for _ in range(repeats):
    first.append(scan(test[0])[0])
    alone.append(scan(data / "test", "--jobs", "1"))
    both.append(scan(data / "test"))
row("start to first score", [1e3 * value for value in first], "ms", min)
for name, runs in (("scan, --jobs 1", alone), ("scan, default jobs", both)):
    row(name, [len(test) / elapsed for elapsed, _, _ in runs], "images/s", max)
    row(f"{name}, peak memory", [memory for _, memory, _ in runs], "MB", min)
    # Other work on the machine hardly changes the time of processor; fewer processors than jobs in
    # use mean that it took the rest.
    row(f"{name}, processor time", [1e3 * work / len(test) for _, _, work in runs], "ms/image", min)
    used = [work / elapsed for elapsed, _, work in runs]
    row(f"{name}, processors used", used, "processors", max)
row("default jobs / --jobs 1", [a[0] / b[0] for a, b in zip(alone, both)], "times", max)
row("train / scan, processor time per image",
    [train_work / len(train) / (work / len(test)) for _, _, work in alone], "times", min)
print()
sys.stdout.flush()

bench = subprocess.run(
    [binaries / "residua-bench", "--model", model, "--images", data / "test",
     "--repetitions", str(max(7, repeats))])
load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
print(f"load after: {load}")
sys.exit(0 if bench.returncode == 0 else 2)
PYTHON
