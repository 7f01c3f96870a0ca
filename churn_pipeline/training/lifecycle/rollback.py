"""Another version as champion by hand."""

from typing import Any

from churn_pipeline.core.errors import BadInput, ChurnError, NotFound
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.lifecycle.promotion import why_unusable
from churn_pipeline.training.lifecycle.registry import champion_version, load_version, promote


def promote_version(run: ShopRun, version: str, reason: str, who: str = "local") -> dict[str, Any]:
    """Makes a registered version champion from the next scoring on; returns the note in the audit trail.
    who: wants it.

    Raises NotFound for an unknown version, BadInput where it is champion already, is not what was registered,
    predicts another horizon, or needs features that the shop's data do not have."""
    settings, shop = run.settings, run.shop
    try:
        model = load_version(settings, shop, version)
    except NotFound:
        raise
    except ChurnError as error:
        raise BadInput(f"Version {version} of shop {shop!r} cannot be promoted: {error}") from error
    if champion_version(settings, shop) == version:
        raise BadInput(f"Version {version} is the champion of shop {shop!r} already.")
    if why := why_unusable(model, run.store.read("customer_features").columns, run.horizon):
        raise BadInput(f"Version {version} of shop {shop!r} cannot be promoted: it {why}.")
    return promote(settings, shop, version, reason, {"by": "hand", "who": who})
