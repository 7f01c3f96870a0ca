"""Which rows a fit draws."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.training.data.row_caps import capped_rows

CUTOFFS = pd.date_range("2024-01-01", periods=10, freq="30D")


@pytest.fixture
def keys() -> pd.DataFrame:
    pairs = pd.MultiIndex.from_product([[f"c{n}" for n in range(300)], CUTOFFS])
    return pairs.to_frame(index=False, name=["customer_id", "cutoff"])


def test_every_cutoff_gives_its_share(keys):
    drawn = keys.iloc[capped_rows(keys, 1000)]
    counts = drawn.groupby("cutoff").size()
    assert len(drawn) == 1000
    assert len(counts) == len(CUTOFFS)
    assert counts.between(70, 130).all()


def test_no_customer_gives_a_second_row_before_all_gave_one(keys):
    drawn = keys.iloc[capped_rows(keys, 450, one_per_customer=True)]
    assert drawn.groupby("customer_id").size().between(1, 2).all()
    assert drawn["customer_id"].nunique() == 300


def test_the_draw_depends_on_the_keys_alone(keys):
    shuffled = keys.sample(frac=1, random_state=1)
    drawn = {tuple(row) for row in keys.iloc[capped_rows(keys, 500)].to_numpy()}
    assert {tuple(row) for row in shuffled.iloc[capped_rows(shuffled, 500)].to_numpy()} == drawn


def test_few_rows_all_stay(keys):
    assert np.array_equal(capped_rows(keys, len(keys)), np.arange(len(keys)))
