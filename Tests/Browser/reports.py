"""Reports for the tests of the gallery: those of the program, and ones that it could have written.

A page is always made by the program itself, `residua report`, from the JSON.
"""

import bisect
import copy
import json
import struct
import subprocess
import zlib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = REPOSITORY / "sample-data" / "woven-cloth"


def run(tool, *arguments, status=0):
    done = subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return done.stdout


def png(width, height, pixel):
    """An RGBA picture; pixel(x, y) returns four levels."""
    rows = b"".join(
        b"\0" + b"".join(bytes(pixel(x, y)) for x in range(width)) for y in range(height)
    )

    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 6))
        + chunk(b"IEND", b"")
    )


class Report:
    """A report folder whose JSON can be changed."""

    def __init__(self, tool, folder):
        self.tool = tool
        self.folder = Path(folder)
        lines = (self.folder / "images.jsonl").read_text().splitlines()
        self.records = [json.loads(line) for line in lines]
        summary = self.folder / "run.json"
        self.summary = json.loads(summary.read_text()) if summary.exists() else None

    @property
    def page(self):
        return (self.folder / "index.html").as_uri()

    @property
    def flagged(self):
        return [record for record in self.records if record["status"] == "flagged"]

    def copy(self, folder):
        """The same JSON in a folder without pictures."""
        folder = Path(folder)
        folder.mkdir()
        (folder / ".residua-report").touch()
        other = copy.copy(self)
        other.folder = folder
        other.records = copy.deepcopy(self.records)
        other.summary = copy.deepcopy(self.summary)
        return other

    def write(self):
        """Writes the JSON and lets the program make the page."""
        lines = [
            json.dumps(record, sort_keys=True, separators=(",", ":")) + "\n"
            for record in self.records
        ]
        (self.folder / "images.jsonl").write_text("".join(lines))
        if self.summary is not None:
            self.count()
            (self.folder / "run.json").write_text(json.dumps(self.summary, sort_keys=True))
        run(self.tool, "report", self.folder)
        return self

    def count(self):
        statuses = [record["status"] for record in self.records]
        counts = {name: statuses.count(name) for name in ("ok", "flagged", "failed")}
        self.summary["counts"] = {"images": len(statuses), **counts}
        if histogram := self.summary.get("histogram"):
            edges = histogram["edges"]
            bins = [0] * (len(edges) - 1)
            for record in self.records:
                if "score" in record:
                    place = bisect.bisect_left(edges, record["score"]) - 1
                    bins[min(max(place, 0), len(bins) - 1)] += 1
            histogram["images"] = bins
        reasons = {}
        for record in self.records:
            if failure := record.get("failure"):
                key = (failure["stage"], failure["code"])
                reasons[key] = reasons.get(key, 0) + 1
        self.summary["failures"] = [
            {"stage": stage, "code": code, "count": count}
            for (stage, code), count in sorted(reasons.items())
        ]

    def put(self, record, name, data):
        """Puts a picture into a flagged image's folder, and into its links."""
        folder = self.folder / "flagged" / record["id"]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        link = f"flagged/{record['id']}/{name}"
        if link not in record["links"]["pictures"]:
            record["links"]["pictures"].append(link)


def scan(tool, model, images, folder):
    run(tool, "scan", *images, "--model", model, "--report", folder, "--quiet")
    return Report(tool, folder)


def heat(width, height, box):
    """A heat map that is transparent outside of a box."""
    left, top = box["x"], box["y"]
    right, bottom = left + box["width"], top + box["height"]

    def pixel(x, y):
        return (240, 120, 40, 255) if left <= x < right and top <= y < bottom else (0, 0, 0, 0)

    return png(width, height, pixel)


def complete(report):
    """Adds the pictures that a flagged image lacks; browsers tell a picture's type by its content."""
    for record in report.flagged:
        original = (SAMPLES / "test" / record["path"]).read_bytes()
        has = {Path(link).name for link in record["links"]["pictures"]}
        for name in {"thumbnail.jpg", "image.jpg", "crop-1.png", "map.png", "panel.png"} - has:
            report.put(record, name, original)
        if "image.jpg" not in has:
            picture = heat(record["width"], record["height"], record["regions"][0]["box"])
            report.put(record, "heatmap.png", picture)
    return report.write()


def multiplied(report, folder, images, flagged, failed=20):
    """A report of many images, made from one of a few: of each flagged one the pictures of another."""
    many = report.copy(folder)
    templates = report.flagged
    good = next(record for record in report.records if record["status"] == "ok")
    many.records = []
    for index in range(images):
        if index % (images // flagged) == 0 and index // (images // flagged) < flagged:
            number = index // (images // flagged)
            template = templates[number % len(templates)]
            record = copy.deepcopy(template)
            record["path"] = f"line-{number % 7}/shift {number % 3}/{number:05}.png"
            record["id"] = f"{number:05}-{number:08x}"
            # A permutation: each image has a score of its own, in no order.
            record["margin"] = 1 + (number * 379 % flagged) / 50
            record["score"] = record["margin"] * record["threshold"]
            record["width"], record["height"] = 100 + number * 211 % 977, 160
            record["regions"] = (record["regions"] * 9)[: 1 + number * 53 % 9]
            home = many.folder / "flagged" / record["id"]
            home.parent.mkdir(exist_ok=True)
            home.symlink_to(report.folder / "flagged" / template["id"])
            names = [Path(link).name for link in template["links"]["pictures"]]
            record["links"] = {
                "report": f"flagged/{record['id']}/report.json",
                "pictures": [f"flagged/{record['id']}/{name}" for name in names],
            }
        else:
            record = {**good, "path": f"line-{index % 7}/{index:05}.png"}
        many.records.append(record)
    for index in range(failed):
        many.records.append(failure(f"broken/{index:03}.jpg"))
    return many.write()


def failure(path, code="truncated", detail="premature end of the file"):
    return {
        "schema_version": 1,
        "path": path,
        "status": "failed",
        "failure": {"stage": "decode", "code": code, "detail": detail},
    }
