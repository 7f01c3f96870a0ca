"""The version that scores, as the registry has it now, and the test's figures and probabilities with its
recipe as champion.

After a training that is what the training found. After a rollback the older version's recipe is trained anew
on the training's rows and takes the champion's place, so that what is shown of the test describes whoever
scores the customers."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.data.embargo import training_snapshots
from churn_pipeline.training.lifecycle.champion_choice import champion_document, compare_saved, with_champion
from churn_pipeline.training.lifecycle.promotion import retrained_recipe
from churn_pipeline.training.lifecycle.registry import (
    CHALLENGER,
    alias_version,
    current_champion,
    trained_version,
    version_run,
)


@dataclass(frozen=True)
class ChampionInUse:
    """document: champion.json. comparison (comparison_in_use.json) and predictions (the table
    test_predictions): with the champion in use as champion; None where what the shop has describes it
    already."""

    document: dict[str, Any]
    comparison: dict[str, Any] | None
    predictions: pd.DataFrame | None


def champion_in_use(run: ShopRun) -> ChampionInUse:
    """What is shown of the registered champion; NotFound where the shop has none, or was never trained."""
    model, version = current_champion(run)
    compared = run.store.document("model_comparison")
    document = champion_document(run.settings, run.shop, version, model)
    challenger = alias_version(run.settings, run.shop, CHALLENGER)
    # A training that was never published may have left a challenger: the figures that the shop has are not
    # that one's.
    if challenger is not None and version_run(run.settings, run.shop, challenger) == str(
        compared["mlflow_run_id"]
    ):
        document |= {"challenger": {"version": challenger, **compared["promotion"]["new"]}}
    if _shown_already(run, version, compared):
        return ChampionInUse(document, None, None)
    if _was_compared(run, version, compared) and run.store.exists("model_comparison"):
        return ChampionInUse(document, compared, run.store.read("model_comparison"))
    snapshots = training_snapshots(run)
    chosen = compare_saved(run, snapshots)
    shown = with_champion(run, chosen, retrained_recipe(model, chosen, snapshots, run.settings), snapshots)
    return ChampionInUse(document, compared | shown.document, shown.test_predictions)


def _shown_already(run: ShopRun, version: str, compared: dict[str, Any]) -> bool:
    """Whether the shop's documents are of this version and of the newest training."""
    store = run.store
    if not (
        store.has_document("champion")
        and store.has_document("comparison_in_use")
        and store.exists("test_predictions")
    ):
        return False
    shown = store.document("comparison_in_use")
    return bool(
        _same_training(run, store.document("champion")["version"], version)
        and shown["mlflow_run_id"] == compared["mlflow_run_id"]
    )


def _was_compared(run: ShopRun, version: str, compared: dict[str, Any]) -> bool:
    """Whether the version is the one that the newest training left as champion: its own, or the standing one
    that it kept."""
    decision = compared["promotion"]
    if not decision["promote"]:
        return _same_training(run, version, decision["former"])
    return version_run(run.settings, run.shop, version) == str(compared["mlflow_run_id"])


def _same_training(run: ShopRun, version: str, other: str) -> bool:
    """Whether two versions differ at most in what their level has learned since."""
    return version == other or trained_version(run.settings, run.shop, version) == trained_version(
        run.settings, run.shop, other
    )
