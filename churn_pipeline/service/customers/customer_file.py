"""A shop's scored customers as one read-only DuckDB file for each state of the tables, with the rows at hand
beside it, made at the first question after a run and kept for a while, so that pages are quick and stay the
same while a run replaces the tables.

DuckDB says who fits a filter and in which order; what is shown of them comes from the rows at hand. The
Parquet files are the truth; these lie under data/cache and may be removed at any time."""

import hashlib
import shutil
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from filelock import FileLock

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.sql import connected, literal
from churn_pipeline.core.store import TableVersion, read_json, replacing, table_path, table_version
from churn_pipeline.service.customers.rows_at_hand import RowsAtHand, write_rows_at_hand
from churn_pipeline.service.errors import Outdated

if TYPE_CHECKING:
    import duckdb

JOINED = ("customer_scores", "customer_value", "customer_segments")
BESIDE = ("transactions", "recommended_actions")
STATES_KEPT = 3
FORMAT = 2
"""Counted up when these files get another form, so that none of an earlier version is read."""
FILES_OPEN = 8
MEMORY = "768MB"
DEFAULT_ORDER = "churn_probability DESC NULLS LAST, clv DESC NULLS LAST, customer_id"
_open: "OrderedDict[Path, tuple[duckdb.DuckDBPyConnection, RowsAtHand]]" = OrderedDict()
_opening = Lock()

Versions = tuple[tuple[str, TableVersion | None], ...]


class CustomerFile:
    """One state of a shop's customers. columns: name -> type of the table `customers`, ordered by
    `position` (0 is the first by DEFAULT_ORDER); rows: how many; as_of: the scores' cutoff, ISO 8601."""

    def __init__(self, path: Path, version: str) -> None:
        self.path, self.version = path, version
        with self.cursor() as cursor:
            described = cursor.execute("DESCRIBE customers").fetchall()
            self.columns = {str(name): str(kind) for name, kind, *_ in described if name != "position"}
            rows, as_of = cursor.execute("SELECT count(*), min(as_of) FROM customers").fetchall()[0]
            self.rows, self.as_of = int(rows), as_of.isoformat() if rows else None

    @contextmanager
    def cursor(self) -> "Iterator[duckdb.DuckDBPyConnection]":
        """A cursor of its own, so that several threads may ask at once."""
        cursor = _opened(self.path)[0].cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def at_hand(self) -> RowsAtHand:
        """What is shown of the customers, by position."""
        return _opened(self.path)[1]


def current_file(settings: Settings, folder: Path) -> CustomerFile:
    """The customers as the last results have them; NotFound before the first scoring."""
    present, named = _present(folder), _named(folder)
    if named is not None and named != present:  # a run publishes at this moment: the former list, if kept
        path = _path(settings, folder.name, _key(named))
        if path.exists():
            return _known(path, _key(named))
    path = _path(settings, folder.name, _key(present))
    if not path.exists():
        _build(settings, folder, path)
    return _known(path, _key(present))


def file_of_version(settings: Settings, shop: str, version: str) -> CustomerFile:
    """An earlier state; Outdated where it is no longer kept."""
    path = _path(settings, shop, version)
    if not version.isalnum() or not path.exists():
        raise Outdated("The list was renewed since this cursor was made; begin again without it.")
    return _known(path, version)


def forget_files(settings: Settings, shop: str) -> None:
    """Removes everything of a shop, for when its data are erased."""
    folder = _folder(settings, shop)
    with _opening:
        for path in [p for p in _open if p.parent == folder]:
            _open.pop(path)[0].close()
        _known.cache_clear()
    shutil.rmtree(folder, ignore_errors=True)


@lru_cache(maxsize=64)
def _known(path: Path, version: str) -> CustomerFile:
    return CustomerFile(path, version)


def _key(versions: Versions) -> str:
    return hashlib.sha256(repr((FORMAT, versions)).encode()).hexdigest()[:16]


def _present(folder: Path) -> Versions:
    """The versions of the tables as they lie there; NotFound before the first scoring."""
    present = tuple((name, _version(table_path(folder, name))) for name in (*JOINED, *BESIDE))
    if present[0][1] is None:
        raise NotFound(f"Shop {folder.name!r} has no scores yet; train it first, then ask again.")
    return present


def _named(folder: Path) -> Versions | None:
    """The versions that results.json names; None before the first run."""
    path = folder / "results.json"
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return _named_by(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)


@lru_cache(maxsize=256)
def _named_by(path: Path, _modified: int, _size: int, _inode: int) -> Versions:
    tables = read_json(path)["tables"]
    said = {name: TableVersion(t["run_id"], t["data_version"]) for name, t in tables.items()}
    return tuple((name, said.get(name)) for name in (*JOINED, *BESIDE))


def _version(path: Path) -> TableVersion | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return _version_of(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)


@lru_cache(maxsize=512)
def _version_of(path: Path, _modified: int, _size: int, _inode: int) -> TableVersion | None:
    return table_version(path.parent, path.stem)


def _folder(settings: Settings, shop: str) -> Path:
    return settings.cache_dir / "customers" / shop


def _path(settings: Settings, shop: str, version: str) -> Path:
    return _folder(settings, shop) / f"{version}.duckdb"


def _build(settings: Settings, folder: Path, path: Path) -> None:
    """Writes the file, once however many ask for it, and removes the oldest ones."""

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.parent / ".build.lock", timeout=300):
        if path.exists():
            return
        with replacing(path) as part:
            part.unlink()
            with connected(str(part)) as connection:
                connection.execute(f"SET memory_limit = '{MEMORY}'")
                connection.execute(f"SET temp_directory = {literal(str(path.parent / '.spill'))}")
                connection.execute(_customers_sql(folder))
                write_rows_at_hand(connection, folder, path)
        states = sorted(path.parent.glob("*.duckdb"), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in states[STATES_KEPT:]:
            for file in path.parent.glob(f"{old.stem}.*"):
                file.unlink(missing_ok=True)


def _customers_sql(folder: Path) -> str:
    """SQL that makes `customers`: the scores and, where they are there, value and groups beside them."""
    sources: list[str] = []
    columns: list[str] = []
    taken: set[str] = set()
    for name in JOINED:
        path = table_path(folder, name)
        if not path.exists():
            continue
        own = [c for c in _column_names(path) if c not in taken]
        columns += [f'{name}."{c}"' for c in own]
        taken |= set(own)
        table = f"read_parquet({literal(str(path))}) AS {name}"
        sources.append(table if not sources else f"LEFT JOIN {table} USING (customer_id)")
    return f"""
        CREATE TABLE customers AS
        SELECT row_number() OVER (ORDER BY {DEFAULT_ORDER}) - 1 AS position, *
        FROM (SELECT {", ".join(columns)} FROM {" ".join(sources)})
        ORDER BY position
    """  # noqa: S608 - names of our own tables and columns


def _column_names(path: Path) -> Sequence[str]:
    import pyarrow.parquet as pq

    return [str(name) for name in pq.read_schema(path).names]


def _opened(path: Path) -> "tuple[duckdb.DuckDBPyConnection, RowsAtHand]":
    with _opening:
        state = _open.get(path)
        if state is None:
            connection = connected(str(path), read_only=True)
            connection.execute(f"SET memory_limit = '{MEMORY}'")
            connection.execute("SET threads = 2")
            state = _open[path] = (connection, RowsAtHand(path))
        _open.move_to_end(path)
        while len(_open) > FILES_OPEN:
            _open.popitem(last=False)  # whoever still reads it holds it; it is closed when nobody does
        return state
