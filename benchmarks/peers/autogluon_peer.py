"""AutoGluon, preset best_quality: python autogluon_peer.py FOLDER SECONDS by_row|by_customer SEED"""

import sys
import tempfile
from pathlib import Path

import pandas as pd
from autogluon.tabular import TabularPredictor

KEY, LABEL, GROUP = "customer_id", "churned", "fold_of_customer"
FOLDS = 8


def main() -> None:
    folder, seconds, split, seed = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    train, test = pd.read_parquet(folder / "train.parquet"), pd.read_parquet(folder / "test.parquet")
    groups = None
    if split == "by_customer":
        customers = train[KEY].drop_duplicates().sample(frac=1, random_state=seed)
        fold_of = {customer: i % FOLDS for i, customer in enumerate(customers)}
        train[GROUP], groups = train[KEY].map(fold_of), GROUP
    with tempfile.TemporaryDirectory() as models:
        predictor = TabularPredictor(
            label=LABEL, eval_metric="log_loss", path=models, groups=groups, verbosity=0
        )
        predictor.fit(
            train.drop(columns=KEY),
            presets="best_quality",
            time_limit=seconds,
            dynamic_stacking=False,
            **({"num_stack_levels": 0} if groups else {}),
            ag_args_ensemble={"fold_fitting_strategy": "sequential_local"},
        )
        p = predictor.predict_proba(test.drop(columns=KEY))[1].to_numpy()
    pd.DataFrame({"p": p}).to_parquet(folder / "predictions.parquet")


if __name__ == "__main__":
    main()
