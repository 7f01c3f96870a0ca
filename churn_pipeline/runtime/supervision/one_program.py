"""One program under supervision: its process, its log, and how often it has ended."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from logging import makeLogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

import psutil

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.runtime.logs import FORMER_FILES, LARGEST_FILE, without_secrets
from churn_pipeline.runtime.processes import give_way
from churn_pipeline.runtime.supervision.programs import Program

STEADY_SECONDS = 60
"""A process that has lived so long has not failed at its start."""
STARTS = 3
LONGEST_PAUSE_SECONDS = 30
REMIND_SECONDS = 60
LOOK_AGAIN_SECONDS = 30
MOST_SILENT_LOOKS = 20
"""Ten minutes without an answer are no longer a busy machine. Looks are counted, so that a machine that slept
has not been silent meanwhile."""
STOP_SECONDS = 15
PR_SET_PDEATHSIG = 1


class Supervised:
    """A program that is started again when it ends, and when it answers no more."""

    def __init__(self, program: Program, environment: dict[str, str], home: Path, log: Path) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.answered = False
        self._environment, self._home, self._log = environment, home, log
        self._last_lines: deque[str] = deque(maxlen=5)
        self._ends, self._start_at, self._started, self._remind_at = 0, 0.0, 0.0, 0.0
        self._silent_looks, self._look_at = 0, 0.0

    def start(self) -> None:
        """Starts the process, in a session of its own: Ctrl-C reaches this process alone, which stops the
        others in order."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._started, self._remind_at = time.time(), time.time() + REMIND_SECONDS
        self._silent_looks, self._look_at = 0, time.time() + LOOK_AGAIN_SECONDS
        self.process = subprocess.Popen(
            self.program.command,
            env=self._environment,
            cwd=self._home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_ended_with_its_parent if sys.platform == "linux" else None,
        )
        give_way(self.process.pid, self.program.niceness)
        assert self.process.stdout is not None
        threading.Thread(target=self._keep_log, args=(self.process.stdout,), daemon=True).start()

    def look_after(self, say: Callable[[str], None]) -> None:
        """Notes whether it answers; starts it again, after a pause, when it has ended, and when it has
        answered once and does not any more.

        ChurnError when it ends again and again without ever having answered."""
        if self.process is None:
            if time.time() >= self._start_at:
                self.start()
        elif self.process.poll() is not None:
            self._ended(self.process, say)
        elif not self.answered:
            self.answered = self.program.answers(self._started)
            if not self.answered and time.time() >= self._remind_at:
                self._remind_at = time.time() + REMIND_SECONDS
                say(f"{self.program.name} does not answer yet; its log: {self._log}")
        elif time.time() >= self._look_at:
            self._look_again(self.process, say)

    def _look_again(self, process: subprocess.Popen[bytes], say: Callable[[str], None]) -> None:
        silence = LOOK_AGAIN_SECONDS * MOST_SILENT_LOOKS
        self._look_at = time.time() + LOOK_AGAIN_SECONDS
        answers = self.program.answers(max(self._started, time.time() - silence))
        self._silent_looks = 0 if answers else self._silent_looks + 1
        if self._silent_looks >= MOST_SILENT_LOOKS:
            say(
                f"{self.program.name} has not answered for {silence:.0f} s and is ended; its log: {self._log}"
            )
            stop([process])  # the next look starts it again

    def _ended(self, process: subprocess.Popen[bytes], say: Callable[[str], None]) -> None:
        stop([process])
        self.process = None
        self._ends = 1 if time.time() - self._started > STEADY_SECONDS else self._ends + 1
        if self._ends >= STARTS and not self.answered:
            raise ChurnError(
                f"{self.program.name} ended {self._ends} times before it answered; its log {self._log} ends "
                f"with: {' '.join(self._last_lines) or '(nothing)'}"
            )
        pause = min(LONGEST_PAUSE_SECONDS, 2 ** (self._ends - 1))
        self._start_at = time.time() + pause
        say(
            f"{self.program.name} ended with code {process.returncode}; started again in {pause} s; "
            f"its log: {self._log}"
        )

    def _keep_log(self, lines: IO[bytes]) -> None:
        handler = RotatingFileHandler(
            self._log, maxBytes=LARGEST_FILE, backupCount=FORMER_FILES, encoding="utf-8"
        )
        with lines:
            for line in lines:
                text = without_secrets(line.decode("utf-8", "replace").rstrip())
                self._last_lines.append(text)
                handler.emit(makeLogRecord({"msg": text}))
        handler.close()


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ends the processes and everything that they have started: asks first, then ends what is left."""
    family = [member for process in processes for member in _family(process.pid)]
    for process in processes:
        _signal_session(process.pid, signal.SIGTERM)
    for member in family:
        _signal(member, signal.SIGTERM)
    _, alive = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for member in alive:
        _signal(member, signal.SIGKILL)
    for process in processes:
        _signal_session(process.pid, signal.SIGKILL)
        process.wait()


def _family(pid: int) -> list[psutil.Process]:
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _signal(member: psutil.Process, kind: signal.Signals) -> None:
    """To one process, also where it is in another session than its program."""
    try:
        member.send_signal(kind)
    except psutil.NoSuchProcess:
        return


def _signal_session(leader: int, kind: signal.Signals) -> None:
    """To what is left of a program's process group, its first process or not."""
    try:
        os.killpg(leader, kind)
    except (ProcessLookupError, PermissionError):
        return


def _ended_with_its_parent() -> None:
    """The kernel ends this process when its parent is killed, so that none is left behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
