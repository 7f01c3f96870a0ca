"""A step that fails says so in one sentence, which Dagster shows before any stack."""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.failures import KIND, known_trouble


class StepFailed(dg.Failure):
    """A step's failure whose description is the sentence for the user."""

    __module__ = "builtins"  # Dagster's pages put the module before the name, and it says nothing to a user


def failing_in_words(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function of an asset or check, whose errors are raised as StepFailed: with the sentence alone where
    a user can do something about it, with the cause behind it where the program is at fault."""
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def iterating(*args: Any, **kwargs: Any) -> Iterator[Any]:
            try:
                yield from function(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - it is raised again, in words
                _raise_in_words(error)

        return iterating

    @functools.wraps(function)
    def calling(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - it is raised again, in words
            _raise_in_words(error)

    return calling


def failure_in_words(error: ChurnError, **metadata: dg.MetadataValue) -> StepFailed:
    """The step's failure for an error that a user can do something about."""
    kind = dg.MetadataValue.text(type(error).__name__)
    return StepFailed(str(error), metadata=metadata | {KIND: kind}, allow_retries=False)


def _raise_in_words(error: Exception) -> None:
    if isinstance(error, dg.Failure | dg.RetryRequested | dg.DagsterError):
        raise error
    known = error if isinstance(error, ChurnError) else known_trouble(Settings(), str(error))
    if known is not None:
        raise failure_in_words(known) from None
    said = f"{type(error).__name__}: {error}".strip().splitlines()[0]
    raise StepFailed(f"A fault of the program, not of the data: {said}", allow_retries=False) from error
