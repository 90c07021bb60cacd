"""Drives the rounds of a training, without Spark: python Tests/Cluster/test_training.py

RESIDUA_TOOL names the built program.
"""

import contextlib
import io
import itertools
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
from collections.abc import Iterator
from unittest import mock

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "pipelines" / "spark"))

import residua_spark_train as training

# Stands in for the program. `ends` has how its merges end, of which the last one stays.
PROGRAM = """
    import os, pathlib, sys, time
    words = sys.argv[1:]
    folder = pathlib.Path(words[words.index("--statistics") + 1])
    with open(folder / "calls", "a") as calls:
        calls.write(" ".join(words) + "\\n")
    if "--wait" in words:
        (folder / "process").write_text(f"{os.getpid()}\\n")
        time.sleep(60)
    if "--statistics-only" in words:
        if (folder / "full").exists():
            sys.exit("a warning\\nresidua: the disk is full")
        print("gathered: survey")
        sys.exit(0)
    end, *later = (folder / "ends").read_text().split()
    (folder / "ends").write_text(" ".join(later or [end]))
    print("merged: survey" if end in "04" else "residua: " + (folder / "why").read_text(), flush=True)
    if end == "killed":
        os.kill(os.getpid(), 9)
    sys.exit(int(end))
"""


class TrainingTests(unittest.TestCase):
    def setUp(self) -> None:
        held = contextlib.ExitStack()
        self.addCleanup(held.close)
        self.folder = pathlib.Path(held.enter_context(tempfile.TemporaryDirectory()))
        self.stub = self.folder / "residua"
        self.stub.write_text(f"#!{sys.executable}\n" + textwrap.dedent(PROGRAM))
        self.stub.chmod(0o755)
        self.program = self.made("good")
        self.output = held.enter_context(contextlib.redirect_stdout(io.StringIO()))

    def made(self, *arguments: str) -> training.Program:
        words = (*arguments, "--statistics", str(self.folder))
        return training.Program(str(self.stub), None, words, str(self.folder))

    def learn(self, *ends: str, why: str = "") -> None:
        (self.folder / "ends").write_text(" ".join(ends))
        (self.folder / "why").write_text(why)

        def gather() -> Iterator[str]:
            return (self.program.gather(shard, 2, 3) for shard in (1, 2))

        training.learn(self.program, "m", gather, patience=0)

    def calls(self) -> list[str]:
        """What the program was asked for, without what is the same in each call."""
        same = f"train good --statistics {self.folder} "
        lines = (self.folder / "calls").read_text().splitlines()
        self.assertTrue(all(line.startswith(same) for line in lines))
        return [line[len(same) :] for line in lines]

    def test_all_shards_gather_before_each_merge_until_the_model_is_written(self) -> None:
        self.learn("4", "4", "0")
        shards = [f"--statistics-only --shard {shard}/2 --jobs 3" for shard in (1, 2)]
        self.assertEqual(self.calls(), [*shards, "--merge --model m"] * 3)
        said = self.output.getvalue().splitlines()
        self.assertEqual(said[-2:], ["round 3: gathered: survey", "round 3: merged: survey"])

    def test_a_merge_that_refuses_ends_all_with_its_line(self) -> None:
        for end, wanted in [
            ("2", "other options"),
            ("killed", "it ended with signal 9; its last line: other options"),
            ("75", "it ended with status 75; its last line: other options"),
        ]:
            with self.subTest(end=end):
                with self.assertRaises(training.Refused) as caught:
                    self.learn("4", end, why="other options")
                self.assertEqual(str(caught.exception), wanted)
                self.assertEqual(len(self.calls()), 2 * 3)
                (self.folder / "calls").unlink()

    def test_what_is_not_seen_yet_is_waited_for_once(self) -> None:
        why = "shard 2 of 2 missing in stats: run it"
        self.learn("2", "4", "2", "0", why=why)
        self.assertEqual(len(self.calls()), 4 * 3)
        with self.assertRaisesRegex(training.Refused, f"{why}; is this the same folder"):
            self.learn("2", "2", "0", why=why)

    def test_it_does_not_go_on_for_ever(self) -> None:
        with (
            mock.patch.object(training, "MOST_ROUNDS", 9),
            self.assertRaisesRegex(training.Refused, "no model after 9 rounds"),
        ):
            self.learn("4")
        self.assertEqual(len(self.calls()), 9 * 3)

    def test_a_shard_that_fails_says_why_and_where(self) -> None:
        (self.folder / "full").touch()
        with self.assertRaises(training.Refused) as caught:
            self.learn("0")
        # As Spark has it: somewhere in the text of another error.
        text = training.refusal(Exception(f"Traceback\n  {caught.exception}\nat java"))
        self.assertRegex(
            str(text), "^residua train refused: .*the disk is full .shard 1/2 on [^ ]+.$"
        )
        self.assertEqual(len(self.calls()), 1)

    def test_a_program_that_can_not_start_is_one_line(self) -> None:
        self.stub.unlink()
        with self.assertRaisesRegex(training.Refused, "refused: can't start .*No such file"):
            self.learn("0")

    def test_what_interrupts_it_ends_the_program(self) -> None:
        def watch() -> None:
            if (self.folder / "process").exists():
                raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            self.made("--wait").run("--merge", watch=watch)
        self.assert_ended()

    @unittest.skipUnless(sys.platform == "linux", "only Linux tells a child")
    def test_a_task_that_is_killed_ends_the_program(self) -> None:
        code = f"import residua_spark_train as t; t.{self.made('--wait')!r}.gather(1, 2, 1)"
        environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "pipelines" / "spark")}
        with subprocess.Popen([sys.executable, "-c", code], env=environment) as task:
            for _ in range(200):
                if (self.folder / "process").exists():
                    break
                time.sleep(0.05)
            task.send_signal(signal.SIGKILL)
        self.assert_ended()

    def assert_ended(self) -> None:
        number = int((self.folder / "process").read_text())
        with self.assertRaises(ProcessLookupError):
            for _ in range(200):
                os.kill(number, 0)
                time.sleep(0.05)

    def test_shards_that_this_machine_can_not_see_are_gathered_again(self) -> None:
        """With the program: what one shard wrote is lost before a merge."""
        images = REPOSITORY / "sample-data" / "woven-cloth" / "train"
        configuration = str(REPOSITORY / "Tests" / "Cluster" / "small.json")

        def learn(name: str, losses: dict[int, str]) -> bytes:
            folder, model = self.folder / name, self.folder / f"{name}.residua"
            words = (str(images), "--statistics", str(folder), "--effort", "quick")
            words += ("--configuration", configuration, "--quiet")
            tool = os.environ["RESIDUA_TOOL"]
            program = training.Program(tool, None, words, str(self.folder))
            turns = itertools.count(1)

            def gather() -> list[str]:
                said = [program.gather(shard, 3, 2) for shard in (1, 2, 3)]
                for lost in folder.glob(f"statistics/*/{losses.get(next(turns), 'none')}"):
                    lost.unlink()
                return said

            training.learn(program, str(model), gather, patience=0)
            return model.read_bytes()

        lossy = learn("lossy", {2: "2-of-3", 4: "*-of-3"})
        self.assertIn("shard 2 of 3 missing", self.output.getvalue())
        self.assertIn("no statistics in", self.output.getvalue())
        self.assertEqual(lossy, learn("whole", {}))


class CommandLineTests(unittest.TestCase):
    def refused(self, *words: str) -> str:
        """The one line that it ends with, before Spark is started."""
        started = mock.patch.object(training, "SparkSession", None)
        errors = io.StringIO()
        with started, contextlib.redirect_stderr(errors):
            self.assertEqual(training.main(words), 2)
        (line,) = errors.getvalue().splitlines()
        return line.removeprefix("residua_spark_train: ")

    def options(self, images: str = "/", **others: str) -> list[str]:
        given = {"residua": "true", "statistics": "/stats", "model": "/m", "shards": "2"} | others
        return [images, *(word for name in given for word in ("--" + name, given[name]))]

    def test_what_can_not_go_well_is_not_started(self) -> None:
        mounted = "training needs paths that all machines can open as files: mount it"
        for words, wanted in [
            (self.options("/none/good"), "can't read /none/good: no such file or folder"),
            (self.options("hdfs:///good"), f"hdfs:///good: {mounted}"),
            (self.options(statistics="s3a://b/s"), f"s3a://b/s: {mounted}"),
            (self.options(model="/none/m"), "can't write /none/m: no such folder"),
            (self.options(residua="/none"), "can't start /none: no such program"),
        ]:
            self.assertTrue(self.refused(*words).startswith(wanted), words)

    def test_paths_do_not_depend_on_the_folder_of_a_task(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.addCleanup(os.chdir, os.getcwd())
            os.chdir(folder)
            for name in ("good", "a b", "c:d"):
                os.mkdir(name)
            words = ["good", "a b", "file:" + os.path.abspath("c:d")]
            words += ["--residua", "true", "--statistics", "s", "--model", "m", "--shards", "12"]
            words += ["--", "--configuration", "x.json", "--", "--shards"]
            options, more = training.arguments(words)
            program, model = training.prepare(options, more)
            here = os.getcwd()
            places = [os.path.join(here, name) for name in ("good", "a b", "c:d")]
            self.assertEqual(list(program.arguments[:3]), places)
            self.assertEqual(
                program.arguments[3:],
                ("--statistics", f"{here}/s", "--configuration", "x.json", "--", "--shards"),
            )
            self.assertEqual((program.folder, model), (here, f"{here}/m"))
            self.assertEqual((program.residua, program.shipped), ("true", None))
            self.assertEqual(options.shards, 12)

    def test_a_program_that_is_a_file_goes_with_the_job(self) -> None:
        options, more = training.arguments(self.options(residua=sys.executable))
        program, _ = training.prepare(options, more)
        self.assertEqual(program.shipped, os.path.basename(sys.executable))

    def test_shards_are_a_number(self) -> None:
        for wrong in ("0", "-1", "many", "1e3"):
            with (
                self.subTest(wrong),
                contextlib.redirect_stderr(io.StringIO()),
                self.assertRaises(SystemExit),
            ):
                training.arguments(self.options(shards=wrong))


if __name__ == "__main__":
    unittest.main()
