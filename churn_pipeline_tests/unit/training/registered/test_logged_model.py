"""The registered model says what the product says: here, and where there is nothing but its requirements."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.shop.config import ALL_MODEL_KINDS, ShopConfig
from churn_pipeline.training.evaluation.comparison import compare_models
from churn_pipeline.training.level.model_level import NOTED, at_date, model_level_at
from churn_pipeline.training.lifecycle.champion import refit_champion
from churn_pipeline.training.lifecycle.registry import (
    init_mlflow,
    register_model,
    registry_client,
    shop_experiment,
)
from churn_pipeline.training.models.churn_model import churn_probability
from churn_pipeline_tests.builders.snapshots import HORIZON

KINDS = (*ALL_MODEL_KINDS, "blend")
BARE_SCRIPT = """
import json, socket, sys
import numpy as np, pandas as pd
asked = []
real = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **named: (asked.append(host), real(host, *rest, **named))[1]
import mlflow
rows = pd.read_parquet(sys.argv[1])
said = {}
for path in sys.argv[2:]:
    said[path] = np.asarray(mlflow.pyfunc.load_model(path).predict(rows)).tolist()
import churn_pipeline
print(json.dumps({"said": said, "asked": asked, "package": list(churn_pipeline.__path__)}))
"""


@pytest.fixture(scope="module")
def features(snapshots):
    """Rows like those of customer_features, at two dates."""
    test = snapshots[snapshots["split"] == "test"].rename(columns={"cutoff": "as_of"})
    rows = test.drop(columns=["split", "fold", "churned"]).reset_index(drop=True)
    rows.loc[::2, "as_of"] += pd.Timedelta(days=100)
    return rows


@pytest.fixture(scope="module")
def registered(candidates, baselines, snapshots, features, settings):
    """Kind -> the model, with a level, its probabilities of `features`, and its address in the registry."""
    init_mlflow(settings)
    comparison = compare_models(candidates, baselines, snapshots, ShopConfig(name="shop"), settings, HORIZON)
    experiment, found = shop_experiment(settings, "served"), {}
    for number, kind in enumerate(KINDS, start=1):
        model = refit_champion(
            comparison.calibrated[kind],
            snapshots,
            snapshots.iloc[:0].drop(columns="split"),
            features,
            ShopConfig(name="shop"),
            settings,
        )
        model = replace(model, metadata=model.metadata | {NOTED: yearly_level(features["as_of"].min())})
        run = registry_client(settings).create_run(experiment).info.run_id
        version = register_model(settings, "served", model, run, list(features))
        assert version == str(number)
        found[kind] = (model, by_the_product(model, features), f"models:/churn_served/{version}")
    return found


def yearly_level(date):
    """Residuals of two years that come and go with the season."""
    cutoffs = pd.date_range(date - pd.Timedelta(days=800), date - pd.Timedelta(days=100), freq="35D")
    seen = 0.5 * np.sin(2 * np.pi * cutoffs.dayofyear / 365.25)
    return {
        "horizon": HORIZON,
        "cutoffs": [str(c.date()) for c in cutoffs],
        "residuals": list(map(float, seen)),
        "variances": [0.01] * len(cutoffs),
    }


def by_the_product(model, rows):
    """As scoring does it: the model at the date, over the rows of the date."""
    said = pd.Series(index=rows.index, dtype=float)
    for date, part in rows.groupby("as_of"):
        said[part.index] = churn_probability(at_date(model, date), part)
    return said.to_numpy()


@pytest.mark.parametrize("kind", KINDS)
def test_mlflow_predicts_what_the_product_scores(kind, registered, features):
    import mlflow

    model, expected, address = registered[kind]
    loaded = mlflow.pyfunc.load_model(address)
    np.testing.assert_allclose(loaded.predict(features), expected, atol=1e-9, rtol=0)
    names = loaded.metadata.signature.inputs.input_names()
    assert names == list(features), "the columns of customer_features, as_of among them"
    without_key = loaded.predict(features.drop(columns="customer_id"))
    np.testing.assert_allclose(without_key, expected, atol=1e-9, rtol=0)
    with pytest.raises(mlflow.exceptions.MlflowException, match="as_of"):
        loaded.predict(features.drop(columns="as_of"))
    unshifted = churn_probability(model, features)
    assert np.abs(unshifted - expected).max() > 0.01, "the level is in it"


def test_the_files_hold_the_level_by_date_and_no_pickle(registered):
    import mlflow

    model, _, address = registered["blend"]
    root = Path(mlflow.artifacts.download_artifacts(address))
    (table,) = root.rglob("level.json")
    level = pd.read_json(table, precise_float=True)
    assert len(level) == 53 and level["shift"].abs().max() > 0.1
    for row in level.iloc[::13].itertuples():
        at = model_level_at(model, pd.Timestamp(row.date))
        np.testing.assert_allclose((row.shift, row.sd), (at.shift, at.sd), atol=1e-12)
    assert not [path for path in root.rglob("*") if path.suffix in (".pkl", ".pickle", ".joblib")]
    assert {p.name for p in (root / "code").iterdir()} == {"churn_pipeline"}


@pytest.mark.slow
def test_with_nothing_but_its_requirements(registered, features, tmp_path):
    import mlflow

    paths = {
        kind: mlflow.artifacts.download_artifacts(address) for kind, (_, _, address) in registered.items()
    }
    bare, rows, script = tmp_path / "bare", tmp_path / "rows.parquet", tmp_path / "predict.py"
    features.to_parquet(rows)
    script.write_text(BARE_SCRIPT)
    subprocess.run([sys.executable, "-m", "venv", bare], check=True)
    wanted = Path(paths["blend"]) / "requirements.txt"
    subprocess.run([bare / "bin" / "pip", "install", "--quiet", "-r", wanted], check=True)
    silent = {"MLFLOW_DISABLE_TELEMETRY": "true"}  # what README says of MLflow's own commands
    done = subprocess.run(
        [bare / "bin" / "python", "-I", script, rows, *paths.values()],
        env={k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "CHURN"))} | silent,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    for kind, path in paths.items():
        np.testing.assert_allclose(found["said"][path], registered[kind][1], atol=1e-9, rtol=0)
    assert all(place.startswith(tuple(paths.values())) for place in found["package"])
    assert set(found["asked"]) <= {"127.0.0.1", "localhost"}
