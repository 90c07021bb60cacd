#!/usr/bin/env python3
"""Learns a model on a Spark cluster, from images and through a folder that all machines reach.

    spark-submit --master yarn pipelines/spark/residua_spark_train.py /data/good --residua ./residua \\
        --statistics /shared/stats --shards 8 --model parts.residua -- --effort quick

Each round is one job of as many tasks as there are shards: a task runs `residua train --statistics-only`
for its shard; then this machine runs `residua train --merge`. It takes about seven rounds, and three more
for each time that odd images are left out. What follows -- goes to `residua train`; a path there that is
not absolute counts from the folder where this was started, which the other machines need then, too.

Images and --statistics are folders under the same path on all machines, this one as well: NFS, Lustre, a
mounted bucket. What is in HDFS or a bucket has to be mounted or copied. A shard's statistics are some 100
to 250 MB a round: a few large shards, each with as many cores (spark.task.cpus) as a machine has, are
better than many small ones. Machines of several kinds may work together if all are
x86-64 with AVX2 and FMA, whose kernels give the same bits; others need one --kernels for all.

Losing executors, retrying tasks or running them twice changes nothing: a shard's statistics appear whole,
and are the same however often they are gathered. What was gathered is not gathered again: the same
command goes on where an earlier one ended. A task that is killed ends its program (on Linux; elsewhere it
may run to its end, which does no harm).

Needs Python 3.9 or later and PySpark 3.5 or 4, the same on all machines. `residua` has to run there:
build it with --static-swift-stdlib, or give a name that each machine has in its PATH. Its memory is
outside of Java's: give executors room (spark.executor.memoryOverhead).
Exit status: 0 the model is written; 2 it could not go on; 130, 143 ended by a signal.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from pyspark import SparkFiles
from pyspark.sql import SparkSession

# Far more than a training takes.
MOST_ROUNDS = 40
# The program's status when the shards have more to gather.
PENDING = 4
FATAL = "residua train refused: "


class Refused(Exception):
    """Why it can't go on: one line for a person."""


# The program.


def ended_with_its_parent() -> Callable[[], object] | None:
    """What a child does at its start to be terminated when this process is killed, where a system has that."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


@dataclass(frozen=True)
class Program:
    """`residua train` with what all shards and merges are given."""

    residua: str
    """A path or name on this machine."""
    shipped: str | None
    """Its name where it came with the job."""
    arguments: tuple[str, ...]
    folder: str
    """Where paths count from."""

    def run(
        self, *more: str, residua: str | None = None, watch: Callable[[], object] = lambda: None
    ) -> tuple[int, list[str]]:
        """Runs it to its end; its status, and what it said on both outputs.

        `watch` is called every second: what it raises ends the program.
        """
        command = [residua or self.residua, "train", *self.arguments, *more]
        with tempfile.TemporaryFile() as output:
            try:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=self.folder if os.path.isdir(self.folder) else None,
                    # Threads are no danger to it: it is one system call.
                    preexec_fn=ended_with_its_parent(),  # noqa: PLW1509
                )
            except OSError as error:
                raise Refused(f"{FATAL}can't start {command[0]}: {error.strerror}") from error
            try:
                while True:
                    with suppress(subprocess.TimeoutExpired):
                        status = process.wait(timeout=1)
                        break
                    watch()
            finally:
                if process.poll() is None:
                    # It then removes what it was writing.
                    process.terminate()
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(timeout=20)
                    process.kill()
                    process.wait()
            output.seek(0)
            return status, output.read().decode("utf-8", "replace").strip().splitlines()

    def gather(self, shard: int, shards: int, jobs: int) -> str:
        """Gathers the statistics of a shard, in a task; what it said at last."""
        residua = SparkFiles.get(self.shipped) if self.shipped else self.residua
        part = ["--statistics-only", "--shard", f"{shard}/{shards}", "--jobs", str(jobs)]
        status, lines = self.run(*part, residua=residua)
        if status != 0:
            place = f"shard {shard}/{shards} on {socket.gethostname()}"
            raise Refused(f"{FATAL}{last_words(status, lines)} ({place})")
        return lines[-1] if lines else f"shard {shard}/{shards} gathered"


def last_words(status: int, lines: Sequence[str]) -> str:
    """Why the program ended, in one line."""
    last = lines[-1].removeprefix("residua: ") if lines else "it gave no reason"
    if status == 2:
        return last
    how = f"signal {-status}" if status < 0 else f"status {status}"
    return f"it ended with {how}; its last line: {last}"


def learn(
    program: Program,
    model: str,
    gather: Callable[[], Iterable[str]],
    patience: float,
    watch: Callable[[], object] = lambda: None,
) -> None:
    """Has all shards gathered and merged in turn, until the model is written."""
    refused = False
    for turn in range(1, MOST_ROUNDS + 1):
        for line in gather():
            print(f"round {turn}: {line}", flush=True)
        status, lines = program.run("--merge", "--model", model, watch=watch)
        # How far it has come, and at the end all that it says of the model.
        for line in lines if status == 0 else lines[-1:]:
            print(f"round {turn}: {line}", flush=True)
        if status == 0:
            return
        if status == PENDING:
            refused = False
            continue
        reason = last_words(status, lines)
        if not re.search(r" missing in |no statistics in ", reason):
            raise Refused(reason)
        if refused:
            raise Refused(f"{reason}; is this the same folder on all machines?")
        # All shards have just come to their end: another machine may not see yet what one has written.
        refused = True
        print(f"round {turn}: once more in {patience:g} s", flush=True)
        time.sleep(patience)
    raise Refused(f"there is no model after {MOST_ROUNDS} rounds")


# The job.


def posix(place: str) -> str:
    """A path that the program can open."""
    place = re.sub("^file:(//)?(?=/)", "", place)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", place):
        raise Refused(
            f"{place}: training needs paths that all machines can open as files: mount it and name the mounted folder"
        )
    return os.path.abspath(place)


def prepare(options: argparse.Namespace, more: Sequence[str]) -> tuple[Program, str]:
    """What to run, and the path of the model; refuses what would fail in every task."""
    images = [posix(place) for place in options.images]
    for place in images:
        if not os.path.exists(place):
            raise Refused(f"can't read {place}: no such file or folder")
    statistics, model = posix(options.statistics), posix(options.model)
    if not os.path.isdir(os.path.dirname(model)):
        raise Refused(f"can't write {model}: no such folder")
    residua = shutil.which(options.residua)
    if residua is None:
        raise Refused(f"can't start {options.residua}: no such program")
    is_file = os.path.isfile(options.residua)
    return (
        Program(
            residua=os.path.abspath(residua) if is_file else options.residua,
            shipped=os.path.basename(options.residua) if is_file else None,
            arguments=(*images, "--statistics", statistics, *more),
            folder=os.getcwd(),
        ),
        model,
    )


def run(spark: SparkSession, program: Program, model: str, options: argparse.Namespace) -> None:
    """Learns with a job of Spark for each round."""
    context = spark.sparkContext
    if program.shipped:
        context.addFile(program.residua)

    def end(number: int, _: object) -> None:
        options.ended = 128 + number
        context.cancelAllJobs()
        sys.exit(options.ended)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    jobs = int(context.getConf().get("spark.task.cpus") or 1)
    shards: int = options.shards

    def gather(numbers: Iterable[int]) -> Iterator[str]:
        return (program.gather(number, shards, jobs) for number in numbers)

    learn(
        program,
        model,
        # One shard for each task.
        lambda: context.parallelize(range(1, shards + 1), shards).mapPartitions(gather).collect(),
        options.patience,
        # Raises when Spark was ended.
        watch=lambda: context._jsc.sc().isStopped(),
    )


def arguments(words: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """The options, and those of the program."""

    def count(text: str) -> int:
        if not re.fullmatch(r"[1-9][0-9]{0,5}", text):
            raise argparse.ArgumentTypeError(f"want a number from 1, found {text}")
        return int(text)

    parser = argparse.ArgumentParser(
        description="Learn a model on a Spark cluster.",
        epilog="What follows -- goes to `residua train`. Options of Spark itself go to spark-submit, before the script.",
    )
    parser.add_argument("images", nargs="+", help="folders of normal images")
    parser.add_argument("--residua", required=True, help="the program; a file goes with the job")
    parser.add_argument("--statistics", required=True, help="the folder that all machines share")
    parser.add_argument("--model", required=True, help="the model file to write, on this machine")
    parser.add_argument("--shards", type=count, required=True, help="tasks of a round")
    parser.add_argument(
        "--patience",
        type=float,
        default=60,
        help="seconds until another machine sees what one has written to the folder",
    )
    parser.set_defaults(ended=0)  # The exit status when a signal has come.
    end = words.index("--") if "--" in words else len(words)
    return parser.parse_args(words[:end]), list(words[end + 1 :])


def refusal(error: BaseException) -> str | None:
    """What the program said that ended the job, once."""
    match = re.search(re.escape(FATAL) + r".*", str(error))
    return match.group() if match else None


def main(words: Sequence[str] | None = None) -> int:
    """Learns; the exit status: 0 the model is written, 2 it could not go on."""
    options, more = arguments(sys.argv[1:] if words is None else words)
    spark = None
    try:
        program, model = prepare(options, more)
        spark = SparkSession.builder.appName("residua train").getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
        run(spark, program, model, options)
        return 0
    except Refused as error:
        reason = str(error)
    except Exception as error:  # Spark has several kinds for what a task raised.
        if options.ended:
            return int(options.ended)
        found = refusal(error)
        if found is None:
            raise
        reason = found
    finally:
        if spark is not None:
            with suppress(Exception):  # It may be gone already.
                spark.stop()
    print(f"residua_spark_train: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
