"""A model that an earlier version saved is read with the names of today, and nothing else of it is
touched."""

import zipfile
from pathlib import Path

import numpy as np
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from churn_pipeline.training.data.preparation import FeaturePreparation
from churn_pipeline.training.models.churn_model import TRUSTED_TYPES
from churn_pipeline.training.models.former_names import MODULES, SCHEMA, archive_of_today


def saved(path: Path) -> tuple[Pipeline, np.ndarray]:
    X = np.random.default_rng(0).normal(size=(60, 3))
    fitted = Pipeline([("prepare", FeaturePreparation()), ("model", LogisticRegression())]).fit(
        X, X[:, 0] > 0
    )
    skops.io.dump(fitted, path)
    return fitted, X


def with_former_names(path: Path) -> Path:
    former = path.with_name("former.skops")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(former, "w") as written:
        for name in archive.namelist():
            content = archive.read(name)
            if name == SCHEMA:
                for before, now in MODULES.items():
                    content = content.replace(now.encode(), before.encode())
            written.writestr(name, content)
    return former


def test_a_model_of_an_earlier_version_predicts_as_it_did(tmp_path: Path) -> None:
    fitted, X = saved(tmp_path / "estimator.skops")
    former = with_former_names(tmp_path / "estimator.skops")
    with zipfile.ZipFile(former) as archive:
        assert b"churn_pipeline.training.preparation" in archive.read(SCHEMA)
    loaded = skops.io.loads(archive_of_today(former), trusted=TRUSTED_TYPES)
    assert np.array_equal(loaded.predict_proba(X), fitted.predict_proba(X))


def test_a_model_of_today_is_read_as_it_is(tmp_path: Path) -> None:
    saved(tmp_path / "estimator.skops")
    assert archive_of_today(tmp_path / "estimator.skops") == (tmp_path / "estimator.skops").read_bytes()
