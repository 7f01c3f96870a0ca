"""The Shapley kernels compiled at set-up, so that not every home has to compile them for itself.

    python -m churn_pipeline.explain.shapley.precompiled [FOLDER]

numba compiles a kernel at its first use and keeps the result below the home, which costs the first run of a
home 7 s of CPU. `make setup` does it once, into the environment; a new home begins with a copy. Whether a
copy is good numba sees for itself, by source, version and processor, and compiles anew where it is not."""

import os
import shutil
import sys
from pathlib import Path

PLACE = Path(sys.prefix) / "share" / "churn_pipeline" / "numba"


def copy_precompiled(into: Path, place: Path = PLACE) -> None:
    """Fills an empty folder with what set-up has compiled; one that holds anything stays as it is."""
    if place.is_dir() and not any(into.iterdir()):
        shutil.copytree(place, into, dirs_exist_ok=True)


def precompile(place: Path = PLACE) -> None:
    """Compiles every kernel by using it on next to nothing. For a process that has not imported numba yet,
    which asks once where to keep what it compiles."""
    place.mkdir(parents=True, exist_ok=True)
    os.environ["NUMBA_CACHE_DIR"] = str(place)
    import numpy as np

    from churn_pipeline.explain.shapley.flat_trees import flatten_trees
    from churn_pipeline.explain.shapley.rbf_shapley import RbfExpansion, rbf_contributions
    from churn_pipeline.explain.shapley.tree_arrays import NO_CHILD, TreeArrays
    from churn_pipeline.explain.shapley.tree_shapley import tree_contributions

    none, rows, player = np.array([NO_CHILD] * 2), np.zeros((1, 1)), np.zeros(1, np.int64)
    stump = TreeArrays(
        left=np.array([1, *none]),
        right=np.array([2, *none]),
        column=np.zeros(3, np.int64),
        threshold=np.zeros(3),
        missing_left=np.zeros(3, np.bool_),
        value=np.array([0.0, 0.0, 1.0]),
        cover=np.array([2.0, 1.0, 1.0]),
    )
    tree_contributions(flatten_trees([stump], player), rows, players=1)
    rbf_contributions(RbfExpansion(rows, np.ones(1), gamma=1.0, intercept=0.0), rows, rows, player)


if __name__ == "__main__":
    precompile(*map(Path, sys.argv[1:2]))
