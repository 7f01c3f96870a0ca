"""Every error has a stable kind, a status and an exit code."""

import pytest

from churn_pipeline.core import errors as data_errors
from churn_pipeline.service import errors
from churn_pipeline.service.errors import TITLES, ServiceError, kind_of


@pytest.mark.parametrize(
    ("error", "kind", "status", "exit_code"),
    [
        (data_errors.NotFound("x"), "not-found", 404, 2),
        (data_errors.AnswerNeeded("x"), "answer-needed", 422, 2),
        (data_errors.MappingNeeded("x"), "mapping-needed", 422, 2),
        (data_errors.QualityGateFailed("x"), "quality-gate-failed", 422, 2),
        (data_errors.BadInput("x"), "bad-input", 422, 2),
        (data_errors.ChurnError("x"), "failed", 500, 1),
        (errors.RunInProgress("x"), "run-in-progress", 409, 2),
        (errors.Outdated("x"), "cursor-outdated", 410, 2),
    ],
)
def test_kinds(error, kind, status, exit_code):
    found = kind_of(error)
    assert (found.kind, found.status, found.exit_code) == (kind, status, exit_code)
    assert found.title == TITLES[kind]


def test_every_kind_of_the_service_has_a_title_and_a_kind_of_its_own():
    kinds = [c.kind for c in vars(errors).values() if isinstance(c, type) and issubclass(c, ServiceError)]
    assert len(kinds) == len(set(kinds)) > 10
    assert set(kinds) <= set(TITLES)
