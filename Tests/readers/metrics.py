"""Reads Prometheus text with its own client's parser and compares it with the report, where one is
given: metrics.py PROM [REPORT]. Prints the samples without labels but status as JSON."""
import json
import sys

from prometheus_client.parser import text_string_to_metric_families

text = open(sys.argv[1], encoding="utf-8").read()
assert text.endswith("\n")
families = list(text_string_to_metric_families(text))
samples = {}
for family in families:
    assert family.documentation and family.type == "gauge", family
    assert family.name.startswith("residua_")
    for sample in family.samples:
        key = (sample.name, tuple(sorted(sample.labels.items())))
        assert key not in samples, key
        samples[key] = sample.value
names = {dict(labels)["name"] for _, labels in samples}
assert len(names) == 1, names
name = names.pop()


def value(metric, **labels):
    return samples[(metric, tuple(sorted({"name": name, **labels}.items())))]


if len(sys.argv) > 2:
    run = json.load(open(f"{sys.argv[2]}/run.json", encoding="utf-8"))
    for status in ("ok", "flagged", "failed"):
        assert value("residua_images", status=status) == run["counts"][status]
    assert value("residua_score", percentile="50") == run["scores"]["p50"]
    assert value("residua_score_threshold") == run["threshold"]
    assert value("residua_run_duration_seconds") == run["elapsed_seconds"]
    assert value("residua_exit_status") == run["exit_status"]
    for failure in run["failures"]:
        found = value("residua_failures", stage=failure["stage"], code=failure["code"])
        assert found == failure["count"]
    models = [dict(labels) for metric, labels in samples if metric == "residua_model_info"]
    assert [model["sha256"] for model in models] == [run["model"]["sha256"]]
simple = {metric: v for (metric, labels), v in samples.items() if len(labels) == 1}
print(json.dumps({"name": name} | simple))
