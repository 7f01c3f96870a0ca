"""Runs programs together until a signal: waits for each to answer, starts a crashed one again, stops them and
everything that they have started."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from filelock import FileLock, Timeout

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.runtime.supervision.one_program import Supervised, stop
from churn_pipeline.runtime.supervision.programs import (
    Ports,
    Program,
    environment,
    programs,
    refuse_taken_ports,
)

LOOK_EVERY_SECONDS = 0.5
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Say = Callable[[str], None]


def run_installation(settings: Settings, host: str, ports: Ports, say: Say) -> None:
    """Runs all services of an installation until SIGINT, SIGTERM or the end of the terminal.

    BadInput where they run already or a port is taken; ChurnError where one of them cannot be started."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    number = settings.data_dir / ".up.pid"
    try:
        with FileLock(settings.data_dir / ".up.lock", timeout=0):
            refuse_taken_ports(host, ports)
            number.write_text(str(os.getpid()), encoding="utf-8")
            try:
                run_together(
                    programs(settings, host, ports),
                    environment(settings, host, ports),
                    settings.home,
                    settings.data_dir / "logs",
                    say,
                )
            finally:
                number.unlink(missing_ok=True)
    except Timeout as error:
        raise BadInput(
            f"All services of {settings.home} are running already (process {_noted_process(number)}): "
            "use those, or end them first with Ctrl-C in their window."
        ) from error


def run_together(
    wanted: list[Program], environment: dict[str, str], home: Path, logs: Path, say: Say
) -> None:
    """Runs the programs from the home, each with a log of its own, until one of the signals that stop."""
    over = threading.Event()

    def end(_: int, __: FrameType | None) -> None:
        over.set()

    former = {kind: signal.signal(kind, end) for kind in STOPPING}
    running = [
        Supervised(program, environment, home, logs / f"{program.name.lower()}.log") for program in wanted
    ]
    say(f"starting {', '.join(p.name for p in wanted)}; logs in {logs}")
    try:
        for program in running:
            program.start()
        announced = False
        while not over.wait(LOOK_EVERY_SECONDS):
            for program in running:
                program.look_after(say)
            if not announced and all(program.answered for program in running):
                announced = True
                _announce(wanted, say)
    finally:
        say("stopping all services")
        stop([program.process for program in running if program.process is not None])
        for kind, handler in former.items():
            signal.signal(kind, handler)
    say("stopped")


def _announce(wanted: list[Program], say: Say) -> None:
    say("everything answers; Ctrl-C stops it")
    for program in wanted:
        if program.address:
            say(f"  {program.name:<8} {program.address:<36} {program.about}")


def _noted_process(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return "just starting"
