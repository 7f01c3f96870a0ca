"""The champion registered anew when outcomes since its training have renewed its level.

The new version has the same recipe, trees and coefficients and calibration; only its level knows more. So
whatever MLflow loads as champion says what the product says."""

from dataclasses import replace
from typing import Any

from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.level.model_level import NOTED, level_document, level_of
from churn_pipeline.training.level.renewed_level import RENEWED, renewed_residuals
from churn_pipeline.training.lifecycle.registry import (
    CHAMPION,
    DECISION_TAG,
    EARLIER,
    HASH_TAG,
    TRAINED_TAG,
    experiment_name,
    register_model,
    registered_champion,
    registry_client,
    trained_version,
)
from churn_pipeline.training.models.churn_model import ChurnModel


def follow_outcomes(run: ShopRun) -> str | None:
    """Takes what has matured since the champion's training into its level; the version that this makes, which
    is champion from then on, or None where nothing has matured. Errors of `load_champion`."""
    model, version = registered_champion(run)
    since = renewed_residuals(run, model, version)
    if not since:
        return None
    settings, shop = run.settings, run.shop
    client, name = registry_client(settings), experiment_name(shop)
    former, trained = client.get_model_version(name, version), trained_version(settings, shop, version)
    tags = {k: v for k, v in former.tags.items() if k not in (HASH_TAG, DECISION_TAG)}
    columns = list(run.store.read("customer_features").columns)
    renewed = register_model(
        settings,
        shop,
        _renewed(model, version, since),
        str(former.run_id),
        columns,
        tags | {TRAINED_TAG: trained},
    )
    newest = max(row["cutoff"] for row in since)
    client.update_model_version(
        name,
        renewed,
        description=f"Version {trained} with its level renewed by outcomes of cutoffs up to {newest}. "
        f"Nothing else differs.",
    )
    client.set_registered_model_alias(name, CHAMPION, renewed)
    return renewed


def _renewed(model: ChurnModel, version: str, since: list[dict[str, Any]]) -> ChurnModel:
    level = level_of(model, since)
    assert level is not None
    known = model.metadata
    more = {
        NOTED: level_document(level),
        RENEWED: [*known.get(RENEWED, []), *since],
        EARLIER: [*known.get(EARLIER, []), version],
    }
    return replace(model, metadata=known | more)
