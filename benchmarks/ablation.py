"""What each family of features is worth: models with and without it, out of time at several past cutoffs,
beside the noise between seeds.

    CHURN_HOME=~/somewhere python benchmarks/ablation.py --shop cdnow

Needs a finished `churn run`. For each test cutoff the models learn from cutoffs whose outcomes had ended by
then. The shop's own last test cutoff T is left out, so that what the table suggests has not seen it. Two
models: a regularised LightGBM, mean over seeds, and a logistic regression on cubic splines of quantile-normal
features. A difference within twice the spread between seeds says nothing."""

import argparse
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import QuantileTransformer, SplineTransformer

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table
from churn_pipeline.core.tables import TRAINING_SNAPSHOTS
from churn_pipeline.features.catalogue import CATALOGUE
from churn_pipeline.shop.directory import load_shop, shop_folder


def boosted_trees(seed: int) -> LGBMClassifier:
    """LightGBM kept small and random, as the search prefers it on stacked snapshots."""
    regularised = {
        "extra_trees": True,
        "path_smooth": 20,
        "colsample_bytree": 0.3,
        "subsample": 0.8,
        "subsample_freq": 1,
    }
    size = {"n_estimators": 150, "learning_rate": 0.04, "num_leaves": 8, "min_child_samples": 100}
    return LGBMClassifier(**size, **regularised, random_state=seed, n_jobs=2, verbose=-1)


def splines(seed: int) -> Pipeline:
    """Logistic regression on splines; the seed decides which rows the quantiles are estimated from."""
    quantiles = QuantileTransformer(
        n_quantiles=200, output_distribution="normal", subsample=10_000, random_state=seed
    )
    return make_pipeline(
        SimpleImputer(strategy="median"),
        quantiles,
        SplineTransformer(n_knots=4),
        LogisticRegression(C=0.03, max_iter=500),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shop", required=True)
    parser.add_argument("--cutoffs", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    settings = Settings()
    snapshots = read_table(shop_folder(settings, arguments.shop), TRAINING_SNAPSHOTS.name)
    horizon = load_shop(settings, arguments.shop).horizon
    if horizon is None:
        raise SystemExit(f"{arguments.shop} has no horizon: run `churn run` first")
    tests = test_cutoffs(snapshots, horizon, arguments.cutoffs)
    print(
        f"{arguments.shop}: tested at {', '.join(f'{c:%Y-%m-%d}' for c in tests)}; mean AUC / log loss, "
        f"then the change without a family"
    )
    families = dict.fromkeys(f.family for f in CATALOGUE if f.name in snapshots)
    names = {
        family: [f.name for f in CATALOGUE if f.name in snapshots and f.family == family]
        for family in families
    }
    everything = [name for family in names.values() for name in family]
    for label, model, seeds in (
        ("LightGBM", boosted_trees, range(arguments.seeds)),
        ("splines", splines, range(1)),
    ):
        full = [scores(snapshots, horizon, tests, everything, model, [seed]) for seed in seeds]
        whole = np.mean(full, axis=0)
        noise = np.std(full, axis=0, ddof=1) if len(full) > 1 else np.zeros(2)
        print(
            f"| {label}, all {len(everything)} | {whole[0]:.4f} / {whole[1]:.4f} (seeds: "
            f"{noise[0]:.4f} / {noise[1]:.4f}) |"
        )
        for family, members in names.items():
            kept = [name for name in everything if name not in members]
            change = scores(snapshots, horizon, tests, kept, model, seeds) - whole
            print(
                f"| {label} without {family} ({len(members)}) | {change[0]:+.4f} / {change[1]:+.4f} |",
                flush=True,
            )


def test_cutoffs(snapshots: pd.DataFrame, horizon: int, count: int) -> list[pd.Timestamp]:
    """`count` cutoffs spread over those with at least three training cutoffs before them; never the last,
    T."""
    cutoffs = sorted(snapshots["cutoff"].unique())
    late = [c for c in cutoffs[:-1] if sum(k <= c - pd.Timedelta(days=horizon) for k in cutoffs) >= 3]
    return [late[i] for i in np.unique(np.linspace(0, len(late) - 1, count).round().astype(int))]


def scores(
    snapshots: pd.DataFrame,
    horizon: int,
    tests: Sequence[pd.Timestamp],
    names: list[str],
    model: Callable[[int], Any],
    seeds: Sequence[int],
) -> NDArray[np.float64]:
    """Mean AUC and log loss over test cutoffs and seeds."""
    found = []
    for cutoff in tests:
        train = snapshots[snapshots["cutoff"] <= cutoff - pd.Timedelta(days=horizon)]
        test = snapshots[snapshots["cutoff"] == cutoff]
        for seed in seeds:
            with warnings.catch_warnings():
                warnings.simplefilter(
                    "ignore"
                )  # an all-null column in an early snapshot is imputed by nothing
                p = model(seed).fit(train[names], train["churned"]).predict_proba(test[names])[:, 1]
            found.append((roc_auc_score(test["churned"], p), log_loss(test["churned"], p)))
    return np.mean(found, axis=0)


if __name__ == "__main__":
    main()
