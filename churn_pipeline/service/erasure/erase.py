"""`forget`: a customer, or a whole shop, taken out of tables, originals, reports, lists, logs, caches, what
people saved, and the models' artifacts; with a receipt that names nobody."""

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from churn_pipeline.core.documents.service import ErasureReceipt
from churn_pipeline.core.documents.write import write_document
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.wording import counted_doing
from churn_pipeline.service.analysis import forget_samples
from churn_pipeline.service.callers import Caller, no_such_shop, require_admin, require_shop, require_write
from churn_pipeline.service.customers.customer_file import forget_files
from churn_pipeline.service.delivery.received import known_shops, received_folder
from churn_pipeline.service.erasure.mentions import Mentions, scrub_json, scrub_texts
from churn_pipeline.service.erasure.places import artifacts_of, files_of, files_shared, folders_of
from churn_pipeline.service.erasure.tables import erase_from_originals, erase_from_tables
from churn_pipeline.service.held import held_alone
from churn_pipeline.service.money import forget_frames
from churn_pipeline.service.shops import opened
from churn_pipeline.service.what_if import forget_sessions
from churn_pipeline.shop.directory import load_shop, save_shop, shop_folder

TEXTS = (".html", ".svg", ".csv", ".txt", ".md", ".yaml", ".log", ".err", ".out")
WAREHOUSE = "warehouse.duckdb"
MADE_ANEW = (".pdf", ".xlsx", ".png")
NOTES = {
    "model": "The model learned from the customer's features among all others'; it holds no id. The next "
    "training does without them.",
    "results": "Counts and sums of the results are renewed by the next run.",
    "delivered_again": "A file that is delivered later and names the customer brings them back.",
}


def forget_customer(settings: Settings, caller: Caller, shop: str, customer_id: str) -> ErasureReceipt:
    """Erases a customer of a shop; NotFound where nothing names them, RunInProgress while a job works for the
    shop or waits to: it would bring back what it has read."""
    from churn_pipeline.access import erasure as saved
    from churn_pipeline.orchestration.gateway.erasing import erase_from_events
    from churn_pipeline.runtime.run_folder import discard_run_folders

    require_write(caller)
    folder = opened(settings, caller, shop).store.folder
    mentions, removed = Mentions(customer_id), Counter[str]()
    with held_alone(settings, shop):
        discard_run_folders(settings, shop)
        erase_from_originals(settings, folder, mentions, removed)
        erase_from_tables(folder, mentions, removed)
        removed["waiting files"] += _remove_files(_waiting_files(settings, shop), mentions)
        removed["documents"] += scrub_json(folder.rglob("*.json"), mentions)
        _scrub_reports(folder, mentions, removed)
        _scrub_config(settings, shop, customer_id)
        forget_files(settings, shop)
        forget_sessions(folder)
        forget_frames()
        forget_samples()
    shutil.rmtree(settings.cache_dir / "exports", ignore_errors=True)
    removed["events of runs"] += erase_from_events(settings, shop, mentions.without)
    removed["logs and artifacts"] += _scrub_artifacts(settings, shop, mentions)
    removed.update(saved.forget_customer(settings, shop, customer_id, mentions.without))
    if not any(removed.values()):
        raise NotFound(f"Shop {shop!r} has no customer {customer_id!r}.")
    notes = [*NOTES.values(), *_remains(settings, caller, shop, mentions)]
    return _receipt(settings, shop, "customer", removed, notes)


def forget_shop(settings: Settings, caller: Caller, shop: str) -> ErasureReceipt:
    """Erases a whole shop, its files, runs and models; NotFound where there is none, RunInProgress while a
    job works for it or waits to."""
    from churn_pipeline.access import erasure as saved
    from churn_pipeline.orchestration.gateway.erasing import erase_runs
    from churn_pipeline.runtime.run_folder import discard_run_folders
    from churn_pipeline.training.lifecycle.pruning import delete_shop_models

    require_shop(caller, shop)
    require_admin(caller)
    if shop not in known_shops(settings):
        raise NotFound(no_such_shop(shop))
    removed = Counter[str]()
    folder = shop_folder(settings, shop)
    with held_alone(settings, shop):
        discard_run_folders(settings, shop)
        for place in folders_of(settings, shop):
            removed["files"] += sum(path.is_file() for path in place.rglob("*")) if place.exists() else 0
            shutil.rmtree(place, ignore_errors=True)
        forget_files(settings, shop)
        forget_sessions(folder)
        forget_frames()
        forget_samples()
    shutil.rmtree(settings.cache_dir / "exports", ignore_errors=True)
    removed["runs"] += erase_runs(settings, shop)
    removed["models and trainings"] += delete_shop_models(settings, shop)
    removed.update(saved.forget_shop(settings, shop))
    return _receipt(settings, shop, "shop", removed, [])


def _waiting_files(settings: Settings, shop: str) -> list[Path]:
    """Files that no run has taken in: received, dropped, in quarantine."""
    folders = (
        received_folder(settings, shop),
        settings.incoming_dir / shop,
        shop_folder(settings, shop) / "quarantine",
    )
    return [p for folder in folders if folder.exists() for p in folder.rglob("*") if p.is_file()]


def _remove_files(paths: list[Path], mentions: Mentions) -> int:
    """Removes files that name the customer; how many. Documents beside them stay, without the name."""
    scrub_json([p for p in paths if p.suffix == ".json"], mentions)
    named = [p for p in paths if p.suffix != ".json" and _names(p, mentions)]
    for path in named:
        path.unlink()
    return len(named)


def _names(path: Path, mentions: Mentions) -> bool:
    """Whether a delivered file holds the customer's id as a cell; one that cannot be read, by its bytes."""
    import pyarrow.compute as pc

    from churn_pipeline.core.errors import BadInput
    from churn_pipeline.ingest.files.read import read_file

    try:
        cells = read_file(path, Settings(max_upload_mb=10_000)).cells
    except BadInput:
        return mentions.in_bytes(path.read_bytes())
    texts = [column for column in cells.columns if str(column.type) in ("string", "large_string")]
    return any(pc.any(pc.equal(pc.utf8_trim_whitespace(c), mentions.customer_id)).as_py() for c in texts)


def _scrub_reports(folder: Path, mentions: Mentions, removed: Counter[str]) -> None:
    reports = [p for p in (folder / "reports").rglob("*") if p.is_file()]
    removed["reports"] += scrub_texts([p for p in reports if p.suffix in TEXTS], mentions)
    for path in [p for p in reports if p.suffix in MADE_ANEW]:
        path.unlink()  # what it holds is packed: it is made anew by the next run
        removed["reports"] += 1


def _scrub_config(settings: Settings, shop: str, customer_id: str) -> None:
    config = load_shop(settings, shop)
    if customer_id in config.exclude_customers:
        others = [c for c in config.exclude_customers if c != customer_id]
        save_shop(settings, config.model_copy(update={"exclude_customers": others}))


def _scrub_artifacts(settings: Settings, shop: str, mentions: Mentions) -> int:
    """Texts among the shop's logs, job files and models' artifacts, and in the log of all processes."""
    files = artifacts_of(settings, shop)
    if settings.log_file is not None and settings.log_file.exists():
        files.append(settings.log_file)
    changed = scrub_json([p for p in files if p.suffix == ".json"], mentions)
    return changed + scrub_texts([p for p in files if p.suffix in TEXTS], mentions)


def _remains(settings: Settings, caller: Caller, shop: str, mentions: Mentions) -> list[str]:
    """A search of every byte of the shop's files, and of those that all shops share for a caller who may see
    all of them, as others may have a customer of the same id: a sentence where it is still found.

    An id of digits alone stands by chance in the warehouse, which packs others' ids one after the other; it
    was made anew from the tables."""
    by_chance = {WAREHOUSE} if mentions.customer_id.isdigit() else set()
    searched = files_of(settings, shop) + (files_shared(settings) if caller.shops is None else [])
    found = [p for p in searched if p.name not in by_chance and _holds(p, mentions.in_bytes)]
    if not found:
        return []
    holding = counted_doing(len(found), "files", "still holds", "still hold")
    return [f"{holding} the id, such as {found[0].name}: look there."]


def _holds(path: Path, test: Callable[[bytes], bool]) -> bool:
    try:
        return test(path.read_bytes())
    except OSError:
        return False  # gone meanwhile


def _receipt(
    settings: Settings, shop: str, scope: str, removed: Counter[str], notes: list[str]
) -> ErasureReceipt:
    receipt = ErasureReceipt.model_validate(
        {
            "receipt_id": uuid4().hex,
            "session_id": shop,
            "scope": scope,
            "erased_at": datetime.now(UTC).replace(tzinfo=None),
            "removed": {what: n for what, n in removed.items() if n},
            "notes": notes,
        }
    )
    write_document(settings.data_dir, f"erasures/{receipt.receipt_id}.json", receipt.model_dump())
    return receipt
