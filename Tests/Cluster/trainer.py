#!/usr/bin/env python3
"""Stands before `residua train` for Tests/cluster.sh, and holds one shard's program of one round.

RESIDUA_TEST_PROGRAM  the program
RESIDUA_TEST_HOLD     <shard>:<round>:<folder>: the program of that shard and round, such as 2/3:3:hold, writes <folder>/held with
                      its process, waits for <folder>/go, whatever becomes of its executor, gathers, and writes <folder>/ended
"""

import os
import pathlib
import signal
import subprocess
import sys
import time


def main(words: list[str]) -> int:
    command = [os.environ["RESIDUA_TEST_PROGRAM"], *words]
    held, turn, name = os.environ["RESIDUA_TEST_HOLD"].split(":", 2)
    if held not in words:
        os.execv(command[0], command)
    folder = pathlib.Path(name)
    with open(folder / "calls", "a+") as calls:
        calls.write("x")
        is_held = calls.tell() == int(turn)
    if not is_held:
        os.execv(command[0], command)
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    (folder / "held").write_text(f"{os.getpid()}\n")
    while not (folder / "go").exists():
        time.sleep(0.05)
    status = subprocess.run(command, check=False).returncode
    (folder / "ended").write_text(f"{status}\n")
    return status


sys.exit(main(sys.argv[1:]))
