"""Validates JUnit XML by the schema of Jenkins, reads it with junitparser, and compares it with the
report: junit.py REPORT XML"""
import json
import pathlib
import sys

import junitparser
from lxml import etree

report, path = sys.argv[1:]
records = [json.loads(line) for line in open(f"{report}/images.jsonl", encoding="utf-8")]
schema = etree.XMLSchema(etree.parse(pathlib.Path(sys.prefix) / "junit-10.xsd"))
schema.assertValid(etree.parse(path))

suites = junitparser.JUnitXml.fromfile(path)
suite = next(iter(suites))
cases = list(suite)
counts = json.load(open(f"{report}/run.json", encoding="utf-8"))["counts"]
assert (suite.tests, suite.failures, suite.errors) == (
    counts["images"],
    counts["flagged"],
    counts["failed"],
)
assert len(cases) == len(records)


def shown(text):
    return "".join(
        "\ufffd" if (ord(c) < 32 and c not in "\t\r\n") or 127 <= ord(c) < 160 else c for c in text
    )


for case, record in zip(cases, records):
    folder, _, name = record["path"].rpartition("/")
    assert (case.classname, case.name) == (shown(folder or "images"), shown(name)), case.name
    kinds = [type(result).__name__ for result in case.result]
    assert kinds == {"ok": [], "flagged": ["Failure"], "failed": ["Error"]}[record["status"]]
    if record["status"] == "failed":
        assert case.result[0].message == record["failure"]["detail"]
    if record["status"] == "flagged":
        assert case.result[0].text.count("region at") == len(record["regions"])
print(len(cases))
