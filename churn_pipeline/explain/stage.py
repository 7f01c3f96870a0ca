"""The explanation of a shop: why the champion scores its customers as it does, and which features matter to
it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.core.enums import Split
from churn_pipeline.explain.contributions import explain, explanation_from_table
from churn_pipeline.explain.explanation import Explanation, shap_table
from churn_pipeline.explain.explanation_plots import (
    dependence_plot,
    importance_plot,
    partial_dependence_plot,
    summary_plot,
    waterfall_plot,
)
from churn_pipeline.explain.importance import (
    SHUFFLED_ROWS,
    feature_importance,
    permutation_importance,
    shuffles_of,
    signed_coefficients,
)
from churn_pipeline.explain.partial_dependence import partial_dependence
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.data.embargo import training_snapshots
from churn_pipeline.training.lifecycle.registry import current_champion
from churn_pipeline.training.models.churn_model import ChurnModel

DEPENDENCES = 2  # partial dependence is drawn for so many of the strongest features


@dataclass(frozen=True)
class Explained:
    """table: shap_values; model_version: that was explained; largest_gap: see Explanation; plots: PNG bytes
    by name."""

    table: pd.DataFrame
    model_version: str
    largest_gap: float
    plots: dict[str, bytes]


@dataclass(frozen=True)
class RankedFeatures:
    """table: feature_importance; permutation: permutation_importance.json; plots: PNG bytes by name;
    coefficients: see signed_coefficients."""

    table: pd.DataFrame
    permutation: dict[str, Any]
    plots: dict[str, bytes]
    coefficients: pd.DataFrame | None


def explain_shop(run: ShopRun) -> Explained:
    """Explains every customer of customer_features by the registered champion; errors of `load_champion` and
    `explain`."""
    model, version = current_champion(run)
    features = run.store.read("customer_features")
    explanation = explain(model, features, training_snapshots(run)[list(model.features)])
    strongest = str(explanation.values.abs().mean().idxmax())
    plots = {
        "summary": summary_plot(explanation, features),
        f"dependence_{strongest}": dependence_plot(explanation, features, strongest),
        "waterfall_of_the_customer_most_at_risk": waterfall_plot(
            explanation, int(explanation.probability.argmax())
        ),
    }
    table = shap_table(explanation, features["customer_id"], features["as_of"].max())
    return Explained(table, version, explanation.largest_gap, plots)


def stored_explanation(run: ShopRun) -> Explanation:
    """The explanation in the table shap_values, read once a run."""
    model, version = current_champion(run)
    key = ("explanation", version, run.store.version("shap_values"))
    return run.once(key, lambda: explanation_from_table(model, run.store.read("shap_values")))


def rank_features(run: ShopRun) -> RankedFeatures:
    """How much each feature matters to the champion: by the stored explanation, by its own account, by
    shuffling at the test cutoff."""
    model, version = current_champion(run)
    features, permutation = run.store.read("customer_features"), measured_permutation(run, model, version)
    rises = np.array([permutation["rises"][name] for name in model.features], dtype=np.float64)
    table = feature_importance(model, stored_explanation(run), features, rises)
    plots = {"importance": importance_plot(table)}
    present = [name for name in table["feature"] if features[name].notna().any()]
    for name in present[:DEPENDENCES]:
        plots[f"partial_dependence_{name}"] = partial_dependence_plot(
            partial_dependence(model, features, name)
        )
    return RankedFeatures(table, permutation, plots, signed_coefficients(model))


def measured_permutation(run: ShopRun, model: ChurnModel, version: str) -> dict[str, Any]:
    """permutation_importance.json: as it is stored where it is of this version and these snapshots, since the
    test does not change from one scoring to the next; else measured."""
    store, snapshots_version = run.store, run.store.version("training_snapshots")
    if store.has_document("permutation_importance"):
        stored: dict[str, Any] = store.document("permutation_importance")
        if (stored["model_version"], stored["snapshots_version"]) == (version, snapshots_version):
            return stored
    snapshots = training_snapshots(run)
    test = snapshots[snapshots["split"] == Split.TEST]
    rises = permutation_importance(model, test, run.settings.seed)
    return {
        "model_version": version,
        "snapshots_version": snapshots_version,
        "rows": min(len(test), SHUFFLED_ROWS),
        "shuffles": shuffles_of(model),
        "rises": {
            name: None if np.isnan(rise) else float(rise)
            for name, rise in zip(model.features, rises, strict=True)
        },
    }
