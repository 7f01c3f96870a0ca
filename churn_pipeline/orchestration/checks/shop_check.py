"""Asset checks that are held for each shop by itself."""

import warnings

import dagster as dg

from churn_pipeline.orchestration.partitions import SHOPS


def shop_check(
    name: str, asset: str, description: str, *, blocking: bool = False, severity: str | None = None
) -> dg.AssetCheckSpec:
    """A check with a partition per shop: without it a pass of one shop would hide another shop's failure.
    Dagster calls that a preview."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=dg.PreviewWarning)
        return dg.AssetCheckSpec(
            name,
            asset=asset,
            description=description,
            blocking=blocking,
            partitions_def=SHOPS,
            metadata={"severity": severity} if severity else None,
        )
