"""How many steps of a run go side by side on this machine, and with how many threads each."""

from dataclasses import dataclass

import psutil

from churn_pipeline.core.settings import Settings
from churn_pipeline.runtime.environment import available_cpus

STEPS_WORTH_IT = (
    6  # five models and the baselines are the only steps that take long and wait for nothing but each other
)
GIB_PER_STEP = 2.0


@dataclass(frozen=True)
class Parallelism:
    """steps: side by side, 1 means in one process; threads: of each step."""

    steps: int
    threads: int


def parallelism(settings: Settings) -> Parallelism:
    """What suits this machine, or what the settings force."""
    return decide(settings, available_cpus(), psutil.virtual_memory().available / 2**30)


def decide(settings: Settings, cpus: int, free_gib: float) -> Parallelism:
    """Steps side by side only from four cores on, each with two cores and two GiB of its own: below that a
    process per step, which imports everything anew, costs more than the overlap gains, and more threads than
    cores many times that."""
    cores = settings.threads or cpus
    if settings.executor == "in_process":
        return Parallelism(1, cores)
    chosen = max(1, min(cores // 2, int(free_gib // GIB_PER_STEP), STEPS_WORTH_IT))
    if settings.executor == "multiprocess":
        chosen = max(2, chosen)
    if settings.parallel_steps and settings.executor != "auto":
        chosen = settings.parallel_steps
    return Parallelism(chosen, max(1, cores // chosen))
