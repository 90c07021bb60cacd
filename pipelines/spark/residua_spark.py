#!/usr/bin/env python3
"""Scans images on a Spark cluster; the report is the one that `residua scan` would write on one machine.

    spark-submit --master yarn pipelines/spark/residua_spark.py hdfs:///parts/new \\
        --residua ./residua --model parts.residua --out hdfs:///parts/scanned --report report

Each task starts one `residua worker` and drives it through its protocol (`residua worker --help`).
--out gets

    records/part-*   the lines of images.jsonl, with the pictures in base64; the parts one after the
                     other are in the order of a scan
    parquet/         the same without pictures, for SQL

and --report, a folder of this machine, the report that `residua merge` makes of the records.

How inputs are read. Files of a POSIX path (local, NFS, Lustre; the same on all machines) are listed
here as `residua scan` lists them and opened by the tasks, in partitions of whole runs of the sorted
list: nothing is shuffled, and every name that a scan takes is taken. Spark's own `binaryFile` passes
by names that start with `_` and stops at names with `:`, so it is left to paths that only Hadoop can
read (hdfs, s3a, ...), where such names are Hadoop's own; there the records are staged and then
sorted. --read-by spark has it read a POSIX path too.

Losing executors, retrying tasks or running them twice (speculation) neither loses nor doubles a
record: what a task writes counts only when Spark commits it. On object stores that needs a committer
made for them (for s3a: fs.s3a.committer.name=magic, and Spark's cloud committer). An image that kills
its worker twice is a failed record (score/worker-died). A job that ends early leaves --out without
records/_SUCCESS; start it again with another --out.

Needs Python 3.9 or later and PySpark 3.5 or 4, the same on all machines. `residua` has to run there:
build it with --static-swift-stdlib. Its memory is outside of Java's: give executors room
(spark.executor.memoryOverhead). Machines of x86-64 with AVX2 and FMA give equal bytes; among others
one --kernels for all does.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import json
import os
import queue
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pyspark import SparkFiles
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql
from pyspark.sql.types import (
    ArrayType,
    DataType,
    DoubleType,
    IntegerType,
    LongType,
    MapType,
    StringType,
    StructField,
    StructType,
)

IMAGE_ENDINGS = ("png", "jpg", "jpeg", "jpe", "jfif")
REPORT_MARKER = b".residua-report"
STANDARD_LIMIT = 256 << 20
# What an open of a file costs, in bytes: thousands of small files are not one partition.
OPEN_COST = 1 << 20
FATAL = "residua worker refused: "


class JobError(Exception):
    """Why the job can't go on: one line for a person."""


# What is found, and how it reaches the tasks.


@dataclass(frozen=True)
class Failure:
    """Why an input could not be scored; the words of a scan."""

    stage: str
    code: str
    detail: str


@dataclass(frozen=True)
class RecordPath:
    """An input's path relative to the root, as records have it."""

    text: str
    base64: str | None = None
    """Its bytes where they are no UTF-8."""

    @staticmethod
    def of(path: bytes) -> RecordPath:
        try:
            return RecordPath(path.decode("utf-8"))
        except UnicodeDecodeError:
            return RecordPath(path.decode("utf-8", "replace"), b64encode(path).decode())

    def members(self) -> dict[str, str]:
        """What a header or record says of it."""
        return {"path": self.text} | ({"path_base64": self.base64} if self.base64 else {})


@dataclass(frozen=True)
class Entry:
    """One input that the listing found."""

    path: RecordPath
    place: bytes | None = None
    """The file to open."""
    size: int = 0
    failure: Failure | None = None
    """Known before anything was read."""


@dataclass(frozen=True)
class Frame:
    """One input with what a task has of it: its bytes, or why there are none."""

    path: RecordPath
    content: bytes = b""
    failure: Failure | None = None


def is_image_name(name: bytes) -> bool:
    stem, dot, ending = name.rpartition(b".")
    return bool(stem and dot) and ending.lower() in [known.encode() for known in IMAGE_ENDINGS]


def kind_phrase(mode: int) -> str:
    """What is no file, in the words of a scan."""
    if stat.S_ISDIR(mode):
        return "a folder, not a file"
    if stat.S_ISLNK(mode):
        return "a symbolic link, which is not followed"
    if stat.S_ISFIFO(mode):
        return "a pipe, not a file"
    if stat.S_ISSOCK(mode):
        return "a socket, not a file"
    if stat.S_ISBLK(mode) or stat.S_ISCHR(mode):
        return "a device, not a file"
    return "not a file"


def read_failure(error: OSError) -> Failure:
    codes = {
        errno.ENOENT: "not-found",
        errno.ENOTDIR: "not-found",
        errno.EACCES: "permission",
        errno.EPERM: "permission",
        errno.EISDIR: "not-a-file",
        errno.ENXIO: "not-a-file",
        errno.ENODEV: "not-a-file",
        errno.EFBIG: "too-large",
        errno.EOVERFLOW: "too-large",
    }
    if error.errno == errno.ELOOP:
        return Failure("read", "not-a-file", kind_phrase(stat.S_IFLNK))
    number = error.errno or errno.EIO
    return Failure("read", codes.get(number, "io"), os.strerror(number))


def too_large(size: int, limit: int) -> Failure:
    return Failure("read", "too-large", f"{size} bytes or more, the limit is {limit}")


def listing(root: bytes) -> list[Entry]:
    """Lists a file or folder as `residua scan` does, in the order of its records.

    Names that start with a dot and symbolic links below the root are passed by, and so are report folders.
    """
    if not os.path.isdir(root):
        size = os.stat(root).st_size
        # A root may be a link.
        return [Entry(RecordPath.of(os.path.basename(root)), os.path.realpath(root), size)]
    found: list[tuple[bytes, Entry]] = []

    def add(relative: bytes, place: bytes, size: int = 0, failure: Failure | None = None) -> None:
        found.append((relative, Entry(RecordPath.of(relative), place, size, failure)))

    folders = [b""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as listed:
                items = list(listed)
        except OSError as error:
            add((folder or b".") + b"/", b"", failure=read_failure(error))
            continue
        is_report = any(item.name == REPORT_MARKER for item in items)
        if is_report and folder:
            continue
        for item in items:
            relative = os.path.join(folder, item.name)
            if item.name.startswith(b".") or item.is_symlink():
                continue
            if item.is_dir(follow_symlinks=False):
                if not (is_report and item.name == b"flagged"):
                    folders.append(relative)
            elif is_image_name(item.name):
                try:
                    status = item.stat(follow_symlinks=False)
                except OSError as error:
                    add(relative, item.path, failure=read_failure(error))
                    continue
                is_file = stat.S_ISREG(status.st_mode)
                add(
                    relative,
                    item.path,
                    status.st_size,
                    None if is_file else Failure("read", "not-a-file", kind_phrase(status.st_mode)),
                )
    return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]


def partitions(entries: Sequence[Entry], most: int) -> list[list[Entry]]:
    """Cuts a list into runs of at most so many bytes, each file counting at least what it costs to open."""
    runs: list[list[Entry]] = []
    size = 0
    for entry in entries:
        cost = max(entry.size, OPEN_COST)
        if not runs or size + cost > most:
            runs.append([])
            size = 0
        runs[-1].append(entry)
        size += cost
    return runs


def load(entry: Entry, limit: int) -> Frame:
    """Reads a file as a scan would; never waits for a pipe."""
    if entry.failure or entry.place is None:
        return Frame(entry.path, failure=entry.failure)
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY | os.O_NOFOLLOW
    try:
        with open(os.open(entry.place, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                failure = Failure("read", "not-a-file", kind_phrase(status.st_mode))
                return Frame(entry.path, failure=failure)
            if status.st_size > limit:
                return Frame(entry.path, failure=too_large(status.st_size, limit))
            content = file.read(limit + 1)
            if len(content) > limit:
                return Frame(entry.path, failure=too_large(len(content), limit))
            return Frame(entry.path, content)
    except OSError as error:
        return Frame(entry.path, failure=read_failure(error))


# One worker and its protocol.


class WorkerDied(Exception):
    """A worker ended, or gave no answer in time, with frames unanswered."""


class WorkerRefused(Exception):
    """A worker can't be started, or said itself why it can't go on: no frame's fault."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{FATAL}{reason} (on {socket.gethostname()})")


class Worker:
    """A running `residua worker`.

    A thread writes and a thread reads, so that neither full pipe can hold up the other; standard error goes to a file.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._errors = tempfile.TemporaryFile()
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
            )
        except OSError as error:
            self._errors.close()
            raise WorkerRefused(f"can't start {command[0]}: {error.strerror}") from error
        self._frames: queue.Queue[Frame | None] = queue.Queue()
        self._answers: queue.Queue[bytes | None] = queue.Queue()
        self._threads = [
            threading.Thread(target=self._write, daemon=True),
            threading.Thread(target=self._read, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def send(self, frame: Frame) -> None:
        """Has a frame written; the caller bounds how many have no answer yet."""
        self._frames.put(frame)

    def answer(self, timeout: float) -> str:
        """Waits for the next line.

        Raises WorkerDied where none comes, WorkerRefused where the worker ended with a reason of its own.
        """
        try:
            line = self._answers.get(timeout=timeout)
        except queue.Empty:
            raise WorkerDied(f"no answer within {timeout:g} s") from None
        if line is not None and line.endswith(b"\n"):
            return line[:-1].decode("utf-8")
        try:
            status = self._process.wait(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise WorkerDied("it closed its output") from None
        if status == 2:
            raise WorkerRefused(self._last_words())
        raise WorkerDied(f"signal {-status}" if status < 0 else f"exit status {status}")

    def end(self) -> None:
        """Ends the worker in order; kills it where that takes long."""
        self._frames.put(None)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)
        self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._frames.put(None)
        for thread in self._threads:
            # A child of a wrapper may still hold the pipes: nobody waits for it.
            thread.join(timeout=1)
        self._errors.close()

    def _write(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            while (frame := self._frames.get()) is not None:
                header = json.dumps({**frame.path.members(), "bytes": len(frame.content)})
                pipe.write(header.encode() + b"\n" + frame.content)
                pipe.flush()
        except OSError:
            pass  # The reading thread sees its end.
        with suppress(OSError):
            pipe.close()

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        with pipe:
            for line in pipe:
                self._answers.put(line)
        self._answers.put(None)

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
        return lines[-1].removeprefix("residua: ") if lines else "it gave no reason"


Answer = tuple[str, str]
"""A path, and its record as a line."""


class Conversation:
    """Frames and their answers, in order, with one worker after the other."""

    def __init__(
        self,
        start: Callable[[], Worker],
        window: int,
        timeout: float,
        failed: Callable[[RecordPath, Failure], str],
    ) -> None:
        self._start = start
        self._window = window
        self._timeout = timeout
        self._failed = failed
        self._worker: Worker | None = None

    def answers(self, frames: Iterable[Frame]) -> Iterator[Answer]:
        """Yields an answer for each frame; at most the window is read ahead."""
        source = iter(frames)
        pending: deque[Frame] = deque()
        try:
            while True:
                while len(pending) < self._window and (frame := next(source, None)) is not None:
                    if frame.failure is None:
                        self._running().send(frame)
                    pending.append(frame)
                if not pending:
                    return
                frame = pending[0]
                if frame.failure is not None:
                    line = self._failed(frame.path, frame.failure)
                else:
                    try:
                        line = self._running().answer(self._timeout)
                    except WorkerDied as death:
                        self._kill()
                        # Which of them it was shows when each is sent alone.
                        sent = [frame for frame in pending if frame.failure is None]
                        while pending:
                            frame = pending.popleft()
                            yield (
                                frame.path.text,
                                self._alone(frame, death if len(sent) == 1 else None),
                            )
                        continue
                pending.popleft()
                yield frame.path.text, line
        finally:
            if self._worker is not None:
                self._worker.end()

    def _alone(self, frame: Frame, death: WorkerDied | None) -> str:
        """The answer to a frame that is the only one sent; a failed record where it kills its worker twice."""
        if frame.failure is not None:
            return self._failed(frame.path, frame.failure)
        deaths = 0 if death is None else 1
        while True:
            try:
                worker = self._running()
                worker.send(frame)
                return worker.answer(self._timeout)
            except WorkerDied as again:
                self._kill()
                deaths += 1
                if deaths == 2:
                    detail = f"the worker died of it twice: {again}"
                    return self._failed(frame.path, Failure("score", "worker-died", detail))

    def _running(self) -> Worker:
        if self._worker is None:
            self._worker = self._start()
        return self._worker

    def _kill(self) -> None:
        if self._worker is not None:
            self._worker.kill()
        self._worker = None


# What a task does.


def escaped(text: str) -> str:
    """Escapes what Residua's JSON escapes beside what JSON must."""

    def escape(match: re.Match[str]) -> str:
        return f"\\u{ord(match.group()):04x}"

    return re.sub("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]", escape, text)


def failed_record(path: RecordPath, failure: Failure, model_sha256: str) -> str:
    """The line that `images.jsonl` has for an input that could not be scored."""
    record = {
        "failure": {"code": failure.code, "detail": failure.detail, "stage": failure.stage},
        "model_sha256": model_sha256,
        "schema_version": 1,
        "status": "failed",
        **path.members(),
    }
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return escaped(text)


def shipped(name: str) -> str:
    """Where a file that came with the job lies on this machine."""
    for place in (SparkFiles.get(name), name):
        if os.path.exists(place):
            return os.path.abspath(place)
    raise WorkerRefused(f"{name} has not come with the job")


@dataclass(frozen=True)
class Scoring:
    """What every task needs to know."""

    residua: str
    model: str
    wrapper: str | None
    options: tuple[str, ...]
    model_sha256: str
    limit: int
    jobs: int
    timeout: float

    def command(self) -> list[str]:
        """The worker's command line on this machine."""
        programs = [shipped(name) for name in (self.wrapper, self.residua) if name is not None]
        arguments = ["worker", "--model", shipped(self.model), "--jobs", str(self.jobs)]
        return programs + arguments + list(self.options)

    def answers(self, frames: Iterable[Frame]) -> Iterator[Answer]:
        """Scores the frames of one task by a worker of its own."""
        conversation = Conversation(
            start=lambda: Worker(self.command()),
            window=2 * self.jobs,
            timeout=self.timeout,
            failed=lambda path, failure: failed_record(path, failure, self.model_sha256),
        )
        return conversation.answers(frames)

    def of_runs(self, runs: Iterable[list[Entry]]) -> Iterator[Answer]:
        """Scores a partition of listed files."""
        return self.answers(load(entry, self.limit) for run in runs for entry in run)

    def of_rows(self, rows: Iterable[Any], root: str) -> Iterator[Answer]:
        """Scores a partition of `binaryFile`."""
        return self.answers(
            Frame(RecordPath(below(row.path, root)), bytes(row.content))
            if row.length <= self.limit
            else Frame(RecordPath(below(row.path, root)), failure=too_large(row.length, self.limit))
            for row in rows
        )


def below(path: str, root: str) -> str:
    """A path of Hadoop relative to the root, or the file's own name when the root is a file."""
    return path.rpartition("/")[2] if path == root else path[len(root.rstrip("/")) + 1 :]


# The job.

ANSWER = StructType(
    [StructField("path", StringType(), False), StructField("line", StringType(), False)]
)

LISTED = StructType(
    [StructField("path", StringType(), False), StructField("place", StringType(), False)]
)


def record_schema() -> StructType:
    """The columns of a record without pictures; `residua schema image` describes them."""

    def struct(**fields: DataType) -> StructType:
        return StructType([StructField(name, kind) for name, kind in fields.items()])

    text, number, count = StringType(), DoubleType(), LongType()
    region = struct(
        box=struct(x=count, y=count, width=count, height=count),
        area=count,
        centroid=struct(x=number, y=number),
        peak=number,
        mean=number,
    )
    values = MapType(text, number)
    return struct(
        schema_version=IntegerType(),
        path=text,
        path_base64=text,
        status=text,
        id=text,
        format=text,
        width=count,
        height=count,
        orientation=IntegerType(),
        sha256=text,
        score=number,
        threshold=number,
        p_value=number,
        margin=number,
        regions=ArrayType(region),
        maps=values,
        shares=struct(maps=values, layers=values),
        links=struct(report=text, pictures=ArrayType(text)),
        model_sha256=text,
        failure=struct(stage=text, code=text, detail=text),
    )


class Job:
    """One scan on a cluster."""

    def __init__(self, spark: SparkSession, options: argparse.Namespace) -> None:
        self._spark = spark
        self._context = spark.sparkContext
        self._options = options

    def run(self) -> None:
        options = self._options
        out = options.out.rstrip("/")
        records, table, staging = f"{out}/records", f"{out}/parquet", f"{out}/staging"
        for place in (records, table, staging):
            if self._exists(place):
                raise JobError(f"{place} is there already: name another folder with --out")
        scoring = self._scoring()
        if self._reads_posix():
            lines = self._score_listed(scoring)
        else:
            lines = self._score_rows(scoring, staging)
        lines.write.text(records)
        if not self._reads_posix():
            self._delete(staging)
        self._spark.read.schema(record_schema()).json(records).write.parquet(table)
        print(f"records: {records}, {table}")
        if options.report:
            self._assemble(records, scoring)

    def _scoring(self) -> Scoring:
        """Ships program and model, and tries here, once, whether they work."""
        options = self._options
        places = [options.residua, options.model] + ([options.wrapper] if options.wrapper else [])
        names = [self._ship(place) for place in places]
        if len(set(names)) < len(names):
            raise JobError(
                "the files that go with the job need different names: " + ", ".join(names)
            )
        arguments = ["--pictures", options.pictures, "--maximum-bytes", str(options.maximum_bytes)]
        for name in ("false_alarm_rate", "on_damage", "kernels", "precision"):
            value = getattr(options, name)
            if value is not None:
                arguments += ["--" + name.replace("_", "-"), str(value)]
        digest = hashlib.sha256()
        try:
            with open(shipped(names[1]), "rb") as model:
                while piece := model.read(1 << 20):
                    digest.update(piece)
        except OSError as error:
            raise JobError(f"can't read {options.model}: {error.strerror}") from error
        scoring = Scoring(
            residua=names[0],
            model=names[1],
            wrapper=names[2] if options.wrapper else None,
            options=tuple(arguments),
            model_sha256=digest.hexdigest(),
            limit=options.maximum_bytes,
            jobs=int(self._context.getConf().get("spark.task.cpus", "1")),
            timeout=options.timeout,
        )
        try:
            tried = subprocess.run(
                scoring.command(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
            )
        except OSError as error:
            raise JobError(f"can't start {options.residua}: {error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise JobError(f"the worker does not end: {' '.join(scoring.command())}") from error
        if tried.returncode != 0:
            words = tried.stderr.strip().splitlines() or [f"it ended with {tried.returncode}"]
            raise JobError(f"the worker does not start: {words[-1]}")
        return scoring

    def _ship(self, place: str) -> str:
        """Sends a file to all machines, unless `spark-submit --files` does; its name there."""
        name = os.path.basename(place)
        if os.path.isfile(place):
            self._context.addFile(os.path.abspath(place))
        else:
            try:
                shipped(name)
            except WorkerRefused:
                raise JobError(f"can't read {place}: no such file") from None
        return name

    # Reading.

    def _reads_posix(self) -> bool:
        if self._options.read_by != "auto":
            return bool(self._options.read_by == "tasks")
        return bool(self._file_system(self._options.images).getScheme() == "file")

    def _score_listed(self, scoring: Scoring) -> DataFrame:
        # Tasks have other current folders.
        root = os.path.abspath(re.sub("^file:(//)?", "", self._options.images))
        try:
            entries = listing(os.fsencode(root))
        except OSError as error:
            raise JobError(f"can't read {root}: {error.strerror}") from error
        self._require(bool(entries))
        runs = partitions(entries, self._options.partition_bytes)
        # One run for each partition, so that the parts of the output are in the order of the list.
        answers = self._context.parallelize(runs, len(runs)).mapPartitions(scoring.of_runs)
        return self._spark.createDataFrame(answers, ANSWER, verifySchema=False).select("line")

    def _score_rows(self, scoring: Scoring, staging: str) -> DataFrame:
        """Sorting scored rows as they come would score them twice: they are staged."""
        spark = self._spark
        root = self._file_system(self._options.images).makeQualified(
            self._path(self._options.images)
        )
        root = root.toString()
        spark.conf.set("spark.sql.files.maxPartitionBytes", self._options.partition_bytes)
        spark.conf.set("spark.sql.files.openCostInBytes", OPEN_COST)
        # Spark's patterns know upper and lower case, and a path is one too.
        endings = ["".join(f"[{c}{c.upper()}]" for c in ending) for ending in IMAGE_ENDINGS]
        files = (
            spark.read.format("binaryFile")
            .option("recursiveFileLookup", True)
            .option("pathGlobFilter", "*.{" + ",".join(endings) + "}")
            .load(re.sub(r"([\\*?{}\[\]])", r"\\\1", root))
        )
        small = sql.col("length") <= scoring.limit
        rows = files.where(small).select("path", "length", "content")
        # Their content is not asked for.
        large = files.where(~small).select("path", "length", sql.lit(b"").alias("content"))
        answers = rows.rdd.mapPartitions(lambda part: scoring.of_rows(part, root)).union(
            large.rdd.mapPartitions(lambda part: scoring.of_rows(part, root))
        )
        count = max(1, answers.getNumPartitions())
        staged = spark.createDataFrame(answers, ANSWER, verifySchema=False)
        staged.write.parquet(staging)
        lines = spark.read.schema(ANSWER).parquet(staging)
        # Spark passes by empty files; a scan has records of them.
        listed = [re.sub("^file:///", "file:/", unquote(place)) for place in files.inputFiles()]
        listed = [place for place in listed if is_image_name(os.fsencode(place.split("/")[-1]))]
        self._require(bool(listed))
        every = spark.createDataFrame([(below(place, root), place) for place in listed], LISTED)
        missing = every.join(lines, "path", "left_anti").collect()
        for row in missing:
            if self._file_system(row.place).getFileStatus(self._path(row.place)).getLen() > 0:
                raise JobError(f"{row.place} has changed during the job: start it again")
        empty = self._context.parallelize([Frame(RecordPath(row.path)) for row in missing], 1)
        staged = spark.createDataFrame(
            empty.mapPartitions(scoring.answers), ANSWER, verifySchema=False
        )
        staged.write.mode("append").parquet(staging)
        lines = spark.read.schema(ANSWER).parquet(staging)
        return lines.repartitionByRange(count, "path").sortWithinPartitions("path").select("line")

    def _require(self, has_images: bool) -> None:
        if not has_images:
            raise JobError(f"no PNG or JPEG files in {self._options.images}: check the path")

    # Putting together.

    def _assemble(self, records: str, scoring: Scoring) -> None:
        """Has `residua merge` make the report of the records."""
        options = self._options
        with tempfile.TemporaryDirectory(prefix="residua-") as folder:
            lines = self._fetch(records, Path(folder))
            command = [shipped(scoring.residua), "merge", str(lines)]
            model = options.model if os.path.isfile(options.model) else shipped(scoring.model)
            command += ["--model", model, "--report", options.report, "--root", options.images]
            if options.false_alarm_rate is not None:
                command += ["--false-alarm-rate", str(options.false_alarm_rate)]
            merged = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
        # Failed inputs are in the report; everything else is why there is none.
        if merged.returncode not in (0, 3):
            raise JobError(
                f"residua merge ended with {merged.returncode}; the records are in {records}"
            )

    def _fetch(self, records: str, folder: Path) -> Path:
        """Copies the parts into one file on this machine: one after the other they are in walk order."""
        system = self._file_system(records)
        found: dict[int, Any] = {}
        for status in system.listStatus(self._path(records)):
            if match := re.match(r"part-(\d+)", status.getPath().getName()):
                found[int(match.group(1))] = status.getPath()
        lines, part = folder / "records.jsonl", folder / "part"
        with open(lines, "wb") as whole:
            for _, path in sorted(found.items()):
                system.copyToLocalFile(False, path, self._path(str(part)), True)
                with open(part, "rb") as one:
                    shutil.copyfileobj(one, whole, 1 << 20)
                part.unlink()
        return lines

    # Hadoop's file systems.

    def _path(self, path: str) -> Any:
        jvm: Any = self._context._jvm
        return jvm.org.apache.hadoop.fs.Path(path)

    def _file_system(self, path: str) -> Any:
        return self._path(path).getFileSystem(self._context._jsc.hadoopConfiguration())

    def _exists(self, path: str) -> bool:
        return bool(self._file_system(path).exists(self._path(path)))

    def _delete(self, path: str) -> None:
        self._file_system(path).delete(self._path(path), True)


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Scan images on a Spark cluster.",
        epilog="Options of Spark itself go to spark-submit, before the script.",
    )
    parser.add_argument("images", help="the folder: a path of Hadoop or of all machines")
    parser.add_argument("--residua", required=True, help="the program; it goes with the job")
    parser.add_argument("--model", required=True, help="the model file; it goes with the job")
    parser.add_argument("--out", required=True, help="the folder for records and Parquet")
    parser.add_argument("--report", help="a folder of this machine for the whole report")
    parser.add_argument("--pictures", choices=["all", "essential", "none"], default="all")
    parser.add_argument("--false-alarm-rate", type=float, help="as of residua scan")
    parser.add_argument("--on-damage", choices=["none", "truncated", "warning"])
    parser.add_argument("--kernels", help="as of residua scan, for machines some of which lack AVX2")
    parser.add_argument("--precision", choices=["int16", "float"], help="as of residua scan")
    parser.add_argument("--maximum-bytes", type=int, default=STANDARD_LIMIT, help="largest file")
    parser.add_argument(
        "--partition-bytes", type=int, default=128 << 20, help="bytes of files for a task"
    )
    parser.add_argument(
        "--timeout", type=float, default=300, help="seconds to wait for the answer to an image"
    )
    parser.add_argument(
        "--read-by",
        choices=["auto", "tasks", "spark"],
        default="auto",
        help="who opens files: tasks by POSIX paths, or Spark's binaryFile",
    )
    parser.add_argument(
        "--wrapper", help="a program that gets the worker's command line, to start it its own way"
    )
    return parser.parse_args(words)


def refusal(error: BaseException) -> str | None:
    """What a worker said that ended the job, once."""
    match = re.search(re.escape(FATAL) + r".*", str(error))
    return match.group() if match else None


def main(words: Sequence[str] | None = None) -> int:
    """Runs a job; the exit status: 0 done, 2 it could not go on."""
    options = arguments(words)
    spark = (
        SparkSession.builder.appName("residua")
        # Whole parts or none, whatever the cluster's setting.
        .config("spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version", "1")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    try:
        Job(spark, options).run()
        return 0
    except (JobError, WorkerRefused) as error:
        reason = str(error)
    except Exception as error:  # Spark has several kinds for what a task raised.
        found = refusal(error)
        if found is None:
            raise
        reason = found
    finally:
        spark.stop()
    print(f"residua_spark: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
