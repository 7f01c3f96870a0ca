"""A candidate is taken over exactly where nothing that it is made of has changed, and nowhere else."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.training.search import reuse
from churn_pipeline.training.search.reuse import CODE, REUSED, candidate_basis, find_candidate
from churn_pipeline_tests.builders.shop_runs import shop_run
from churn_pipeline_tests.builders.snapshots import simulated_snapshots

KIND = "logistic_regression"


@pytest.fixture
def run(tmp_path):
    write_table(tmp_path, "training_snapshots", simulated_snapshots(200, 3), TableVersion("r", "v1"))
    settings = Settings(home=tmp_path, threads=1)
    return shop_run(tmp_path, ShopConfig(name="tea", effort="quick"), 30, settings)


@pytest.fixture
def trainings(monkeypatch):
    """The kinds that were really trained."""
    done, train = [], reuse.train_candidate
    monkeypatch.setattr(reuse, "train_candidate", lambda kind, *a: (done.append(kind), train(kind, *a))[1])
    return done


def test_the_same_data_settings_and_code_are_not_trained_again(run, trainings):
    first, second, third = (find_candidate(run, KIND, f"run {n}") for n in (1, 2, 3))
    assert trainings == [KIND]
    assert REUSED not in first.facts and second.facts[REUSED] == third.facts[REUSED] == "run 1"
    for name in ("out_of_fold", "test", "test_unseen", "level"):
        np.testing.assert_array_equal(getattr(second, name), getattr(first, name))
    for name in ("params", "features", "dropped", "scale", "cv", "trials", "seconds"):
        assert getattr(second, name) == getattr(first, name)


def test_other_rows_are_trained(run, trainings):
    find_candidate(run, KIND, "run 1")
    rows = simulated_snapshots(201, 3)
    write_table(run.store.folder, "training_snapshots", rows, TableVersion("r", "v2"))
    found = find_candidate(run, KIND, "run 2")
    assert trainings == [KIND, KIND] and REUSED not in found.facts
    assert len(found.test) == (rows["split"] == "test").sum()


def test_it_can_be_switched_off(run, trainings):
    find_candidate(run, KIND, "run 1")
    run.settings.reuse_candidates = False
    find_candidate(run, KIND, "run 2")
    assert trainings == [KIND, KIND]


def test_a_damaged_one_is_trained_again(run, trainings):
    find_candidate(run, KIND, "run 1")
    (run.store.folder / "candidates" / f"{KIND}.parquet").write_bytes(b"PAR1 broken")
    assert REUSED not in find_candidate(run, KIND, "run 2").facts
    assert find_candidate(run, KIND, "run 3").facts[REUSED] == "run 2"
    assert trainings == [KIND, KIND]


def test_whatever_decides_about_a_candidate_changes_its_basis(tmp_path, monkeypatch):
    space = tmp_path / "spaces.yaml"
    space.write_text(f"{KIND}: {{rows: 100}}\n")
    plain, inputs = {"home": tmp_path, "threads": 1}, {"training_snapshots": "v1", "level_snapshots": None}
    bases = [
        candidate_basis(KIND, "quick", Settings(**plain), inputs),
        candidate_basis("svm", "quick", Settings(**plain), inputs),
        candidate_basis(KIND, "standard", Settings(**plain), inputs),
        candidate_basis(KIND, "quick", Settings(**plain, seed=1), inputs),
        candidate_basis(KIND, "quick", Settings(**plain, folds=4), inputs),
        candidate_basis(KIND, "quick", Settings(**plain, search_spaces=space), inputs),
        candidate_basis(KIND, "quick", Settings(home=tmp_path, threads=2), inputs),
        candidate_basis(KIND, "quick", Settings(**plain), inputs | {"training_snapshots": "v2"}),
        candidate_basis(KIND, "quick", Settings(**plain), inputs | {"campaign_members": "v1"}),
    ]
    assert len(set(bases)) == len(bases)
    assert candidate_basis(KIND, "quick", Settings(**plain), inputs) == bases[0]
    for part in ("_code_version", "_library_versions"):
        with monkeypatch.context() as patched:
            patched.setattr(reuse, part, lambda: "other")
            assert candidate_basis(KIND, "quick", Settings(**plain), inputs) != bases[0]


def test_all_of_the_trainings_code_that_a_candidate_runs_is_part_of_its_basis():
    script = (
        "import sys; import churn_pipeline.training.search.candidates\n"
        "print(*[n for n in sys.modules if n.startswith('churn_pipeline.training.')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[2] for name in done.stdout.split()}
    assert {"search", "models"} <= loaded <= set(CODE)
    assert (Path(reuse.__file__).parents[1] / "search" / "search_spaces.yaml").exists()
