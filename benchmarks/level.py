"""What the shop's level is worth on generated shops: expected against realised churn rate at T, and log loss
with and without it.

    python benchmarks/level.py [--seeds 2] [--first-seed 0] [--years 2 4] [--horizons 30 60 90]
        [--kinds logistic_regression]

Shops of so many years with a season, a trend, both or neither, each trained as in production (snapshots,
sparse older cutoffs, folds, calibration) with the kinds asked for and their blend with BG/NBD. Without: the
same probabilities before the level's shift. Held: whether the level's 80 % interval contains the shift that
would have fitted the outcomes at T. One line a shop, then means by kind of shop."""

import argparse
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.training.data.embargo import build_training_tables, order_span
from churn_pipeline.training.evaluation.calibration import calibrated
from churn_pipeline.training.evaluation.comparison import Comparison, compare_models
from churn_pipeline.training.evaluation.metrics import row_losses
from churn_pipeline.training.level.residuals import best_shift
from churn_pipeline.training.search.baselines import train_baselines
from churn_pipeline.training.search.candidates import train_candidate
from churn_pipeline_tests.builders.seasonal_shops import seasonal_ledger
from churn_pipeline_tests.builders.shop_runs import shop_run

SHOPS = {"none": (False, False), "trend": (False, True), "season": (True, False), "both": (True, True)}
Z80 = 1.2815515655446004


def compared_shop(ledger: pd.DataFrame, horizon: int, kinds: list[str]) -> Comparison:
    """A training of the ledger's shop, as far as the comparison of its models."""
    with TemporaryDirectory() as directory:
        folder = Path(directory) / "generated"
        folder.mkdir()
        write_table(folder, "transactions", ledger, TableVersion("benchmark", "generated"))
        settings = Settings(home=folder, threads=1)
        run = shop_run(folder, ShopConfig(name="generated"), horizon, settings)
        tables = build_training_tables(run)
        trained = [
            train_candidate(kind, tables.training, run.settings, "quick", 1, tables.level) for kind in kinds
        ]
        return compare_models(
            trained,
            train_baselines(tables.training, run.settings),
            tables.training,
            run.config,
            run.settings,
            horizon,
            champion="blend",
            level_snapshots=tables.level,
            first_order=order_span(run)[0],
        )


def measured(compared: Comparison) -> dict[str, Any]:
    """The blend at T with and without the level."""
    y = compared.test_predictions["churned"].to_numpy(np.int8)
    blend, at_test = compared.calibrated["blend"], compared.level.at_test
    plain = calibrated(replace(blend.calibrator, level=0.0), blend.candidate.test)
    return {
        "customers": len(y),
        "realised": y.mean(),
        "expected": blend.test.mean(),
        "without": plain.mean(),
        "loss": row_losses(y, blend.test).mean(),
        "loss_without": row_losses(y, plain).mean(),
        "shift": at_test.shift,
        "best_shift": best_shift(plain, y),
        "held": abs(best_shift(plain, y) - at_test.shift) <= Z80 * at_test.sd,
        "season_seen": compared.level.season_seen,
    }


def main() -> None:
    """Prints the two tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--years", type=int, nargs="+", default=[2, 4])
    parser.add_argument("--horizons", type=int, nargs="+", default=[30, 60, 90])
    parser.add_argument("--shops", nargs="+", default=list(SHOPS), choices=list(SHOPS))
    parser.add_argument("--kinds", nargs="+", default=["logistic_regression"])
    parser.add_argument("--customers", type=int, default=2_500)
    asked = parser.parse_args()
    rows = []
    for number in range(asked.first_seed, asked.first_seed + asked.seeds):
        for years in asked.years:
            for horizon in asked.horizons:
                for name in asked.shops:
                    started = time.perf_counter()
                    season, trend = SHOPS[name]
                    seed = 1000 * number + 100 * years + horizon
                    ledger = seasonal_ledger(
                        seed, horizon, 365 * years, season=season, trend=trend, customers=asked.customers
                    )
                    row = measured(compared_shop(ledger, horizon, asked.kinds))
                    rows.append({"shop": name, "years": years, "horizon": horizon, **row})
                    shown = {k: round(v, 4) if isinstance(v, float) else v for k, v in rows[-1].items()}
                    print(shown, f"{time.perf_counter() - started:.0f} s", flush=True)
    table = pd.DataFrame(rows)
    table["off"] = (table["expected"] - table["realised"]).abs()
    table["off_without"] = (table["without"] - table["realised"]).abs()
    table["gain"] = table["loss_without"] - table["loss"]
    shown = ["off", "off_without", "loss", "loss_without", "gain", "held", "season_seen"]
    print(table.groupby("shop", sort=False)[shown].mean().round(4).to_string())
    print(table.groupby(["years", "horizon", "shop"], sort=False)[shown].mean().round(4).to_string())


if __name__ == "__main__":
    main()
