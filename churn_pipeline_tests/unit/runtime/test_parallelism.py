"""Steps side by side and threads of each, by the size of the machine."""

import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.runtime.parallelism import Parallelism, decide


@pytest.mark.parametrize(
    ("cpus", "gib", "steps", "threads"),
    [(1, 8, 1, 1), (2, 24, 1, 2), (4, 16, 2, 2), (16, 64, 6, 2), (16, 5, 2, 8), (64, 256, 6, 10)],
)
def test_the_cores_are_shared_and_memory_bounds_the_steps(tmp_path, cpus, gib, steps, threads):
    assert decide(Settings(home=tmp_path), cpus, gib) == Parallelism(steps, threads)


def test_the_settings_force_either(tmp_path):
    assert decide(Settings(home=tmp_path, executor="in_process"), 16, 64) == Parallelism(1, 16)
    assert decide(Settings(home=tmp_path, executor="multiprocess"), 2, 24) == Parallelism(2, 1)
    assert decide(Settings(home=tmp_path, executor="multiprocess", parallel_steps=3), 16, 64) == Parallelism(
        3, 5
    )
    assert decide(Settings(home=tmp_path, threads=4), 16, 64) == Parallelism(2, 2)
