#!/usr/bin/env python3
"""Starts a worker for Tests/cluster.sh and passes its frames on, with the faults that the environment asks for.

usage: wrapper.py <worker's command line>

RESIDUA_TEST_POISON  kills itself and the worker at a frame whose path ends so
RESIDUA_TEST_SILENT  passes no answer on from a frame whose path ends so
RESIDUA_TEST_HOLD    <path>:<folder>: before that frame, writes <folder>/held with its process and waits for <folder>/go
RESIDUA_TEST_BREAK   where it is set and frames come, starts the worker with another model, which is not there
"""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time


def main(command: list[str]) -> int:
    poison = os.environ.get("RESIDUA_TEST_POISON")
    silent = os.environ.get("RESIDUA_TEST_SILENT")
    held, _, folder = os.environ.get("RESIDUA_TEST_HOLD", "").partition(":")
    header = sys.stdin.buffer.readline()
    if header and "RESIDUA_TEST_BREAK" in os.environ:
        command[command.index("--model") + 1] = "away.residua"
    worker = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert worker.stdin is not None
    while header:
        frame = json.loads(header)
        content = sys.stdin.buffer.read(frame["bytes"])
        if poison and frame["path"].endswith(poison):
            worker.kill()
            os.kill(os.getpid(), signal.SIGKILL)
        if silent and frame["path"].endswith(silent):
            time.sleep(3600)
        go = pathlib.Path(folder, "go")
        if held and frame["path"] == held and not go.exists():
            pathlib.Path(folder, "held").write_text(f"{os.getpid()}\n")
            while not go.exists():
                time.sleep(0.05)
        try:
            worker.stdin.write(header + content)
            worker.stdin.flush()
        except OSError:
            break
        header = sys.stdin.buffer.readline()
    with contextlib.suppress(OSError):
        worker.stdin.close()
    return worker.wait()


sys.exit(main(sys.argv[1:]))
