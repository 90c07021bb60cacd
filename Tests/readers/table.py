"""Checks images.csv against images.jsonl: table.py REPORT CSV"""
import csv
import json
import sys

report, path = sys.argv[1:]
records = [json.loads(line) for line in open(f"{report}/images.jsonl", encoding="utf-8")]
with open(path, encoding="utf-8", newline="") as file:
    text = file.read()
rows = list(csv.DictReader(text.splitlines(keepends=True), strict=True))


def shown(value):
    """The text as a cell gives it back: controls are replaced, lines and tabs are not."""
    return "".join(
        "\ufffd" if (ord(c) < 32 and c not in "\t\r\n") or 127 <= ord(c) < 160 else c for c in value
    )


def plain(cell):
    return cell[1:] if cell.startswith("'") else cell


assert text.endswith("\r\n"), "the last row has no end"
assert len(rows) == len(records), f"{len(rows)} rows, {len(records)} records"
for row, record in zip(rows, records):
    for key, cell in row.items():
        assert cell is not None and not cell.startswith(("=", "+", "@", "\t", "\r", "\n")), (key, cell)
        assert not cell.startswith("-") or float(cell), (key, cell)
    assert plain(row["path"]) == shown(record["path"]), (row["path"], record["path"])
    assert row["status"] == record["status"]
    for key in ("score", "threshold", "p_value", "margin", "width", "height"):
        wanted = record.get(key)
        assert (float(row[key]) if row[key] else None) == wanted, (key, row[key], wanted)
    regions = record.get("regions")
    assert row["regions"] == ("" if regions is None else str(len(regions)))
    if regions:
        strongest = max(regions, key=lambda region: region["peak"])
        assert float(row["peak"]) == strongest["peak"]
        assert int(row["peak_x"]) == strongest["box"]["x"]
        assert int(row["peak_height"]) == strongest["box"]["height"]
    assert row["failure_code"] == record.get("failure", {}).get("code", "")
print(len(rows))
