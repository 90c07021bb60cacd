"""Checks of the Containerfile that no lint makes: containerfile.py <Containerfile> <ignore file> <repository>."""

import fnmatch
import os
import sys

from dockerfile_parse import DockerfileParser

path, ignore_path, repository = sys.argv[1:]
errors = []


def check(condition, message):
    if not condition:
        errors.append(message)


with open(path, "rb") as file:
    structure = DockerfileParser(fileobj=file).structure
stages = []
for item in structure:
    if item["instruction"] == "FROM":
        stages.append([])
    if stages:
        stages[-1].append((item["instruction"], item["value"]))
check(len(stages) == 2, "want a builder and a final stage")

with open(ignore_path) as file:
    patterns = [line.strip() for line in file if line.strip() and not line.startswith("#")]


def is_in_context(name):
    """As in .dockerignore: the last pattern that matches the path or a folder above it counts."""
    taken = True
    parts = name.split("/")
    prefixes = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    for pattern in patterns:
        if any(fnmatch.fnmatch(prefix, pattern.lstrip("!")) for prefix in prefixes):
            taken = pattern.startswith("!")
    return taken


for stage in stages:
    for instruction, value in stage:
        check(instruction != "ADD", "ADD fetches what nobody looked at: use COPY")
        if instruction != "COPY" or "--from=" in value:
            continue
        sources = [word for word in value.split() if not word.startswith("--")][:-1]
        for source in sources:
            check(os.path.exists(os.path.join(repository, source)), f"COPY {source}: is not there")
            check(is_in_context(source), f"COPY {source}: left out by the ignore file")
for name in (".build", ".git", "sample-data", ".residua", "README.md"):
    check(not is_in_context(name), f"{name} is sent to the builder")

final = stages[-1]
users = [value for instruction, value in final if instruction == "USER"]
check(users and users[-1].split(":")[0].isdigit() and int(users[-1].split(":")[0]) > 0, "USER: want a number, not root's")
check(any(instruction == "ENTRYPOINT" and value.startswith("[") for instruction, value in final), "want ENTRYPOINT as a list")
check(not any("-dev" in value for instruction, value in final if instruction == "RUN"), "the final image has -dev packages")

for error in errors:
    print(f"{path}: {error}", file=sys.stderr)
sys.exit(1 if errors else 0)
