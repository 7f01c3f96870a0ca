"""Small processes of Python under supervision."""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.runtime.supervision import one_program
from churn_pipeline.runtime.supervision.one_program import Supervised, stop
from churn_pipeline.runtime.supervision.programs import Program

SLEEPS = "import time; time.sleep(60)"
WITH_A_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(60)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""


def supervised(folder: Path, script: str, answers: bool = True) -> Supervised:
    program = Program("tea", "a test", [sys.executable, "-c", script], "", lambda _: answers)
    return Supervised(program, dict(os.environ), folder, folder / "logs" / "tea.log")


def until(true: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


def test_a_killed_one_is_started_again_and_said(tmp_path):
    said: list[str] = []
    program = supervised(tmp_path, SLEEPS)
    program.start()
    program.look_after(said.append)
    assert program.answered
    first = program.process
    first.send_signal(signal.SIGKILL)
    first.wait()

    def again() -> bool:
        program.look_after(said.append)
        return program.process is not None and program.process is not first

    until(again)
    assert program.process.poll() is None
    assert said == [f"tea ended with code -9; started again in 1 s; its log: {tmp_path / 'logs' / 'tea.log'}"]
    stop([program.process])


def test_one_that_answers_no_more_is_started_again_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr(one_program, "LOOK_AGAIN_SECONDS", 0.01)
    said: list[str] = []
    hears = [True, True, *[False] * (one_program.MOST_SILENT_LOOKS - 1), True, *[False] * 20, True]
    program = supervised(tmp_path, SLEEPS)
    program.program = replace(program.program, answers=lambda _: hears.pop(0) if hears else True)
    program.start()
    first = program.process

    def again() -> bool:
        program.look_after(said.append)
        return program.process is not None and program.process is not first

    until(again)
    assert first.poll() is not None
    assert program.process.poll() is None
    assert said[0].startswith("tea has not answered for ")
    assert "started again in 1 s" in said[1]
    assert hears == [True], "nineteen silences with an answer after them are forgiven"
    stop([program.process])


def test_one_that_ends_at_every_start_is_given_up_with_the_end_of_its_log(tmp_path, monkeypatch):
    monkeypatch.setattr(one_program, "LONGEST_PAUSE_SECONDS", 0)
    program = supervised(tmp_path, "raise SystemExit('no such table: teapots')", answers=False)
    with pytest.raises(ChurnError, match=r"tea ended 3 times before it answered.*no such table: teapots"):
        until(lambda: program.look_after(lambda _: None))


def test_stopping_ends_what_a_program_has_started_in_sessions_of_their_own(tmp_path):
    program, log = supervised(tmp_path, WITH_A_CHILD), tmp_path / "logs" / "tea.log"
    program.start()
    until(lambda: log.exists() and log.read_text().strip())
    child = int(log.read_text())
    assert psutil.pid_exists(child)
    stop([program.process])
    until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)
    assert program.process.returncode is not None


def test_one_that_does_not_listen_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(one_program, "STOP_SECONDS", 0.5)
    program, log = supervised(tmp_path, DEAF), tmp_path / "logs" / "tea.log"
    program.start()
    until(lambda: log.exists() and "deaf" in log.read_text())
    stop([program.process])
    assert program.process.returncode == -signal.SIGKILL
