"""FLAML as a user would call it: python flaml_peer.py FOLDER SECONDS by_row|by_customer SEED"""

import sys
from pathlib import Path

import pandas as pd
from flaml import AutoML

KEY, LABEL = "customer_id", "churned"


def main() -> None:
    folder, seconds, split, seed = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    train, test = pd.read_parquet(folder / "train.parquet"), pd.read_parquet(folder / "test.parquet")
    by_customer = (
        {"split_type": "group", "groups": train[KEY].astype("category").cat.codes.to_numpy()}
        if split == "by_customer"
        else {}
    )
    automl = AutoML()
    automl.fit(
        train.drop(columns=[KEY, LABEL]),
        train[LABEL],
        task="classification",
        metric="log_loss",
        time_budget=seconds,
        seed=seed,
        verbose=0,
        **by_customer,
    )
    p = automl.predict_proba(test.drop(columns=KEY))[:, 1]
    pd.DataFrame({"p": p}).to_parquet(folder / "predictions.parquet")


if __name__ == "__main__":
    main()
