"""Another version as champion by hand, and the shop's documents brought in line with the champion in the registry."""

from pathlib import Path
from typing import Any

from churn_pipeline.errors import BadInput, ChurnError, NotFound
from churn_pipeline.settings import Settings
from churn_pipeline.shops import ShopConfig
from churn_pipeline.storage import read_json, read_table, write_json
from churn_pipeline.training.comparison import Comparison
from churn_pipeline.training.promotion import retrained_recipe, why_unusable
from churn_pipeline.training.registry import champion_version, load_champion, load_version, promote
from churn_pipeline.training.shop_models import champion_document, compare_saved, with_champion


def promote_version(folder: Path, settings: Settings, version: str, horizon: int, reason: str) -> dict[str, Any]:
    """Makes a registered version champion from the next scoring on; returns the note in the audit trail.

    Raises NotFound for an unknown version, BadInput where it is champion already, is not what was registered, predicts another horizon, or
    needs features that the shop's data do not have.
    """
    shop = folder.name
    try:
        model = load_version(settings, shop, version)
    except NotFound:
        raise
    except ChurnError as error:
        raise BadInput(f"Version {version} of shop {shop!r} cannot be promoted: {error}") from error
    if champion_version(settings, shop) == version:
        raise BadInput(f"Version {version} is the champion of shop {shop!r} already.")
    if why := why_unusable(model, read_table(folder, "customer_features").columns, horizon):
        raise BadInput(f"Version {version} of shop {shop!r} cannot be promoted: it {why}.")
    return promote(settings, shop, version, reason, {"by": "hand"})


def follow_registry(folder: Path, config: ShopConfig, settings: Settings, horizon: int) -> Comparison | None:
    """Brings champion.json and model_comparison.json in line with the registry, where another version became champion since the training.

    Its recipe is trained anew on the training's rows, so that the test's probabilities and figures are those of the recipe that scores;
    returns that comparison, or None where the documents describe the champion already.
    """
    path = folder / "champion.json"
    if read_json(path)["version"] == champion_version(settings, config.name):
        return None
    model, version = load_champion(settings, config.name)
    snapshots = read_table(folder, "training_snapshots")
    chosen = compare_saved(folder, snapshots, config, settings, horizon)
    candidate = retrained_recipe(model, chosen, snapshots, settings)
    shown = with_champion(folder, chosen, candidate, snapshots, config, settings, horizon)
    compared = read_json(folder / "model_comparison.json")
    write_json(folder / "model_comparison.json", compared | shown.document)
    write_json(path, champion_document(settings, config.name, version, model))
    return shown
