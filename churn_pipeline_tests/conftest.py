"""Fixtures for every test. What only one folder needs stands in that folder."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from dagster._core.storage.defs_state.base import set_defs_state_storage
from hypothesis import settings

# A test waits for the runs that it starts beside others that fill the cores: they stand back for nobody.
os.environ.setdefault("CHURN_BACKGROUND_NICENESS", "0")
# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def no_instance_left_behind() -> Iterator[None]:
    """Definitions are loaded under no instance but the test's own.

    An instance that is entered twice (by a test and by the context that it builds) stays the one that
    later definitions are loaded under, after its database is gone.
    """
    with set_defs_state_storage(None):
        yield


# Their files share a shop that is trained, or models that are fitted, once in a process.
ONE_WORKER = ("/integration/", "/recovery/", "/unit/training/", "/unit/explain/", "/unit/scoring/")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadfile` the files of these folders go to one worker, so that no other makes the same
    again."""
    from xdist.scheduler import LoadFileScheduling

    class OneWorkerAFolder(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return next((folder for folder in ONE_WORKER if folder in nodeid), super()._split_scope(nodeid))

    return OneWorkerAFolder(config, log) if config.getoption("dist") == "loadfile" else None
