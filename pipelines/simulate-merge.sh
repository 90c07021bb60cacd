#!/bin/bash
# Measures `residua merge` on records of images that don't exist: how long it takes, and that its memory does not
# grow with the number of records.
#
#   pipelines/simulate-merge.sh [records] [shards]        1,000,000 records in 1,000 shards when not given
#
# Makes the reports of the shards of two runs, one of them with a tenth of the records, merges each, and prints a line
# for each. Needs Python 3.8 or later, and room for about 1.5 kB per record in $TMPDIR. RESIDUA names the program.
set -euo pipefail

records=${1:-1000000}
shards=${2:-1000}
here=$(cd "$(dirname "$0")" && pwd)
residua=${RESIDUA:-$here/../.build/release/residua}
[ -x "$residua" ] || residua=$(command -v residua) || {
    echo "there is no residua: swift build -c release, or set RESIDUA" >&2
    exit 2
}
work=$(mktemp -d "${TMPDIR:-/tmp}/simulate-merge.XXXXXX")
trap 'rm -rf "$work"' EXIT

printf '%10s %7s %9s %9s %10s %10s %9s\n' records shards flagged failed seconds 'records/s' 'peak MiB'
for count in $((records / 10)) "$records"; do
    python3 - "$residua" "$work/$count" "$count" "$shards" <<'PYTHON'
import base64
import hashlib
import json
import os
import random
import subprocess
import sys

program, work, records, shards = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
# A picture of one grey pixel stands for the heat map.
pixel = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
model = {
    "path": "m.residua", "sha256": "ab" * 32, "created_with": version, "seed": 1, "training_images": 200,
}
random.seed(1)
normals = sorted(random.gauss(1, 0.2) for _ in range(200))
threshold = normals[-2]
maps = ["structure-256/layer%d/%s" % (layer, kind) for layer in (1, 2) for kind in ("gaussian", "exemplars")]


def line(record, **layout):
    return json.dumps(record, sort_keys=True, ensure_ascii=False, **layout)


def record(path, number):
    """A record of the size that a scan's have; one in a thousand is flagged, one in two thousand failed."""
    base = {"schema_version": 1, "path": path, "model_sha256": model["sha256"]}
    if number % 2000 == 7:
        failure = {"stage": "decode", "code": "truncated", "detail": "premature end of data"}
        return {**base, "status": "failed", "failure": failure}
    score = round(random.gauss(1, 0.2), 6) if number % 1000 else round(2 + random.random(), 6)
    flagged = score > threshold and number % 1000 == 0
    base.update(
        status="flagged" if flagged else "ok", format="png", width=1024, height=1024, orientation=1,
        sha256=hashlib.sha256(path.encode()).hexdigest(), score=score, threshold=threshold, p_value=0.5,
        margin=round(score / threshold, 6), regions=[], maps={name: round(random.random(), 7) for name in maps},
        shares={"maps": dict.fromkeys(maps, 0.25), "layers": {"structure-256/layer1": 0.5, "structure-256/layer2": 0.5}},
    )
    return base


paths = sorted("line-%02d/%08d.png" % (number % 40, number) for number in range(records))
lines = [[] for _ in range(shards)]
counts = [{"images": 0, "ok": 0, "flagged": 0, "failed": 0} for _ in range(shards)]
for number, path in enumerate(paths):
    shard = int.from_bytes(hashlib.sha256(path.encode()).digest()[:8], "big") % shards
    entry = record(path, number)
    counts[shard]["images"] += 1
    counts[shard][entry["status"]] += 1
    if entry["status"] == "flagged":
        stem = os.path.splitext(os.path.basename(path))[0]
        entry["id"] = "%s-%s" % (stem, hashlib.sha256(path.encode()).hexdigest()[:8])
        home = "flagged/" + entry["id"]
        entry["links"] = {"report": home + "/report.json", "pictures": [home + "/heatmap.png"]}
        folder = "%s/%d/%s" % (work, shard + 1, home)
        os.makedirs(folder)
        with open(folder + "/report.json", "w") as file:
            file.write(line({**entry, "model": model, "pictures": ["heatmap.png"]}, indent=2) + "\n")
        with open(folder + "/heatmap.png", "wb") as file:
            file.write(pixel)
    lines[shard].append(line(entry, separators=(",", ":")) + "\n")

for shard in range(shards):
    folder = "%s/%d" % (work, shard + 1)
    os.makedirs(folder, exist_ok=True)
    open(folder + "/.residua-report", "w").close()
    with open(folder + "/images.jsonl", "w") as file:
        file.writelines(lines[shard])
    failed = counts[shard]["failed"]
    summary = {
        "schema_version": 1, "version": version, "command": "scan", "model": model, "roots": ["shots"],
        "settings": "5" * 64, "counts": counts[shard], "threshold": threshold, "false_alarm_rate": 0.01,
        "calibration": {"normals": len(normals), "sufficient": True, "guaranteed_rate": 0.01},
        "kernels": "avx2", "jobs": 2, "started_at": "2026-01-01T00:00:00Z", "finished_at": "2026-01-01T01:00:00Z",
        "elapsed_seconds": 3600, "images_per_second": 1, "exit_status": 3 if failed else 0, "interrupted": False,
        "failures": [{"stage": "decode", "code": "truncated", "count": failed}] if failed else [],
        "shard": {"index": shard + 1, "count": shards, "inputs": [counts[shard]["images"]], "normals": normals},
    }
    with open(folder + "/run.json", "w") as file:
        file.write(line(summary, indent=2) + "\n")
with open(work + "/counts.json", "w") as file:
    json.dump({key: sum(count[key] for count in counts) for key in counts[0]}, file)
PYTHON
    # A process of its own: the system counts a process' memory before it became another program, too.
    python3 - "$residua" "$work/$count" "$count" "$shards" <<'PYTHON'
import json
import resource
import subprocess
import sys
import time

program, work, records, shards = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with open(work + "/counts.json") as file:
    total = json.load(file)
folders = ["%s/%d" % (work, shard + 1) for shard in range(shards)]
report = work + "/all"
started = time.monotonic()
merged = subprocess.run([program, "merge", *folders, "--report", report, "-q"], stdout=subprocess.DEVNULL)
seconds = time.monotonic() - started
# In bytes on macOS, in kibibytes elsewhere.
unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
if merged.returncode not in (0, 3):
    sys.exit("merge ended with %d" % merged.returncode)
with open(report + "/run.json") as file:
    summary = json.load(file)
found = 0
last = ""
with open(report + "/images.jsonl") as file:
    for text in file:
        path = json.loads(text)["path"]
        if path <= last:
            sys.exit("%s stands after %s" % (path, last))
        found, last = found + 1, path
if found != records or summary["counts"] != total:
    sys.exit("%d of %d records, %s in run.json, %s wanted" % (found, records, summary["counts"], total))
print(
    "%10d %7d %9d %9d %10.1f %10.0f %9.0f"
    % (records, shards, total["flagged"], total["failed"], seconds, records / seconds, peak)
)
PYTHON
    rm -rf "${work:?}/$count"
done
