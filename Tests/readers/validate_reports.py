"""Validates report folders and other JSON against the schemas that the program prints.

usage: validate_reports.py <schema folder> <report folder or kind=file>...

The schema folder holds <kind>.json for each kind and all.json. Each document is validated twice: as
it stands, and closed, so that a field that is not described is an error too.
"""

import copy
import json
import pathlib
import sys

import jsonschema


def closed(node):
    """A schema whose objects allow no other fields than those it names."""
    if isinstance(node, dict):
        if "properties" in node and node.get("type") == "object":
            node.setdefault("additionalProperties", False)
        for value in node.values():
            closed(value)
    elif isinstance(node, list):
        for value in node:
            closed(value)
    return node


def validator(schema):
    kind = jsonschema.Draft202012Validator
    kind.check_schema(schema)
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


class Schemas:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.known = {}
        self.any = validator(json.loads((self.folder / "all.json").read_text()))
        self.count = 0

    def of(self, kind):
        if kind not in self.known:
            schema = json.loads((self.folder / f"{kind}.json").read_text())
            self.known[kind] = validator(schema), validator(closed(copy.deepcopy(schema)))
        return self.known[kind]

    def check(self, kind, text, place):
        # Python reads NaN and Infinity, which are no JSON.
        document = json.loads(text, parse_constant=lambda name: sys.exit(f"{place}: {name}"))
        for one in (*self.of(kind), self.any):
            for error in one.iter_errors(document):
                path = "/".join(str(part) for part in error.absolute_path)
                sys.exit(f"{place}: {path}: {error.message[:500]}")
        self.count += 1


def main(folder, places):
    schemas = Schemas(folder)
    for place in places:
        kind, _, file = place.partition("=")
        if file:
            schemas.check(kind, pathlib.Path(file).read_text(), file)
            continue
        report = pathlib.Path(place)
        schemas.check("run", (report / "run.json").read_text(), report / "run.json")
        for number, line in enumerate((report / "images.jsonl").open(), 1):
            schemas.check("image", line, f"{report}/images.jsonl:{number}")
        for flagged in sorted(report.glob("flagged/*/report.json")):
            schemas.check("flagged", flagged.read_text(), flagged)
            for link in json.loads(flagged.read_text())["links"]["pictures"]:
                if not (report / link).is_file():
                    sys.exit(f"{flagged}: there is no {link}")
        if (report / "metrics.json").exists():
            schemas.check("metrics", (report / "metrics.json").read_text(), report / "metrics.json")
    print(schemas.count, "documents")


main(sys.argv[1], sys.argv[2:])
