"""Small and odd shops by the real command: a result that holds together, or one clear sentence and exit code
2."""

import json

import numpy as np
import pandas as pd
import pytest

from churn_pipeline_tests.builders.commands import churn_in
from churn_pipeline_tests.builders.odd_shops import ODD_SHOPS

MAPS = ["--map=customer_id=customer", "--map=date=date", "--map=amount=amount", "--horizon=45"]


def _delivered(name, folder):
    path = folder / f"{name}.csv"
    ODD_SHOPS[name]().to_csv(path, index=False)
    return path


def test_a_shop_whose_customers_never_came_back_is_refused_in_one_sentence(tmp_path):
    done = churn_in(tmp_path / "home")("run", _delivered("one_order_each", tmp_path), "--shop", "odd", *MAPS)
    assert done.code == 2 and done.out == ""
    assert "Only 0 customers are eligible" in done.last_line and done.last_line.endswith("--horizon.")
    assert "Traceback" not in done.err


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(ODD_SHOPS) - {"one_order_each"}))
def test_a_sensible_result(name, tmp_path):
    done = churn_in(tmp_path / "home")("run", _delivered(name, tmp_path), "--shop", "odd", "--json", *MAPS)
    assert done.code == 0, done.err
    results = json.loads(done.out)
    folder = tmp_path / "home" / "data" / "shops" / "odd"
    scored = pd.read_parquet(folder / "customer_scores.parquet").dropna(subset=["churn_probability"])
    assert (
        scored["churn_probability"].between(0, 1).all()
        and len(scored) == results["summary"]["eligible_customers"]
    )
    tested = pd.read_parquet(folder / "test_predictions.parquet")
    assert tested.filter(like="p_").notna().all(axis=None)
    # What is expected is near what was observed: no probability ran away with so few customers or so rare an
    # outcome.
    assert abs(tested["p_champion"].mean() - tested["churned"].mean()) < 0.12
    shap = pd.read_parquet(folder / "shap_values.parquet").drop(columns=["customer_id", "as_of"])
    assert (
        np.abs(
            shap.drop(columns=["base_value", "model_output"]).sum(axis=1)
            + shap["base_value"]
            - shap["model_output"]
        ).max()
        < 1e-5
    )
    assert results["verdict"]["sentence"]


def test_a_broken_workbook_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04" + bytes(range(200)))
    done = churn_in(tmp_path / "home")("ingest", tmp_path / "broken.xlsx", "--shop", "tea")
    assert done.code == 2
    assert "broken.xlsx is damaged and cannot be unpacked" in done.last_line and "Traceback" not in done.err
