"""An upload configured: its columns named, the threshold and the money assumptions set, and the ledger as it
would be checked, before anything is trained.

The ledger is made in a scratch home, from the shop's tables and the file: the shop stays as it is until a run
takes the file in."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from churn_pipeline.core.documents.json_values import json_safe
from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.service.answers import ConfigureAnswer, ValidationResults
from churn_pipeline.service.callers import Caller, no_such_shop, require_shop, require_write
from churn_pipeline.service.delivery.currency import require_currency
from churn_pipeline.service.delivery.plans import files_of, open_plan, save_plan, scratch_folder
from churn_pipeline.service.delivery.received import find_upload, known_shops
from churn_pipeline.service.errors import NotAvailable
from churn_pipeline.service.requests import ConfigureRequest
from churn_pipeline.shop.config import ColumnField, ShopConfig, changed_config
from churn_pipeline.shop.directory import load_shop, save_shop, shop_folder
from churn_pipeline.shop.run import ShopRun

if TYPE_CHECKING:
    from churn_pipeline.quality.suite import QualityReport

PER_RUN = ("date_format", "timezone", "sheet", "replace", "as_it_is")
AT_ONCE = ("roi", "currency", "locale", "tiers", "routine")
"""What no step of the ledger or of the models reads: it holds from now on."""
WAIT_SECONDS = 3
_one_check = Lock()
"""One at a time in a process: it takes all cores for some seconds."""


def configure(settings: Settings, caller: Caller, request: ConfigureRequest) -> ConfigureAnswer:
    """Keeps what the next run of the shop shall take in, after a check of the ledger as it would be.

    BadInput or MappingNeeded where the file cannot be read like that. Where a critical check fails the status
    is `refused` and nothing is kept."""
    require_write(caller)
    if request.currency:
        require_currency(request.currency)
    shop, upload_ids = _subject(settings, caller, request)
    config = _configured(settings, shop, request)
    run_config = _run_config(request)
    with _checking():
        try:
            store, warnings, report = _checked(
                settings, config, files_of(settings, shop, upload_ids), run_config
            )
            definition = _definition(settings, config, store) if report.passed else None
        except BaseException:
            shutil.rmtree(scratch_folder(settings, shop), ignore_errors=True)
            raise
    if report.passed:
        save_plan(settings, shop, upload_ids, run_config)
        _apply_at_once(settings, shop, request)
    return ConfigureAnswer(
        session_id=shop,
        status="configured" if report.passed else "refused",
        validation_results=_validation(settings, report, warnings),
        churn_definition=definition,
    )


@contextmanager
def _checking() -> Iterator[None]:
    """One check at a time in a process; NotAvailable where another one goes on."""
    if not _one_check.acquire(timeout=WAIT_SECONDS):
        raise NotAvailable("Another file is being checked at this moment; try again in a few seconds.")
    try:
        yield
    finally:
        _one_check.release()


def planned_store(settings: Settings, shop: str) -> ShopStore | None:
    """The ledger as it would be with the plan; None without a plan."""
    staged = _staged(settings, shop)
    has_one = open_plan(settings, shop) is not None and (staged / "transactions.parquet").exists()
    return ShopStore(staged) if has_one else None


def _subject(settings: Settings, caller: Caller, request: ConfigureRequest) -> tuple[str, list[str]]:
    """The shop, and the uploads (SHA-256) that are configured; none where only settings change."""
    if request.session_id is not None:
        require_shop(caller, request.session_id)
        if request.session_id not in known_shops(settings):
            raise NotFound(no_such_shop(request.session_id))
    if request.upload_id is not None:
        mine = [s for s in known_shops(settings) if caller.may_see(s)]
        among = mine if request.session_id is None else [request.session_id]
        shop, first = find_upload(settings, among, request.upload_id)
        others = [find_upload(settings, [shop], further)[1] for further in request.further_upload_ids]
        return shop, list(dict.fromkeys([first, *others]))
    if request.session_id is None:
        raise BadInput("Give the upload_id of a file or, to change settings alone, the session_id of a shop.")
    if request.column_mapping or request.further_upload_ids:
        raise BadInput("A column mapping and further files belong to a file: give its upload_id too.")
    try:
        load_shop(settings, request.session_id)
    except NotFound as error:
        raise BadInput(
            f"Shop {request.session_id!r} has not been trained yet, so its settings come with its file: give "
            "the upload_id too."
        ) from error
    return request.session_id, []


def _configured(settings: Settings, shop: str, request: ConfigureRequest) -> ShopConfig:
    try:
        known = load_shop(settings, shop)
    except NotFound:
        known = ShopConfig(name=shop)
    own = {"timezone": request.timezone, "date_format": request.date_format}
    changes = _changes(request) | {k: v for k, v in own.items() if v is not None}
    return changed_config(known, changes)


def _changes(request: ConfigureRequest) -> dict[str, Any]:
    """Parts of the shop's configuration that the request changes."""
    said: dict[str, Any] = {
        "horizon": request.churn_threshold_days,
        "min_orders": request.min_orders,
        "currency": request.currency,
        "locale": request.locale,
        "routine": request.routine and request.routine.model_dump(),
        "models": None if request.models is None else list(request.models),
        "effort": request.effort,
        "roi": request.money and request.money.model_dump(exclude_none=True),
        "tiers": request.tiers and request.tiers.model_dump(exclude_none=True),
    }
    return {name: value for name, value in said.items() if value is not None}


def _run_config(request: ConfigureRequest) -> dict[str, Any]:
    said = {name: value for name in PER_RUN if (value := getattr(request, name)) not in (None, False)}
    mapping = {field.value: column for field, column in (request.column_mapping or {}).items()}
    return {**said, **({"mapping": mapping} if mapping else {}), "changes": _changes(request)}


def _checked(
    settings: Settings, config: ShopConfig, files: list[Path], run_config: dict[str, Any]
) -> "tuple[ShopStore, list[str], QualityReport]":
    """The ledger as it would be, what there is to know of the files, and what the checks say of it."""
    from churn_pipeline.ingest.stage import stage_uploads
    from churn_pipeline.quality.suite import check_ledger

    scratch = _scratch_settings(settings, config)
    mapping = {ColumnField(f): c for f, c in run_config.get("mapping", {}).items()}
    staged = stage_uploads(
        scratch,
        config,
        files,
        mapping=mapping or None,
        date_format=run_config.get("date_format"),
        timezone=run_config.get("timezone"),
        sheet=run_config.get("sheet"),
        replace=bool(run_config.get("replace")),
        as_it_is=bool(run_config.get("as_it_is")),
        route="api",
        exact_mapping=bool(mapping),
    )
    store = ShopStore(_staged(settings, config.name))
    report = check_ledger(store, staged.config, settings, staged.config.horizon)
    return store, staged.warnings, report


def _scratch_settings(settings: Settings, config: ShopConfig) -> Settings:
    """Settings of a home that holds the shop's ledger by links and nothing else."""
    home = scratch_folder(settings, config.name)
    shutil.rmtree(home, ignore_errors=True)
    scratch = settings.model_copy(update={"home": home})
    own, published = shop_folder(scratch, config.name), shop_folder(settings, config.name)
    (own / "uploads").mkdir(parents=True)
    for name in ("transactions", "uploads", "contacts", "rejected_rows"):
        if (published / f"{name}.parquet").exists():
            (own / f"{name}.parquet").symlink_to(published / f"{name}.parquet")
    for upload in (published / "uploads").glob("*"):
        (own / "uploads" / upload.name).symlink_to(upload)
    return scratch


def _staged(settings: Settings, shop: str) -> Path:
    scratch = settings.model_copy(update={"home": scratch_folder(settings, shop)})
    return shop_folder(scratch, shop) / "staged"


def _definition(settings: Settings, config: ShopConfig, store: ShopStore) -> dict[str, Any] | None:
    from churn_pipeline.churn_definition.horizon import define_churn

    document: dict[str, Any] = json_safe(define_churn(ShopRun(settings, config, store)).to_document())
    return document


def _validation(settings: Settings, report: "QualityReport", warnings: list[str]) -> ValidationResults:
    held = {r.name: r.success for r in report.results}
    rows, customers = report.statistics.get("rows", 0), report.statistics.get("customers", 0)
    return ValidationResults(
        has_required_columns=held["required_columns"],
        min_records=rows >= settings.min_rows,
        min_customers=customers >= settings.min_customers,
        quality_score=report.score,
        passed=report.passed,
        rows=rows,
        customers=customers,
        problems=[r.message for r in report.failures],
        notes=warnings,
    )


def _apply_at_once(settings: Settings, shop: str, request: ConfigureRequest) -> None:
    """Saves what holds from now on, unless a run works for the shop: then it comes with the plan."""
    from churn_pipeline.runtime.locks import is_free, shop_lock

    changes = {name: value for name, value in _changes(request).items() if name in AT_ONCE}
    if not changes or not (shop_folder(settings, shop) / "shop.yaml").exists() or not is_free(settings, shop):
        return
    with shop_lock(settings, shop):
        save_shop(settings, changed_config(load_shop(settings, shop), changes))
