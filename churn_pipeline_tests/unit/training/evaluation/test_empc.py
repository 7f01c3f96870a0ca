"""The expected maximum profit is that of an independent implementation."""

import numpy as np
import pytest
from empulse.metrics import empc_score

from churn_pipeline.shop.config import RoiAssumptions
from churn_pipeline.training.evaluation.campaign_profit import profit_metrics

CLV = 200.0  # in which the other one counts


@pytest.mark.parametrize("seed", range(12))
def test_it_agrees_with_empulse(seed):
    rng = np.random.default_rng(seed)
    line = rng.normal(size=40 + 150 * seed)
    churned = (rng.random(len(line)) < 1 / (1 + np.exp(-line - rng.normal()))).astype(np.int8)
    p = 1 / (1 + np.exp(-line * rng.uniform(-0.3, 2)))
    if seed % 3 == 0:
        p = np.round(p, 1)  # many customers with the same probability
    ours = profit_metrics(np.zeros(len(p)), churned, p, 0.5, RoiAssumptions())["empc"]
    assert ours == pytest.approx(float(empc_score(churned.astype(int), p)) / CLV, abs=1e-12)


def test_where_all_did_the_same_there_is_none():
    metrics = profit_metrics(np.zeros(3), np.ones(3, np.int8), np.full(3, 0.5), 0.5, RoiAssumptions())
    assert np.isnan(metrics["empc"])
