#!/usr/bin/env bash
# Measures how long training and scanning take, what memory they need, how fast each stage is, and
# where the time goes; the key figures are set against what is wanted of them.
#
#   pipelines/bench.sh [--keep] [--quick] [dataset]
#
# The dataset is a folder with train/good and test; sample-data/ceramic-tile when not given.
# --keep appends the key figures with date, commit and machine to pipelines/bench-results.jsonl.
# --quick leaves out all but the fastest kernels and the larger sizes.
#
# RESIDUA_BENCH_REPEATS sets the repetitions of each measurement but training, at least 3 (5).
# Ratios are taken within a repetition, so that other work on the machine slows both sides. Needs
# python3. Exit status 2: the dataset or python3 is missing, or a command failed.
set -euo pipefail

called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
data=
keep=0
options=()
while [[ $# -gt 0 ]]; do
    case $1 in
        --keep) keep=1 ;;
        --quick) options+=(--quick) ;;
        -*) echo "bench: unknown option $1" >&2; exit 2 ;;
        *) data=$1 ;;
    esac
    shift
done
data=${data:-$PWD/sample-data/ceramic-tile}
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

python3 - "$bin" "$data" "$out" "$repeats" "$keep" ${options[@]+"${options[@]}"} <<'PYTHON'
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

binaries, data, out = (pathlib.Path(argument) for argument in sys.argv[1:4])
repeats, keep, options = sys.argv[4], sys.argv[5] == "1", sys.argv[6:]
kept = pathlib.Path("pipelines/bench-results.jsonl")
model, lines = out / "model.residua", out / "lines.jsonl"
endings = (".png", ".jpg", ".jpeg")


def fail(message):
    print(f"bench: {message}", file=sys.stderr)
    sys.exit(2)


def said(*words):
    """What a command prints; nothing where it fails or is not there."""
    try:
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def train():
    """Trains the model; returns the seconds, the peak memory in MB and the seconds of processor."""
    command = [binaries / "residua", "train", data / "train" / "good", "--model", model, "--quiet"]
    with open(out / "log", "wb") as log:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        print((out / "log").read_text(errors="replace"), file=sys.stderr)
        fail(f"status {process.returncode} from: {' '.join(map(str, command))}")
    memory = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)
    return elapsed, memory, usage.ru_utime + usage.ru_stime


def machine():
    """Processor, cores and system; no name of the machine."""
    processor = said("sysctl", "-n", "machdep.cpu.brand_string")
    if pathlib.Path("/proc/cpuinfo").exists():
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
                break
    if sys.platform == "darwin":
        system = f"macOS {platform.mac_ver()[0]}"
    else:
        try:
            system = platform.freedesktop_os_release()["PRETTY_NAME"]
        except (AttributeError, KeyError, OSError):
            system = platform.system()
    return {"cpu": processor or platform.machine(), "cores": os.cpu_count(), "system": system}


def commit():
    """The commit that was measured, with a plus where something in it has changed."""
    changed = said("git", "status", "--porcelain", "--", "Sources", "Package.swift")
    return (said("git", "rev-parse", "--short", "HEAD") or "unknown") + ("+" if changed else "")


def rounded(number):
    return float(f"{number:.4g}")


images = [path for path in (data / "train" / "good").rglob("*") if path.suffix.lower() in endings]
if len(images) < 2:
    fail(f"no images to train on in {data}")
before = os.getloadavg()[0]
place = machine()
print(f"{data.name}: {len(images)} images to train on")
print(f"{place['cpu']}, {place['cores']} processors, {place['system']}; load before: {before:.2f}")
print()

elapsed, memory, work = train()
figures = {"train_standard_s": [rounded(elapsed)] * 2, "train_memory_mb": [rounded(memory)] * 2}
print("training, effort standard, by the program")
for name, value, unit in (
    ("all", elapsed, "s"),
    ("an image", 1e3 * elapsed / len(images), "ms"),
    ("processors used", work / elapsed, "processors"),
    ("peak memory", memory, "MB"),
):
    print(f"  {name:20} {value:10.4g}  {unit}")
print()
sys.stdout.flush()

bench = subprocess.run(
    [binaries / "residua-bench", "--model", model, "--images", data / "test",
     "--train", data / "train" / "good", "--residua", binaries / "residua",
     "--repetitions", repeats, "--out", lines, *options])
if bench.returncode != 0:
    sys.exit(2)
after = os.getloadavg()[0]
for line in lines.read_text().splitlines():
    measured = json.loads(line)
    if "key" in measured:
        figures.setdefault(
            measured["key"], [rounded(measured["median"]), rounded(measured["best"])])
result = {
    "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
    "commit": commit(), "data": data.name, "options": options, "machine": place,
    "load": [rounded(before), rounded(after)], "figures": figures,
}

earlier = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
earlier = [run for run in earlier if run["machine"] == place and run["data"] == data.name]
if earlier:
    last = earlier[-1]
    print(f"against the run kept on {last['date']} ({last['commit']}, load {last['load'][0]}), "
          "median and best")
    for name, (median, best) in figures.items():
        if name in last["figures"]:
            old_median, old_best = last["figures"][name]
            print(f"  {name:50} {old_median:8} -> {median:8}   {old_best:8} -> {best:8}")
print(f"load after: {after:.2f}")
if keep:
    with open(kept, "a") as file:
        file.write(json.dumps(result) + "\n")
    print(f"kept in {kept}")
PYTHON
