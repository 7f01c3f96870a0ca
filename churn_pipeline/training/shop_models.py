"""A shop's models: the comparison of its saved candidates, the decision about its champion, and the model refitted and registered."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from churn_pipeline.errors import ChurnError
from churn_pipeline.settings import Settings
from churn_pipeline.shops import ShopConfig
from churn_pipeline.storage import read_json, read_table
from churn_pipeline.training.baselines import load_baselines
from churn_pipeline.training.candidates import Candidate, load_candidate
from churn_pipeline.training.champion import refit_champion
from churn_pipeline.training.churn_model import ChurnModel
from churn_pipeline.training.comparison import Comparison, compare_models
from churn_pipeline.training.promotion import Promotion, calibrated_at_test, judge_promotion, standing_champion
from churn_pipeline.training.provenance import provenance
from churn_pipeline.training.registry import (
    audit_trail,
    champion_version,
    keep_champion,
    load_version,
    promote,
    register_model,
    version_run,
)


@dataclass(frozen=True)
class JudgedComparison:
    """chosen: the comparison with the candidate that was chosen; shown: the same with the recipe that scores as champion, which is another
    one where the standing champion was kept."""

    chosen: Comparison
    shown: Comparison
    promotion: Promotion


def compare_saved(folder: Path, snapshots: pd.DataFrame, config: ShopConfig, settings: Settings, horizon: int) -> Comparison:
    """The comparison of the candidates and baselines saved in the shop's folder; the same each time."""
    candidates = [load_candidate(folder, kind) for kind in config.models]
    return compare_models(candidates, load_baselines(folder), snapshots, config, settings, horizon)


def judge_saved(folder: Path, snapshots: pd.DataFrame, config: ShopConfig, settings: Settings, horizon: int) -> JudgedComparison:
    """The comparison, and whether its choice replaces the registered champion.

    Where it does not, the standing champion's recipe, trained anew on the same rows, stands for its kind and as champion in what is
    shown: the test's probabilities and figures are those of the recipe that scores the customers.
    """
    chosen = compare_saved(folder, snapshots, config, settings, horizon)
    standing = standing_champion(settings, config.name, snapshots, horizon)
    promotion, retrained = judge_promotion(chosen, standing, snapshots, settings, horizon)
    shown = chosen
    if not promotion.promote and retrained is not None:
        shown = with_champion(folder, chosen, retrained, snapshots, config, settings, horizon)
    return JudgedComparison(chosen, shown, promotion)


def with_champion(
    folder: Path, chosen: Comparison, champion: Candidate, snapshots: pd.DataFrame, config: ShopConfig, settings: Settings, horizon: int
) -> Comparison:
    """The same comparison with `champion` in the place of the candidate of its kind, and as champion."""
    others = [c.candidate for kind, c in chosen.calibrated.items() if kind != champion.kind]
    return compare_models([*others, champion], load_baselines(folder), snapshots, config, settings, horizon, champion=champion.kind)


def refit_and_register(folder: Path, config: ShopConfig, settings: Settings, horizon: int) -> dict[str, Any]:
    """Refits the chosen recipe on everything mature and registers it, as champion or, where the comparison decided so, as challenger.

    Returns what is shown of the champion, JSON values. ChurnError where the champion changed since the comparison was made.
    """
    snapshots, features = read_table(folder, "training_snapshots"), read_table(folder, "customer_features")
    compared = read_json(folder / "model_comparison.json")
    decision = Promotion(**compared["promotion"])
    if champion_version(settings, config.name) != decision.former:
        raise ChurnError(f"The champion of shop {config.name!r} changed since its models were compared; compare them again.")
    chosen = calibrated_at_test(load_candidate(folder, decision.new["kind"]), snapshots, horizon)
    model = refit_champion(chosen, snapshots, read_table(folder, "embargoed_snapshots"), features, config, settings)
    own = {"horizon": horizon, "min_orders": config.min_orders, "test": decision.new, **provenance(folder)}
    model = replace(model, metadata={**model.metadata, **own})
    version = register_model(settings, config.name, model, str(compared["mlflow_run_id"]), snapshots, version_tags(model, decision))
    note = {"cutoff": decision.cutoff, "new": decision.new, "old": decision.old}
    if decision.promote:
        promote(settings, config.name, version, decision.reason, note)
        return champion_document(settings, config.name, version, model)
    keep_champion(settings, config.name, version, decision.reason, note)
    standing = str(decision.former)
    document = champion_document(settings, config.name, standing, load_version(settings, config.name, standing))
    return document | {"challenger": {"version": version, **decision.new}}


def champion_document(settings: Settings, shop: str, version: str, model: ChurnModel) -> dict[str, Any]:
    """champion.json: the version that scores, its recipe, where it comes from, and the history of the shop's champions, newest last."""
    history = audit_trail(settings, shop)
    return {
        "version": version,
        "replaced": history[-1].get("replaced"),
        "reason": history[-1]["reason"],
        "kind": model.kind,
        "params": model.params,
        "features": model.features,
        "threshold": model.threshold,
        "mlflow_run_id": version_run(settings, shop, version),
        **model.metadata,
        "history": history,
    }


def version_tags(model: ChurnModel, decision: Promotion) -> dict[str, str]:
    """What the registry shows of a version without loading it."""
    shown = ("horizon", "data_version", "snapshots_version", "code_version", "code_commit", "lock_sha256", "test_cutoff", "as_of")
    tags = {name: str(model.metadata[name]) for name in shown if model.metadata.get(name) is not None}
    figures = {f"test_{name}": f"{value:.6f}" for name, value in decision.new.items() if isinstance(value, float)}
    return tags | figures
