"""Whether a registered champion can still be asked: its features have to exist, and its horizon has to be the
shop's."""

from collections.abc import Iterable

from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.features.catalogue import CATALOGUE
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.lifecycle.registry import current_champion
from churn_pipeline.training.models.churn_model import ChurnModel


def require_champion(run: ShopRun) -> None:
    """BadInput, saying why and what to do, where the shop's champion cannot be asked any more; NotFound where
    there is none."""
    model, _ = current_champion(run)
    require_champion_horizon(model, run.horizon, run.shop)
    features = run.store.stored("customer_features")
    if features is None:
        raise NotFound(
            f"Shop {run.shop!r} has no table customer_features yet; run: churn run FILE --shop {run.shop}"
        )
    require_champion_features(model, features.schema.names, run.shop)


def require_champion_horizon(model: ChurnModel, horizon: int, shop: str) -> None:
    """BadInput where the shop's horizon is no longer the one (days) that the champion was trained for."""
    trained = model.metadata.get("horizon", horizon)
    if trained != horizon:
        raise BadInput(
            f"The champion of shop {shop!r} was trained for a horizon of {trained} days, "
            f"but the shop's is {horizon} now; "
            f"train it again with: churn run FILE --shop {shop} --horizon {horizon}"
        )


def require_champion_features(model: ChurnModel, columns: Iterable[str], shop: str) -> None:
    """BadInput, saying why and what to do, where `columns`, those of customer_features, lack features of the
    champion."""
    missing = sorted(set(model.features) - set(columns))
    if not missing:
        return
    known = {f.name for f in CATALOGUE}
    gone = [name for name in missing if name not in known]
    why = (
        "this version of the product no longer has them"
        if gone
        else "the ledger lacks the columns that they need"
    )
    raise BadInput(
        f"The champion of shop {shop!r} needs {len(missing)} features that do not exist any more "
        f"({', '.join(missing[:5])}): {why}; "
        f"train it again with: churn run FILE --shop {shop}"
    )
