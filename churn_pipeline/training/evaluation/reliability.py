"""Reliability: in groups of customers with like probabilities, how many churned."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

GROUPS = 10
COVERAGE = 0.95


@dataclass(frozen=True)
class ReliabilityGroup:
    """customers: how many; expected: mean probability; observed: share that churned; low, high: its 95 %
    interval (Wilson 1927)."""

    customers: int
    expected: float
    observed: float
    low: float
    high: float


def reliability(p: NDArray[np.float64], churned: NDArray[np.int8]) -> list[ReliabilityGroup]:
    """At most ten equally large groups by probability, lowest first. p (n,) 0-1; churned (n,) 0 or 1."""
    parts = np.array_split(np.argsort(p, kind="stable"), GROUPS)
    return [_group(p[part], churned[part]) for part in parts if len(part)]


def _group(p: NDArray[np.float64], churned: NDArray[np.int8]) -> ReliabilityGroup:
    interval = binomtest(int(churned.sum()), len(churned)).proportion_ci(COVERAGE, method="wilson")
    return ReliabilityGroup(
        len(p), float(p.mean()), float(churned.mean()), float(interval.low), float(interval.high)
    )
