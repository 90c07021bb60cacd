"""Drives workers that misbehave, without Spark: python Tests/Cluster/test_worker.py"""

import contextlib
import os
import pathlib
import sys
import tempfile
import textwrap
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "pipelines" / "spark"))

import residua_spark as spark

# Answers each frame with its path and length, unless the path says what else to do.
WORKER = """
    import json, os, sys, time
    folder = sys.argv[1]
    with open(folder + "/starts", "a") as starts:
        starts.write("x")
    while header := sys.stdin.buffer.readline():
        frame = json.loads(header)
        path = frame["path"]
        content = sys.stdin.buffer.read(frame["bytes"])
        if path == "refuse":
            sys.stderr.write("other words\\nresidua: the model is gone\\n")
            sys.exit(2)
        if path.startswith("poison"):
            os.kill(os.getpid(), 9)
        if path.startswith("silent"):
            time.sleep(60)
        if path.startswith("once") and not os.path.exists(folder + "/" + path):
            open(folder + "/" + path, "w").close()
            os._exit(5)
        if path == "half":
            sys.stdout.write("half a li")
            sys.exit(0)
        print(path, len(content), "y" * int(path[4:]) if path.startswith("long") else "", flush=True)
"""


class ConversationTests(unittest.TestCase):
    def setUp(self) -> None:
        held = contextlib.ExitStack()
        self.addCleanup(held.close)
        self.folder = pathlib.Path(held.enter_context(tempfile.TemporaryDirectory()))
        self.program = self.folder / "worker.py"
        self.program.write_text(textwrap.dedent(WORKER))
        self.read = 0

    def answers(
        self, *paths: str, window: int = 3, timeout: float = 20, size: int = 5
    ) -> list[str]:
        """The answers, whose paths are checked to be those of the frames, in order."""

        def frames():
            for path in paths:
                self.read += 1
                failure = spark.Failure("read", "io", "why") if path.startswith("bad") else None
                yield spark.Frame(spark.RecordPath(path), b"x" * size, failure)

        command = [sys.executable, str(self.program), str(self.folder)]
        conversation = spark.Conversation(
            start=lambda: spark.Worker(command),
            window=window,
            timeout=timeout,
            failed=lambda path, failure: f"{failure.stage}/{failure.code} {failure.detail}",
        )
        found = list(conversation.answers(frames()))
        self.assertEqual([path for path, _ in found], list(paths))
        return [line.rstrip() for _, line in found]

    @property
    def starts(self) -> int:
        return len((self.folder / "starts").read_text())

    def test_answers_come_in_order_from_one_worker(self) -> None:
        for window in (1, 2, 7):
            with self.subTest(window=window):
                paths = [f"a{number}" for number in range(20)]
                self.assertEqual(self.answers(*paths, window=window), [f"{p} 5" for p in paths])
        self.assertEqual(self.starts, 3)

    def test_no_frames_need_no_worker(self) -> None:
        self.assertEqual(self.answers(), [])
        self.assertEqual(self.answers("bad1", "bad2"), ["read/io why"] * 2)
        self.assertFalse((self.folder / "starts").exists())

    def test_full_pipes_hold_up_nobody(self) -> None:
        """Frames and answers that are each larger than a pipe, both ways at once."""
        paths = [f"long{300_000 + number}" for number in range(8)]
        found = self.answers(*paths, window=8, size=1_000_000)
        self.assertEqual(
            [len(line.split()[2]) for line in found], [int(path[4:]) for path in paths]
        )

    def test_reads_no_further_than_its_window(self) -> None:
        command = [sys.executable, str(self.program), str(self.folder)]
        read = 0

        def frames():
            nonlocal read
            for number in range(50):
                read += 1
                yield spark.Frame(spark.RecordPath(f"a{number}"))

        conversation = spark.Conversation(lambda: spark.Worker(command), 3, 20, lambda *_: "")
        for number, _ in enumerate(conversation.answers(frames())):
            self.assertLessEqual(read, number + 3)

    def test_a_frame_that_kills_twice_fails_alone(self) -> None:
        for window in (1, 3):
            with self.subTest(window=window):
                found = self.answers("a", "b", "poison", "bad", "c", "poison2", "d", window=window)
                died = "score/worker-died the worker died of it twice: signal 9"
                self.assertEqual(found, ["a 5", "b 5", died, "read/io why", "c 5", died, "d 5"])
        # By itself: two workers die of each of the two, and a fifth one goes on.
        self.assertLessEqual(self.starts, 5 + 8)

    def test_a_frame_that_kills_once_is_answered(self) -> None:
        self.assertEqual(
            self.answers("a", "once1", "b", "once2"), ["a 5", "once1 5", "b 5", "once2 5"]
        )

    def test_silence_is_a_death(self) -> None:
        start = time.monotonic()
        found = self.answers("a", "silent", "b", window=1, timeout=2)
        died = "score/worker-died the worker died of it twice: no answer within 2 s"
        self.assertEqual(found, ["a 5", died, "b 5"])
        self.assertLess(time.monotonic() - start, 30)

    def test_half_a_line_is_no_answer(self) -> None:
        died = "score/worker-died the worker died of it twice: exit status 0"
        self.assertEqual(self.answers("half", "a"), [died, "a 5"])

    def test_a_worker_that_gives_a_reason_ends_all(self) -> None:
        with self.assertRaisesRegex(spark.WorkerRefused, "refused: the model is gone .on "):
            self.answers("a", "refuse", "b")
        self.assertEqual(self.starts, 1)

    def test_a_program_that_can_not_start_ends_all(self) -> None:
        with self.assertRaisesRegex(spark.WorkerRefused, "can't start .*none: No such file"):
            spark.Worker([str(self.folder / "none")])

    def test_leaves_no_process(self) -> None:
        command = [sys.executable, str(self.program), str(self.folder)]
        workers = []

        def frame(path: str) -> spark.Frame:
            return spark.Frame(spark.RecordPath(path))

        def start() -> spark.Worker:
            workers.append(spark.Worker(command))
            return workers[-1]

        conversation = spark.Conversation(start, 2, 20, lambda *_: "")
        answers = conversation.answers(frame(path) for path in ["a", "b", "poison", "c"])
        next(answers)
        answers.close()
        list(conversation.answers(frame(path) for path in ["a", "poison"]))
        self.assertTrue(workers)
        for worker in workers:
            self.assertIsNotNone(worker._process.poll())


class ListingTests(unittest.TestCase):
    def test_lists_what_a_scan_takes(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            for path in [
                "a-b/1.png",
                "a/0.JPG",
                "a/.hidden.png",
                "a/_u.jfif",
                "b.txt",
                "png",
                "c/x.png",
                ".d/x.png",
                "r/.residua-report",
                "r/x.png",
                "e:f.jpe",
            ]:
                (root / path).parent.mkdir(exist_ok=True)
                (root / path).write_bytes(b"123")
            os.mkfifo(root / "p.png")
            (root / "l.png").symlink_to(root / "a/0.JPG")
            (root / "folder.png").mkdir()
            found = spark.listing(os.fsencode(root))
            paths = ["a-b/1.png", "a/0.JPG", "a/_u.jfif", "c/x.png", "e:f.jpe", "p.png"]
            self.assertEqual([entry.path.text for entry in found], paths)
            self.assertEqual(
                found[-1].failure, spark.Failure("read", "not-a-file", "a pipe, not a file")
            )
            self.assertEqual([entry.size for entry in found[:2]], [3, 3])
            single = spark.listing(os.fsencode(root / "a/0.JPG"))
            self.assertEqual([entry.path.text for entry in single], ["0.JPG"])

    def test_a_path_that_is_no_text_has_its_bytes(self) -> None:
        self.assertEqual(spark.RecordPath.of("é".encode()).members(), {"path": "é"})
        members = {"path": "\ufffd/a.png", "path_base64": "/y9hLnBuZw=="}
        self.assertEqual(spark.RecordPath.of(b"\xff/a.png").members(), members)

    def test_partitions_are_runs_of_bounded_size(self) -> None:
        sizes = [10 << 20, 0, 3 << 20, 200 << 20, 1, 1]
        entries = [
            spark.Entry(spark.RecordPath(str(place)), size=size) for place, size in enumerate(sizes)
        ]
        runs = spark.partitions(entries, 15 << 20)
        self.assertEqual([entry for run in runs for entry in run], entries)
        self.assertEqual([len(run) for run in runs], [3, 1, 2])

    def test_reading_fails_in_the_words_of_a_scan(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            (root / "a.png").write_bytes(b"1234")
            (root / "link").symlink_to(root / "a.png")
            os.mkfifo(root / "pipe")

            def load(path: str, limit: int = 4) -> spark.Frame:
                return spark.load(
                    spark.Entry(spark.RecordPath(path), os.fsencode(root / path)), limit
                )

            self.assertEqual(load("a.png"), spark.Frame(spark.RecordPath("a.png"), b"1234"))
            for path, limit, code, detail in [
                ("a.png", 3, "too-large", "4 bytes or more, the limit is 3"),
                ("none.png", 4, "not-found", "No such file or directory"),
                ("link", 4, "not-a-file", "a symbolic link, which is not followed"),
                ("pipe", 4, "not-a-file", "a pipe, not a file"),
            ]:
                failure = load(path, limit).failure
                self.assertEqual(failure, spark.Failure("read", code, detail), path)


if __name__ == "__main__":
    unittest.main()
