"""Shops: which there are, how each stands, and what a horizon would mean for one."""

from dataclasses import asdict
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import stored_table
from churn_pipeline.service.answers import ShopOverview, ShopSettings
from churn_pipeline.service.callers import Caller, no_such_shop, require_shop
from churn_pipeline.service.delivery.configure import planned_store
from churn_pipeline.service.delivery.received import received_files
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import list_shops, load_shop
from churn_pipeline.shop.run import ShopRun, open_shop

if TYPE_CHECKING:
    import pyarrow as pa

    from churn_pipeline.monitoring.alerts.freshness import ShopFreshness

NOT_TRAINED = (
    "Shop {shop!r} has delivered a file and has not been trained yet: configure and train it, then ask again "
    "(POST /configure, POST /train)."
)
_in_sequence: "dict[str | None, pa.Table]" = {}
_reading = Lock()


def opened(settings: Settings, caller: Caller, shop: str) -> ShopRun:
    """The shop, for a caller who may see it; NotFound, in the same words, where it is not theirs or not
    there, and in others where it has delivered a file that no run has taken in yet."""
    require_shop(caller, shop)
    try:
        return open_shop(settings, shop)
    except NotFound as error:
        if received_files(settings, shop):
            raise NotFound(NOT_TRAINED.format(shop=shop)) from error
        raise NotFound(no_such_shop(shop, list_shops(settings) if caller.shops is None else [])) from error


def require_known(settings: Settings, caller: Caller, shop: str) -> None:
    """NotFound, in the words of `opened`, unless the shop is the caller's and has been run or has delivered a
    file that no run has taken in yet."""
    require_shop(caller, shop)
    if not received_files(settings, shop):
        opened(settings, caller, shop)


def my_shops(settings: Settings, caller: Caller) -> list[ShopOverview]:
    """The caller's shops, by name."""
    return [overview(settings, caller, name) for name in list_shops(settings) if caller.may_see(name)]


def freshness(settings: Settings, caller: Caller) -> "list[ShopFreshness]":
    """When each of the caller's shops was last scored, and whether that is too long ago; by name."""
    from churn_pipeline.monitoring.alerts.freshness import shop_freshness

    now = datetime.now(UTC).replace(tzinfo=None)
    return [shop_freshness(settings, name, now) for name in list_shops(settings) if caller.may_see(name)]


def overview(settings: Settings, caller: Caller, shop: str) -> ShopOverview:
    """How a shop stands: what it has, when it was scored, and whether that is too long ago."""
    from churn_pipeline.monitoring.alerts.freshness import shop_freshness

    run = opened(settings, caller, shop)
    fresh = asdict(shop_freshness(settings, shop, datetime.now(UTC).replace(tzinfo=None)))
    ledger = stored_table(run.store.folder, "transactions")
    return ShopOverview(
        session_id=shop,
        currency=run.config.currency,
        locale=run.config.locale,
        churn_threshold_days=run.horizon
        if run.store.has_document("churn_definition")
        else run.config.horizon,
        column_mapping={field.value: column for field, column in run.config.mapping.items()},
        rows=ledger.rows if ledger else 0,
        **fresh,
    )


def shop_settings(settings: Settings, caller: Caller, shop: str) -> ShopSettings:
    """How a shop is set up: its columns, what churn means for it, its money, its routine."""
    config = opened(settings, caller, shop).config
    return ShopSettings(
        session_id=shop,
        currency=config.currency,
        locale=config.locale,
        timezone=config.timezone,
        column_mapping={field.value: column for field, column in config.mapping.items()},
        churn_threshold_days=config.horizon,
        min_orders=config.min_orders,
        effort=config.effort,
        models=list(config.models),
        money=config.roi.model_dump(exclude={"scenarios"}),
        tiers=config.tiers.model_dump(),
        routine=config.routine,
    )


def definition_preview(settings: Settings, caller: Caller, shop: str, horizon: int | None) -> dict[str, Any]:
    """What churn means for a shop at several horizons or, `horizon` (days) given, at that one alone; from the
    ledger as it would be with what is configured, else the published one."""
    from churn_pipeline.churn_definition.horizon import define_churn
    from churn_pipeline.churn_definition.preview import preview
    from churn_pipeline.core.documents.json_values import json_safe

    require_shop(caller, shop)
    planned = planned_store(settings, shop)
    run = opened(settings, caller, shop) if planned is None else _with_plan(settings, shop, planned)
    if horizon is not None:
        row: dict[str, Any] = json_safe(asdict(preview(_orders_of(run), horizon, run.config.min_orders)))
        return row
    if run.store.has_document("churn_definition"):
        return dict(run.store.document("churn_definition"))
    document: dict[str, Any] = json_safe(define_churn(run).to_document())
    return document


def _orders_of(run: ShopRun) -> "pa.Table":
    """The ledger's orders in sequence, kept for the next place of the slider: of one ledger in a process, 120
    MB at a million customers."""
    from churn_pipeline.churn_definition.horizon import orders_in_sequence

    version = run.store.version("transactions")
    with _reading:
        found = _in_sequence.get(version)
        if found is None:
            found = orders_in_sequence(run)
            _in_sequence.clear()
            _in_sequence[version] = found
    return found


def _with_plan(settings: Settings, shop: str, planned: ShopStore) -> ShopRun:
    try:
        config = load_shop(settings, shop)
    except NotFound:
        config = ShopConfig(name=shop)
    return ShopRun(settings, config, planned)
