"""A run's own folder, so that readers see the tables of one finished run and never half of the next.

While a run works, its steps find every published file of the shop as a symbolic link and put what they write
over the links. When all is done the files written are renamed into the shop's folder, results.json last. A
marker says that this has begun; whoever comes next finishes it. The ledger (transactions, uploads, ...) is
published by itself as soon as it has passed its checks: no later failure loses a delivered file."""

import os
import shutil
from pathlib import Path

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore, sync
from churn_pipeline.runtime.locks import is_free, shop_lock
from churn_pipeline.shop.config import validated_shop_name
from churn_pipeline.shop.directory import shop_store

RUNS_DIR, MARKER = ".runs", "publishing"
LEDGER = ("transactions.parquet", "uploads.parquet", "contacts.parquet", "rejected_rows.parquet", "shop.yaml")
LEDGER_FOLDERS = ("uploads", "quarantine", "staged")


def run_folder(settings: Settings, shop: str, run_id: str) -> Path:
    """Where a run of the shop keeps what it has not yet published; its last part is the shop's name, as that
    of the shop's folder."""
    return settings.shops_dir / RUNS_DIR / run_id / shop


def run_store(settings: Settings, shop: str, run_id: str) -> ShopStore:
    """What a step of the run reads and writes: the run's own store where one was opened, else the shop's."""
    own, published = run_folder(settings, shop, run_id), shop_store(settings, shop)
    return ShopStore(own, published.folder) if own.is_dir() else published


def open_run_folder(settings: Settings, shop: str, run_id: str, continues: str | None = None) -> Path:
    """Makes the run's folder, under the shop's lock; what earlier runs that failed had left is removed.

    continues: the failed run that this one continues, whose finished steps are not repeated: it takes over
        what they had written. Raises ChurnError when that is gone and was not published either."""
    own = run_folder(settings, shop, run_id)
    left = run_folder(settings, shop, continues).parent if continues else None
    if left is not None and left.is_dir():
        left.rename(own.parent)
    elif left is not None and not _published_by(settings, shop, left.name):
        raise ChurnError(
            f"What run {left.name} of shop {shop!r} had finished is no longer kept; start a new run instead."
        )
    discard_run_folders(settings, shop, keep=run_id)
    own.mkdir(parents=True, exist_ok=True)
    published = shop_store(settings, shop).folder
    published.mkdir(parents=True, exist_ok=True)
    _link(published, own)
    for name in (*LEDGER, *LEDGER_FOLDERS):
        if not (own / name).is_symlink():
            (own / name).symlink_to(published / name)
    return own


def publish_run(settings: Settings, shop: str, run_id: str) -> None:
    """Publishes what the run has written, under a marker by which an interrupted publication is finished
    later."""
    own = run_folder(settings, shop, run_id)
    marker = own.parent / MARKER
    marker.touch()
    sync(own.parent)
    run_store(settings, shop, run_id).publish()
    marker.unlink()
    own.parent.rmdir()


def unfinished_publications(settings: Settings) -> list[tuple[str, str]]:
    """(shop, run id) of every publication that had begun when its process ended."""
    markers = (settings.shops_dir / RUNS_DIR).glob(f"*/{MARKER}")
    return [
        (own.name, marker.parent.name)
        for marker in markers
        for own in marker.parent.iterdir()
        if own.is_dir()
    ]


def finish_publications(settings: Settings) -> list[str]:
    """Finishes what a crash interrupted in the middle of a run's publication, unless someone works for that
    shop; says what it did."""
    said = []
    for shop, run_id in unfinished_publications(settings):
        if is_free(settings, shop):
            with shop_lock(settings, shop):
                publish_run(settings, shop, run_id)
            said.append(
                f"the tables of run {run_id} of shop {shop} are published; a crash had interrupted that."
            )
    return said


def runs_in_progress(settings: Settings, shop: str) -> list[Path]:
    """The folders of the shop's runs that have not been published, newest first: what they have so far."""
    found = [
        own for own in (settings.shops_dir / RUNS_DIR).glob(f"*/{validated_shop_name(shop)}") if own.is_dir()
    ]
    return sorted(found, key=lambda own: own.stat().st_mtime, reverse=True)


def discard_run_folders(settings: Settings, shop: str, keep: str = "") -> None:
    """Removes what runs of the shop have not published, under the shop's lock; all but the run `keep`."""
    for own in (settings.shops_dir / RUNS_DIR).glob(f"*/{shop}"):
        if own.parent.name != keep:
            shutil.rmtree(own.parent)


def _published_by(settings: Settings, shop: str, run_id: str) -> bool:
    """Whether the published results are those of a run."""
    published = shop_store(settings, shop)
    return published.has_document("results") and bool(published.document("results")["run_id"] == run_id)


def _link(published: Path, own: Path) -> None:
    """A symbolic link for every published file that the run has not written; folders of the ledger as a
    whole."""
    for source in published.iterdir():
        target = own / source.name
        if source.name.startswith("."):
            continue
        if source.is_dir() and source.name not in LEDGER_FOLDERS:
            target.mkdir(exist_ok=True)
            _link(source, target)
        elif not os.path.lexists(target):
            target.symlink_to(source)
