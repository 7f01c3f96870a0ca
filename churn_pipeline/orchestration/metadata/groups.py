"""How the assets stand in Dagster's catalogue: groups numbered in the order of the data, and who answers for
them."""

from collections.abc import Iterable
from types import ModuleType

import dagster as dg

OWNERS = {
    "ledger": "team:data_engineering",
    "features": "team:data_science",
    "models": "team:data_science",
    "scoring": "team:data_science",
    "insights": "team:marketing",
    "monitoring": "team:data_science",
    "results": "team:data_engineering",
}
"""The group of assets, in the order in which data flows through them -> its owner."""


def catalogued(modules: Iterable[ModuleType]) -> list[dg.AssetsDefinition]:
    """The modules' assets with their group's number and owner. KeyError for a group that OWNERS does not
    list."""
    found = dg.load_assets_from_modules(modules)
    return [asset.map_asset_specs(_catalogued) for asset in found if isinstance(asset, dg.AssetsDefinition)]


def _catalogued(spec: dg.AssetSpec) -> dg.AssetSpec:
    group = spec.group_name or ""
    owner = OWNERS[group]
    return spec.replace_attributes(group_name=f"{list(OWNERS).index(group) + 1}_{group}", owners=[owner])
