"""The `churn` command, each time in a process of its own that need not load the libraries: it is forked from
one that has imported them and done nothing else. That saves 1 to 6 seconds a command; what the command does,
from its arguments to its exit code, is the same. As a program this is the process that is forked: it reads a
command a line and answers with its exit code."""

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import active_count
from typing import Any

from churn_pipeline_tests.builders.commands import Churn, Finished, environment_of

LIBRARIES = (
    "churn_pipeline.cli",
    "churn_pipeline.insights.stage",
    "churn_pipeline.orchestration.definitions",
    "churn_pipeline.orchestration.launch",
    "churn_pipeline.quality.suite",
    "churn_pipeline.scoring.what_if.answer",
    "churn_pipeline.training.lifecycle.rollback",
    "great_expectations",
    "matplotlib.pyplot",
    "mlflow.store.tracking.sqlalchemy_store",
)
SECONDS = 600  # after which a command is ended


@contextmanager
def loaded_commands(home: Path) -> Iterator[Churn]:
    """The command in a home, until the block ends."""
    with TemporaryDirectory() as folder:
        own = {
            "OMP_NUM_THREADS": "1",
            "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": folder,
            "NUMBA_CACHE_DIR": folder,
        }
        server = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment_of(home) | own,
        )
        out, err = Path(folder) / "out", Path(folder) / "err"

        def run(*arguments: object) -> Finished:
            asked = {
                "arguments": [str(argument) for argument in arguments],
                "environment": environment_of(home),
                "out": str(out),
                "err": str(err),
            }
            assert server.stdin is not None and server.stdout is not None
            print(json.dumps(asked), file=server.stdin, flush=True)
            return Finished(int(server.stdout.readline()), out.read_text("utf-8"), err.read_text("utf-8"))

        try:
            yield run
        finally:
            server.communicate(timeout=60)


def _serve() -> None:
    for name in LIBRARIES:
        import_module(name)
    assert active_count() == 1, "a forked process would lack the other threads"
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _run(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(asked: dict[str, Any]) -> None:
    """The command, as its own program would run it; never returns."""
    from churn_pipeline.cli import main

    os.environ.clear()
    os.environ.update(asked["environment"])
    for number, path in ((1, asked["out"]), (2, asked["err"])):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.argv = ["churn", *asked["arguments"]]
    signal.alarm(SECONDS)
    code = 1
    try:
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter would show it
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _serve()
