"""A shop's models: the comparison of its saved candidates, the decision about its champion, and the model
refitted and registered."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.data.embargo import level_snapshots, order_span, training_snapshots
from churn_pipeline.training.evaluation.comparison import Comparison, compare_models
from churn_pipeline.training.level.level_at_test import residuals_of
from churn_pipeline.training.level.model_level import NOTED, noted_level
from churn_pipeline.training.lifecycle.champion import refit_champion
from churn_pipeline.training.lifecycle.promotion import (
    Promotion,
    calibrated_at_test,
    judge_promotion,
    standing_champion,
)
from churn_pipeline.training.lifecycle.provenance import provenance
from churn_pipeline.training.lifecycle.registry import (
    audit_trail,
    champion_version,
    keep_champion,
    load_version,
    promote,
    register_model,
    version_run,
)
from churn_pipeline.training.lifecycle.return_models import register_return_models
from churn_pipeline.training.models.churn_model import ChurnModel
from churn_pipeline.training.search.baselines import load_baselines
from churn_pipeline.training.search.blend import BLEND, blend_candidate
from churn_pipeline.training.search.candidates import Candidate, load_candidate


@dataclass(frozen=True)
class JudgedComparison:
    """chosen: the comparison with the candidate that was chosen; shown: the same with the recipe that scores
    as champion, which is another one where the standing champion was kept."""

    chosen: Comparison
    shown: Comparison
    promotion: Promotion


def compare_saved(run: ShopRun, snapshots: pd.DataFrame) -> Comparison:
    """The comparison of the candidates and baselines saved in the shop's folder; the same each time."""
    store = run.store
    candidates = [load_candidate(store, kind) for kind in run.config.models]
    return compare_models(
        candidates,
        load_baselines(store),
        snapshots,
        run.config,
        run.settings,
        run.horizon,
        level_snapshots=level_snapshots(run),
        first_order=order_span(run)[0],
    )


def judge_saved(run: ShopRun, snapshots: pd.DataFrame) -> JudgedComparison:
    """The comparison, and whether its choice replaces the registered champion.

    Where it does not, the standing champion's recipe, trained anew on the same rows, stands for its kind and
    as champion in what is
    shown: the test's probabilities and figures are those of the recipe that scores the customers.
    """
    chosen = compare_saved(run, snapshots)
    standing = standing_champion(run.settings, run.shop, snapshots, run.horizon)
    promotion, retrained = judge_promotion(chosen, standing, snapshots, run.settings, run.horizon)
    shown = chosen
    if not promotion.promote and retrained is not None:
        shown = with_champion(run, chosen, retrained, snapshots)
    return JudgedComparison(chosen, shown, promotion)


def with_champion(
    run: ShopRun, chosen: Comparison, champion: Candidate, snapshots: pd.DataFrame
) -> Comparison:
    """The same comparison with `champion` in the place of the candidate of its kind, and as champion."""
    others = [c.candidate for kind, c in chosen.calibrated.items() if kind != champion.kind]
    entrants, given = [*others, champion], load_baselines(run.store)
    return compare_models(
        entrants,
        given,
        snapshots,
        run.config,
        run.settings,
        run.horizon,
        champion=champion.kind,
        level_snapshots=chosen.level_snapshots,
        first_order=order_span(run)[0],
    )


def refit_and_register(run: ShopRun) -> dict[str, Any]:
    """Refits the chosen recipe on everything mature and registers it, as champion or, where the comparison
    decided so, as challenger.

    Returns what is shown of the champion, JSON values. ChurnError where the champion changed since the
    comparison was made."""
    config, settings, horizon = run.config, run.settings, run.horizon
    snapshots, features = training_snapshots(run), run.store.read("customer_features")
    compared = run.store.document("model_comparison")
    decision = Promotion(**compared["promotion"])
    if champion_version(settings, config.name) != decision.former:
        raise ChurnError(
            f"The champion of shop {config.name!r} changed since its models were compared; "
            f"compare them again."
        )
    chosen = calibrated_at_test(_chosen_candidate(run, decision.new["kind"], snapshots), snapshots, horizon)
    model = refit_champion(
        chosen, snapshots, run.store.read("embargoed_snapshots"), features, config, settings
    )
    own = {
        "horizon": horizon,
        "min_orders": config.min_orders,
        "test": decision.new,
        NOTED: noted_level(residuals_of(compared["level"]), horizon, compared["level"]["first_order"]),
        **provenance(run.store),
    }
    model = replace(model, metadata={**model.metadata, **own})
    version = register_model(
        settings,
        config.name,
        model,
        str(compared["mlflow_run_id"]),
        list(features.columns),
        version_tags(model, decision),
    )
    register_return_models(run, version)
    note = {"cutoff": decision.cutoff, "new": decision.new, "old": decision.old}
    if decision.promote:
        promote(settings, config.name, version, decision.reason, note)
        return champion_document(settings, config.name, version, model)
    keep_champion(settings, config.name, version, decision.reason, note)
    standing = str(decision.former)
    document = champion_document(
        settings, config.name, standing, load_version(settings, config.name, standing)
    )
    return document | {"challenger": {"version": version, **decision.new}}


def _chosen_candidate(run: ShopRun, kind: str, snapshots: pd.DataFrame) -> Candidate:
    """The candidate of a kind as saved; the blend from its saved members, the same each time."""
    if kind != BLEND:
        return load_candidate(run.store, kind)
    members = [load_candidate(run.store, member) for member in run.config.models]
    return blend_candidate(members, snapshots, level_snapshots(run))


def champion_document(settings: Settings, shop: str, version: str, model: ChurnModel) -> dict[str, Any]:
    """champion.json: the version that scores, its recipe, where it comes from, and the history of the shop's
    champions, newest last."""
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
    """What the registry shows of a version without loading it; the model's metadata and its run have more."""
    shown = (
        "horizon",
        "data_version",
        "code_version",
        "code_commit",
        "test_cutoff",
        "as_of",
    )
    tags = {name: str(model.metadata[name]) for name in shown if model.metadata.get(name) is not None}
    figures = {
        f"test_{name}": f"{value:.6f}" for name, value in decision.new.items() if isinstance(value, float)
    }
    return tags | figures
