"""Checks the manifests against Kubernetes' schemas and the project's rules, and runs their containers' commands here.

kubernetes.py <manifests> <container scripts> <program> <model> <images> <work>

Runs as user 10001 without any rights where it may, with folders mounted read-only that can't be written to, so that a
command that writes elsewhere than the manifest allows fails.
"""

import math
import os
import re
import shutil
import subprocess
import sys

import kubernetes_validate
import yaml

manifests, scripts, program, model, images, work = sys.argv[1:]
# backoffLimitPerIndex came with 1.29, timeZone and podFailurePolicy before.
VERSIONS = ("1.29", "1.31", "1.33", "1.35", "1.37")
QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|k|[KMGTPE]i|[MGTPE])?")
SHARDS = 3
errors = []


def check(condition, message):
    if not condition:
        errors.append(message)


def stop_at_errors():
    if errors:
        sys.exit("\n".join(f"kubernetes: {error}" for error in errors))


documents = {}
for name in sorted(os.listdir(manifests)):
    if not name.endswith(".yaml"):
        continue
    with open(os.path.join(manifests, name)) as file:
        for document in yaml.safe_load_all(file):
            key = document["kind"], document["metadata"]["name"]
            check(key not in documents, f"{name}: {key} is there twice")
            documents[key] = document
            for version in VERSIONS:
                try:
                    kubernetes_validate.validate(document, version, strict=True)
                except Exception as error:
                    errors.append(f"{name}: {key} is not as Kubernetes {version} wants it: {error}")


def job_of(document):
    return document["spec"]["jobTemplate"]["spec"] if document["kind"] == "CronJob" else document["spec"]


jobs = {key[1]: job_of(document) for key, document in documents.items() if key[0] in ("Job", "CronJob")}
check(set(jobs) == {"residua-scan", "residua-merge", "residua-nightly"}, f"jobs are {sorted(jobs)}")
for name, job in jobs.items():
    pod = job["template"]["spec"]
    (container,) = pod["containers"]

    def rule(condition, message, name=name):
        check(condition, f"{name}: {message}")

    security = pod["securityContext"]
    rule(security["runAsNonRoot"] is True and security["runAsUser"] > 0 and security["runAsGroup"] > 0, "runs as root")
    rule(security["seccompProfile"] == {"type": "RuntimeDefault"}, "no seccomp profile")
    rule(
        container["securityContext"]
        == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "its container may do more than it needs",
    )
    rule(pod["automountServiceAccountToken"] is False, "has a token of the cluster")
    rule(pod["restartPolicy"] == "Never", "podFailurePolicy goes with restartPolicy Never only")
    for amounts in container["resources"].values():
        rule(all(QUANTITY.fullmatch(str(amount)) for amount in amounts.values()), f"resources: {amounts}")
    rule({"cpu", "memory"} <= set(container["resources"]["requests"]), "requests neither processors nor memory")
    rule("memory" in container["resources"]["limits"], "has no limit of memory")

    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    rule(set(volumes) == set(mounts), f"volumes {sorted(volumes)}, mounts {sorted(mounts)}")
    for volume in volumes.values():
        if "persistentVolumeClaim" in volume:
            claim = volume["persistentVolumeClaim"]
            rule(("PersistentVolumeClaim", claim["claimName"]) in documents, f"no claim {claim['claimName']}")
            rule(
                claim.get("readOnly", False) == mounts[volume["name"]].get("readOnly", False),
                f"{volume['name']}: read-only in one place only",
            )
    for volume in ("images", "model"):
        rule(volume not in mounts or mounts[volume]["readOnly"], f"{volume} can be written to")
    rule(mounts["tmp"]["mountPath"] == "/tmp" and "emptyDir" in volumes["tmp"], "/tmp can't be written to")

    disruption, final = job["podFailurePolicy"]["rules"]
    rule(disruption["action"] == "Ignore", "a lost node counts as a failure")
    codes = final["onExitCodes"]
    rule(final["action"] == "FailJob" and 2 in codes["values"] and 64 in codes["values"], "retries what can't go well")
    rule(codes["values"] == sorted(set(codes["values"])) and 0 not in codes["values"], "exit codes want to be sorted")
    rule(codes["containerName"] == container["name"], "the policy is for another container")
    rule(job["podReplacementPolicy"] == "Failed", "podFailurePolicy goes with podReplacementPolicy Failed only")

settings = documents["ConfigMap", "residua-scan"]["data"]
scan = jobs["residua-scan"]
check(all(isinstance(value, str) for value in settings.values()), "a ConfigMap has strings only")
check(scan["completionMode"] == "Indexed", "residua-scan has no indexes")
check(str(scan["completions"]) == settings["SHARDS"], "completions is not SHARDS of settings.yaml")
check(scan["parallelism"] <= scan["completions"], "more pods than shards")
check(scan["maxFailedIndexes"] <= scan["completions"], "more failures than shards")


class Cluster:
    """What a kubelet would give the containers, in a folder."""

    def __init__(self):
        self.folder = os.path.join(work, "a cluster")
        self.bin = os.path.join(self.folder, "bin")
        self.places = {
            path: self.folder + path for path in ("/images", "/model", "/reports", "/state", "/etc/residua", "/tmp")
        }
        os.makedirs(self.bin)
        shutil.copy(program, os.path.join(self.bin, "residua"))
        shutil.copy(os.path.join(scripts, "residua-job"), self.bin)
        shutil.copytree(images, self.places["/images"])
        for path in ("/model", "/reports", "/state", "/etc/residua", "/tmp"):
            os.makedirs(self.places[path])
        shutil.copy(model, os.path.join(self.places["/model"], "parts.residua"))
        for name, text in documents["ConfigMap", "residua-nightly"]["data"].items():
            with open(os.path.join(self.places["/etc/residua"], name), "w") as file:
                file.write(text)
        self.prefix = self.without_rights()

    def without_rights(self):
        os.chmod(work, 0o755)
        for root, folders, files in os.walk(self.folder):
            os.chmod(root, 0o555)
            for name in files:
                os.chmod(os.path.join(root, name), 0o555 if root == self.bin else 0o444)
        for path in ("/reports", "/state", "/tmp"):
            os.chmod(self.places[path], 0o777)
        if os.geteuid() != 0:
            return []
        prefix = ["setpriv", "--reuid=10001", "--regid=10001", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
        try:
            subprocess.run([*prefix, os.path.join(self.bin, "residua"), "--version"], check=True, capture_output=True)
            return prefix
        except (OSError, subprocess.CalledProcessError):
            print("kubernetes: no user without rights here: what may be written to is not looked at", file=sys.stderr)
            return []

    def inside(self, value):
        """A value with the container's paths, which are absolute, replaced."""
        for path, place in self.places.items():
            if value == path or value.startswith(path + "/"):
                return place + value[len(path) :]
        return value

    def run(self, job, overrides, index=None):
        """Runs the command of a job's container; returns its exit status and output."""
        (container,) = job["template"]["spec"]["containers"]
        environment = {}
        for source in container.get("envFrom", []):
            environment.update(documents["ConfigMap", source["configMapRef"]["name"]]["data"])
        for variable in container.get("env", []):
            if "value" in variable:
                environment[variable["name"]] = variable["value"]
            else:
                resource = variable["valueFrom"]["resourceFieldRef"]["resource"]
                kind, name = resource.split(".")
                environment[variable["name"]] = str(math.ceil(float(container["resources"][kind][name])))
        environment = {name: self.inside(value) for name, value in environment.items()}
        environment.update(overrides)
        environment["PATH"] = self.bin + ":/usr/local/bin:/usr/bin:/bin"
        if index is not None:
            environment["JOB_COMPLETION_INDEX"] = str(index)
        words = [self.inside(word) for word in container["command"] + container.get("args", [])]
        done = subprocess.run(
            self.prefix + words,
            env=environment,
            cwd=self.places["/tmp"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        return done.returncode, done.stdout

    def report(self, *names):
        return os.path.join(self.places["/reports"], *names)


def equals(report):
    """Whether a report has the pictures and lines of the unsharded one."""
    if not os.listdir(os.path.join(expected, "flagged")):
        return False
    return all(
        subprocess.run(["diff", "-r", os.path.join(expected, name), os.path.join(report, name)]).returncode == 0
        for name in ("images.jsonl", "flagged")
    )


stop_at_errors()
for job in jobs.values():
    (container,) = job["template"]["spec"]["containers"]
    if container["command"][0] == "/bin/sh":
        shell = "#!/bin/sh\nset -eu\n# shellcheck disable=SC2154\n" + "\n".join(container["args"])
        found = subprocess.run(["shellcheck", "-"], input=shell, text=True)
        check(found.returncode == 0, "a container's script has faults")

cluster = Cluster()
expected = os.path.join(work, "of one machine")
roots = [cluster.places["/images"], "--model", os.path.join(cluster.places["/model"], "parts.residua")]
done = subprocess.run([program, "scan", *roots, "--report", expected, "--quiet"], capture_output=True, text=True)
check(done.returncode == 3, f"the scan of one machine ended with {done.returncode}: {done.stderr}")

# The nightly scan takes what suits the machine, so the others do here, too.
common = {"SHARDS": str(SHARDS), "KERNELS": "auto"}
fatal = scan["podFailurePolicy"]["rules"][1]["onExitCodes"]["values"]
status, output = cluster.run(jobs["residua-merge"], common)
check(status in fatal, f"a merge of nothing ended with {status}: {output}")
for index in range(SHARDS):
    status, output = cluster.run(jobs["residua-scan"], common, index)
    # Each shard but those without damaged files ends with 3, which has to be a success.
    check(status == 0, f"index {index} ended with {status}: {output}")
    if index == 0:
        status, output = cluster.run(jobs["residua-merge"], common)
        check(status == 2 and "shards 2-3 of 3 missing" in output, f"a merge without shards 2 and 3 ended with {status}: {output}")
status, output = cluster.run(jobs["residua-merge"], common)
check(status == 0, f"the merge ended with {status}: {output}")
check(equals(cluster.report("first", "all")), "the merged report is not that of one machine")
stop_at_errors()

# A run that is started again scans only what is not finished.
summary = cluster.report("first", f"shard-2-of-{SHARDS}", "run.json")
with open(summary) as file:
    text = file.read()
os.remove(summary)
for index, finished in ((0, True), (1, False)):
    status, output = cluster.run(jobs["residua-scan"], common, index)
    check(status == 0 and ("finished already" in output) == finished, f"again: {index}: {status}: {output}")
with open(summary, "w") as file:
    file.write(re.sub(r'("interrupted"\s*:\s*)false', r"\1true", text))
status, output = cluster.run(jobs["residua-scan"], common, 1)
check(status == 0 and "finished already" not in output, f"an interrupted shard is passed by: {output}")

# What can't go well has a status that ends the whole job.
for what, override, index in (
    ("no model", {"MODEL": "/nowhere.residua", "RUN": "other"}, 0),
    ("more indexes than shards", {"RUN": "other"}, SHARDS),
    ("no images", {"IMAGES": "/nowhere", "RUN": "other"}, 0),
):
    status, output = cluster.run(jobs["residua-scan"], {**common, **override}, index)
    check(status in fatal, f"{what}: status {status} is none of {fatal}: {output}")

for night in (1, 2):
    status, output = cluster.run(jobs["residua-nightly"], {})
    check(status == 0, f"night {night} ended with {status}: {output}")
check(equals(cluster.report("nightly")), "the nightly report is not that of a scan")

stop_at_errors()
