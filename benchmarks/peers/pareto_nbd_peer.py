"""Pareto/NBD (Schmittlein, Morrison & Colombo 1987) by lifetimes: python pareto_nbd_peer.py FOLDER HORIZON

FOLDER/summaries.parquet has x, t_x, T (days) of every customer at the test cutoff, in `customers` order;
`is_test` marks the rows wanted."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from lifetimes import ParetoNBDFitter


def main() -> None:
    folder, horizon = Path(sys.argv[1]), float(sys.argv[2])
    rows = pd.read_parquet(folder / "summaries.parquet")
    unique = rows.groupby(["x", "t_x", "T"]).size().rename("weight").reset_index()
    unit = 7.0  # weeks keep the likelihood well scaled
    fitter = ParetoNBDFitter(penalizer_coef=0.0)
    fitter.fit(unique["x"], unique["t_x"] / unit, unique["T"] / unit, weights=unique["weight"], maxiter=5000)
    wanted = rows[rows["is_test"]]
    p = fitter.conditional_probability_of_n_purchases_up_to_time(
        0,
        horizon / unit,
        wanted["x"].to_numpy(),
        wanted["t_x"].to_numpy() / unit,
        wanted["T"].to_numpy() / unit,
    )
    pd.DataFrame({"p": np.clip(p, 1e-6, 1 - 1e-6)}).to_parquet(folder / "predictions.parquet")


if __name__ == "__main__":
    main()
