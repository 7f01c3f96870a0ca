"""Errors of a step in words: those that a user can mend alone, faults of the program with their cause."""

import dagster as dg
import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.orchestration.step_failure import StepFailed, failing_in_words


@failing_in_words
def calling(error: Exception) -> None:
    raise error


@failing_in_words
def yielding(error: Exception):
    yield 1
    raise error


@pytest.mark.parametrize("function", [calling, lambda error: list(yielding(error))])
def test_a_users_error_is_the_sentence_alone(function):
    with pytest.raises(StepFailed) as caught:
        function(BadInput("Column 'day' holds no dates."))
    assert caught.value.description == "Column 'day' holds no dates."
    assert caught.value.metadata["kind"].value == "BadInput"
    assert caught.value.__cause__ is None and caught.value.allow_retries is False


def test_a_fault_of_the_program_keeps_its_cause():
    cause = KeyError("as_of")
    with pytest.raises(StepFailed, match="fault of the program, not of the data: KeyError") as caught:
        calling(cause)
    assert caught.value.__cause__ is cause and "kind" not in caught.value.metadata


def test_the_disk_that_is_full_is_said_in_words():
    with pytest.raises(StepFailed, match="is full: free some space"):
        calling(OSError(28, "No space left on device"))


def test_what_dagster_raises_goes_through():
    error = dg.Failure("as it is")
    with pytest.raises(dg.Failure) as caught:
        calling(error)
    assert caught.value is error
