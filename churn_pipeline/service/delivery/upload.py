"""A delivered file, received for a shop: stored, looked into, and refused where it cannot be read."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.answers import SuggestedColumn, UploadAnswer, UploadEntry
from churn_pipeline.service.callers import Caller, no_such_shop, require_shop, require_write
from churn_pipeline.service.delivery.received import (
    discard,
    keep,
    received_files,
    shop_from_name,
    store_stream,
)
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import load_shop, shop_folder

PREVIEW_ROWS = 5
DEMO_SHOP = "coffee_shop_demo"
TYPES = {"date": "datetime", "number": "float", "text": "string", "email": "string", "empty": "empty"}


def shop_of_upload(caller: Caller, shop: str | None, file_name: str) -> str:
    """The shop that a file is for: the one named, else the caller's only one, else by the file's name."""
    if shop is None and caller.shops is not None and len(caller.shops) == 1:
        return next(iter(caller.shops))
    wanted = shop_from_name(file_name) if shop is None else shop
    if not caller.may_see(wanted) and shop is None:
        raise BadInput(f"{file_name!r} does not say which of your shops it is for; name the shop.")
    require_shop(caller, wanted)
    return wanted


def upload(
    settings: Settings, caller: Caller, shop: str | None, file_name: str, blocks: Iterable[bytes]
) -> UploadAnswer:
    """Receives a file: what it holds, and which column is probably which field.

    BadInput where it cannot be read, TooLarge beyond the limit: nothing of it stays then."""
    require_write(caller)
    own = shop_of_upload(caller, shop, file_name)
    sha256, path = store_stream(settings, own, file_name, blocks)
    try:
        found = _inspected(settings, own, path)
        keep(settings, own, sha256, path, found["rows"], caller.name)
    except BaseException:
        discard(path)
        raise
    types = {c["name"]: TYPES.get(c["type"], c["type"]) for c in found["columns"]}
    return UploadAnswer(
        upload_id=sha256,
        session_id=own,
        filename=path.name,
        rows=found["rows"],
        columns=list(types),
        preview=found["preview"][:PREVIEW_ROWS],
        detected_types=types,
        suggested_mapping={f: SuggestedColumn(**s) for f, s in found["mapping"].items()},
        question=found["question"],
        size_bytes=found["size_bytes"],
        encoding=found["encoding"],
        delimiter=found["delimiter"],
        sheet=found["sheet"],
        sheets=found["sheets"],
        warnings=found["warnings"],
    )


def upload_demo(settings: Settings, caller: Caller, shop: str) -> UploadAnswer:
    """Receives the purchases of a generated coffee shop, the same ones each time."""
    import tempfile

    from churn_pipeline.samples import DEMO_SHOPS, write_demo_shop

    require_shop(caller, shop)
    require_write(caller)
    with tempfile.TemporaryDirectory(prefix="churn-demo-") as folder:
        path = Path(folder) / f"{DEMO_SHOP}.csv"
        write_demo_shop(DEMO_SHOPS[DEMO_SHOP], path)
        return upload(settings, caller, shop, path.name, [path.read_bytes()])


def uploads(settings: Settings, caller: Caller, shop: str) -> list[UploadEntry]:
    """Every file that a shop has delivered, oldest first: of the ledger, then those not taken in yet."""
    require_shop(caller, shop)
    ledger = _of_ledger(settings, shop)
    taken = {entry.upload_id for entry in ledger}
    waiting = [
        UploadEntry(
            upload_id=r.upload_id,
            filename=r.file_name,
            uploaded_at=r.received_at,
            route="api",
            state="received",
            rows=r.rows,
            rows_kept=None,
            rows_rejected=None,
            first_purchase=None,
            last_purchase=None,
        )
        for r in received_files(settings, shop)
        if r.upload_id not in taken
    ]
    if not ledger and not waiting and not (shop_folder(settings, shop) / "shop.yaml").exists():
        raise NotFound(no_such_shop(shop))
    return [*ledger, *waiting]


def _of_ledger(settings: Settings, shop: str) -> list[UploadEntry]:
    from churn_pipeline.core.documents.json_values import json_safe
    from churn_pipeline.core.store import read_table, table_path

    folder = shop_folder(settings, shop)
    if not table_path(folder, "uploads").exists():
        return []
    rows: list[dict[str, Any]] = json_safe(read_table(folder, "uploads").to_dict("records"))
    return [
        UploadEntry(
            upload_id=row["upload_sha256"],
            filename=row["file_name"],
            uploaded_at=row["uploaded_at"],
            route=row["route"],
            state="in_ledger",
            rows=row["rows_in"],
            rows_kept=row["rows_kept"],
            rows_rejected=row["rows_rejected"],
            first_purchase=row["first_ts"],
            last_purchase=row["last_ts"],
        )
        for row in rows
    ]


def _inspected(settings: Settings, shop: str, path: Path) -> dict[str, Any]:
    from churn_pipeline.core.documents.json_values import json_safe
    from churn_pipeline.ingest.inspect import inspect_file

    try:
        config = load_shop(settings, shop)
    except NotFound:
        config = ShopConfig(name=shop)
    found: dict[str, Any] = json_safe(inspect_file(path, settings, config))
    return found
