"""The same file twice, as two real commands: the second run takes its candidates over and says the same."""

from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import read_table
from churn_pipeline.shop.config import MODEL_KINDS
from churn_pipeline.training.search.reuse import REUSED
from churn_pipeline_tests.builders.commands import churn_in

CDNOW = Path(__file__).parents[2] / "data/samples/cdnow.csv"
MAPS = [f"--map={field}={field}" for field in ("customer_id", "date", "amount")]


def candidates(folder: Path) -> dict[str, dict]:
    """The document of every kind's saved candidate."""
    return {kind: ShopStore(folder).vectors(f"candidates/{kind}")[0] for kind in MODEL_KINDS}


@pytest.mark.slow
def test_the_second_run_of_a_file_finds_its_candidates_and_predicts_the_same(tmp_path):
    churn, folder = churn_in(tmp_path), tmp_path / "data/shops/cdnow"
    found, said = [], []
    for _ in range(2):
        done = churn("run", CDNOW, "--shop", "cdnow", "--horizon", 90, "--effort", "quick", *MAPS)
        assert done.code == 0, done.err
        found.append(candidates(folder))
        said.append([read_table(folder, name) for name in ("test_predictions", "customer_scores")])
    first, second = found
    for kind, candidate in second.items():
        assert REUSED not in first[kind]["facts"]
        assert candidate["facts"][REUSED] == first[kind]["run_id"] != candidate["run_id"]
    (tested, scored), (tested_again, scored_again) = said
    pd.testing.assert_frame_equal(tested, tested_again, check_exact=True)
    numbers = ["customer_id", "churn_probability", "return_probability", "clv"]
    # the refit's sums over threads may differ in their last digit
    pd.testing.assert_frame_equal(scored[numbers], scored_again[numbers], rtol=1e-12)
