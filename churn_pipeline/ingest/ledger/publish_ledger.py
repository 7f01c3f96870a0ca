"""A staged ledger put in place of the published one, so that a crash at any point leaves the former whole or
the new one whole.

A marker says that publication has begun; from then on it is finished, by this process or by the next that
stages or publishes."""

from pathlib import Path

import pyarrow.parquet as pq

from churn_pipeline.core.documents.write import write_document
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import (
    StoredTable,
    TableVersion,
    read_json,
    stored_table,
    table_path,
    table_version,
    write_table,
)
from churn_pipeline.core.tables import CONTACTS, REJECTED_ROWS, TRANSACTIONS, UPLOADS
from churn_pipeline.ingest.ledger.kept_uploads import keep_entries
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop, shop_folder

STAGED_FILE = "staged.json"
_MARKER = "publishing.json"
_ORDER = (CONTACTS.name, REJECTED_ROWS.name, UPLOADS.name, TRANSACTIONS.name)


def staged_folder(folder: Path) -> Path:
    """Where a shop's staged tables lie."""
    return folder / "staged"


def publish_staged(settings: Settings, shop: str, run_id: str) -> StoredTable:
    """Moves the staged tables over the published ones, `transactions` last, and saves the shop's
    configuration; returns the ledger.

    Publishing again what is published already changes nothing.

    Raises:
        NotFound: nothing is staged.
    """
    folder = shop_folder(settings, shop)
    finish_publication(settings, shop)
    document = _document(folder)
    if not document["published"]:
        write_document(folder, f"staged/{_MARKER}", {"run_id": run_id})
        finish_publication(settings, shop)
    published = stored_table(folder, TRANSACTIONS.name)
    assert published is not None
    return published


def finish_publication(settings: Settings, shop: str) -> None:
    """Finishes a publication that has begun, if there is one."""
    folder = shop_folder(settings, shop)
    staged = staged_folder(folder)
    if not (staged / _MARKER).exists():
        return
    run_id, document = str(read_json(staged / _MARKER)["run_id"]), _document(folder)
    for name in _ORDER[:-1]:
        _move(staged, folder, name, run_id)
    save_shop(settings, ShopConfig.model_validate(document["config"]))
    _move(staged, folder, TRANSACTIONS.name, run_id)
    keep_entries(folder)
    write_document(folder, f"staged/{STAGED_FILE}", document | {"published": True, "run_id": run_id})
    (staged / _MARKER).unlink()


def _document(folder: Path) -> dict[str, object]:
    path = staged_folder(folder) / STAGED_FILE
    if not path.exists():
        raise NotFound(
            f"Shop {folder.name!r} has nothing staged; run: churn ingest FILE --shop {folder.name}"
        )
    document: dict[str, object] = read_json(path)
    return document


def _move(staged: Path, folder: Path, name: str, run_id: str) -> None:
    """Moves one table, if it is still staged; under another run than the one that staged it, it is written
    with this run's id."""
    path = table_path(staged, name)
    if not path.exists():
        return
    version = table_version(staged, name)
    if version is not None and version.run_id != run_id:
        write_table(folder, name, pq.read_table(path), TableVersion(run_id, version.data_version))
        path.unlink()
    else:
        path.replace(table_path(folder, name))
