"""What set-up compiles is what scoring needs, and a new home begins with it."""

import os
import subprocess
import sys

from churn_pipeline.explain.shapley.precompiled import copy_precompiled

EXPLAINS_A_FOREST_AND_A_KERNEL_MACHINE = """
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from churn_pipeline.explain.shapley import rbf_shapley, tree_shapley
from churn_pipeline.explain.shapley.flat_trees import flatten_trees
from churn_pipeline.explain.shapley.tree_arrays import forest_trees

X = np.random.default_rng(0).normal(size=(200, 4))
forest = RandomForestClassifier(5, max_depth=4, random_state=0).fit(X, X[:, 0] > 0)
players = np.arange(4)
tree_shapley.tree_contributions(flatten_trees(forest_trees(forest), players), X, 4)
expansion = rbf_shapley.RbfExpansion(X[:80], X[:80, 1].copy(), 0.5, 0.1)
rbf_shapley.rbf_contributions(expansion, X, X, players)
for kernel in (tree_shapley._add_contributions, rbf_shapley._add_contributions):
    print(sum(kernel.stats.cache_misses.values()), sum(kernel.stats.cache_hits.values()))
"""


def run(*arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_home_that_begins_with_it_compiles_nothing(tmp_path):
    place, home = tmp_path / "environment", tmp_path / "home"
    run("-m", "churn_pipeline.explain.shapley.precompiled", str(place))
    home.mkdir()
    copy_precompiled(home, place)
    said = run("-c", EXPLAINS_A_FOREST_AND_A_KERNEL_MACHINE, NUMBA_CACHE_DIR=str(home))
    assert said.split() == ["0", "1", "0", "1"]


def test_what_a_home_holds_already_stays(tmp_path):
    place, home = tmp_path / "environment", tmp_path / "home"
    for folder in (place, home):
        folder.mkdir()
    (place / "compiled").write_text("new")
    copy_precompiled(home, tmp_path / "nothing was compiled")
    assert list(home.iterdir()) == []
    copy_precompiled(home, place)
    (place / "compiled").write_text("newer")
    copy_precompiled(home, place)
    assert (home / "compiled").read_text() == "new"
