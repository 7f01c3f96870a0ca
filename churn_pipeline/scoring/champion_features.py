"""Whether a registered champion can still be asked: its features have to exist, in the shop's data and in the product's catalogue."""

from collections.abc import Iterable

from churn_pipeline.errors import BadInput
from churn_pipeline.features.catalogue import CATALOGUE
from churn_pipeline.training.churn_model import ChurnModel


def require_champion_features(model: ChurnModel, columns: Iterable[str], shop: str) -> None:
    """BadInput, saying why and what to do, where `columns`, those of customer_features, lack features of the champion."""
    missing = sorted(set(model.features) - set(columns))
    if not missing:
        return
    known = {f.name for f in CATALOGUE}
    gone = [name for name in missing if name not in known]
    why = "this version of the product no longer has them" if gone else "the ledger lacks the columns that they need"
    raise BadInput(
        f"The champion of shop {shop!r} needs {len(missing)} features that do not exist any more ({', '.join(missing[:5])}): {why}; "
        f"train it again with: churn run FILE --shop {shop}"
    )
