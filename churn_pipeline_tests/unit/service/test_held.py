"""What changes a shop without a job holds its lock."""

from pathlib import Path

import pytest
from filelock import FileLock

from churn_pipeline.core.settings import Settings
from churn_pipeline.runtime.locks import is_free, lock_path
from churn_pipeline.service.errors import RunInProgress
from churn_pipeline.service.held import held


def test_the_shop_is_held_meanwhile_and_free_again(tmp_path: Path):
    settings = Settings(home=tmp_path)
    other = FileLock(lock_path(settings, "tea"), is_singleton=False)
    with held(settings, "tea"), pytest.raises(TimeoutError):
        other.acquire(timeout=0)
    assert is_free(settings, "tea")
    with other, pytest.raises(RunInProgress, match="'tea'"), held(settings, "tea", patience_seconds=0):
        raise AssertionError("somebody else holds it")
