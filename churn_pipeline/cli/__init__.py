"""The `churn` command: a module for each group of commands."""

import sys

from churn_pipeline.cli import (  # noqa: F401 - each adds its commands
    campaigns,
    exports,
    installation,
    jobs,
    keys_and_users,
    models,
    questions,
    serving,
    upkeep,
)
from churn_pipeline.cli.app import app
from churn_pipeline.core.errors import REFUSED_BY_SYSTEM, BadInput, ChurnError

DATABASE_REFUSED = ("database or disk is full", "disk I/O error", "readonly database")
REMEDY = "The command has stopped there; make room, or let this user write under CHURN_HOME, then try again."


def main() -> None:
    """Runs the command line; exit code 0 ok, 2 bad input or failed quality gate, 1 failure."""
    try:
        app()
    except BadInput as error:
        _fail(error, 2)
    except ChurnError as error:
        _fail(error, 1)
    except OSError as error:
        if error.errno not in REFUSED_BY_SYSTEM:
            raise
        _fail(ChurnError(f"{error.filename or 'The disk'}: {error.strerror}. {REMEDY}"), 1)
    except Exception as error:
        said = next((words for words in DATABASE_REFUSED if words in str(error)), None)
        if said is None:
            raise
        _fail(ChurnError(f"A database could not be written ({said}). {REMEDY}"), 1)


def _fail(error: Exception, code: int) -> None:
    sys.stderr.write(" ".join(str(error).split()) + "\n")
    sys.exit(code)
