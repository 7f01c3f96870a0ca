"""Where a shop's tables and documents are kept: asked for by name, never by path.

This is the local form, a folder. What a step writes is seen by nobody else until `publish`: a run's store
keeps it in a folder of the run's own beside links to what is published (see runtime/run_folder.py), and
publication renames the files, `results.json` last. A remote form would write below a prefix per run and turn
one pointer object over instead; no caller would notice."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn_pipeline.core import store
from churn_pipeline.core.documents.write import write_document
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.store import StoredTable
from churn_pipeline.core.vectors import read_vectors, write_vectors

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

LAST_PUBLISHED = "results.json"
REPORTS = "reports"


@dataclass(frozen=True)
class ShopStore:
    """A shop's tables and documents in `folder`, whose last part is the shop's name.

    published: in the store of a run, the shop's own folder, which readers see.
    """

    folder: Path
    published: Path | None = None

    @property
    def shop(self) -> str:
        """The shop's name."""
        return (self.published or self.folder).name

    @property
    def staged(self) -> "ShopStore":
        """What is staged: a ledger that has not passed its checks yet."""
        return ShopStore(self.folder / "staged")

    def read(self, table: str, columns: list[str] | None = None) -> "pd.DataFrame":
        """A table as pandas; NotFound when it was never written, ChurnError when it is damaged."""
        return store.read_table(self.folder, table, columns)

    def write(self, table: str, frame: "pd.DataFrame | pa.Table", run_id: str) -> StoredTable:
        """Writes a declared table whole, with its content's version; returns what was written."""
        return store.write_versioned(self.folder, table, frame, run_id)

    def stored(self, table: str) -> StoredTable | None:
        """A table's columns, rows and version, its rows unread; None when it was never written."""
        return store.stored_table(self.folder, table)

    def version(self, table: str) -> str | None:
        """The data version of a table; None when it was never written."""
        stored = self.stored(table)
        return stored.version.data_version if stored else None

    def exists(self, table: str) -> bool:
        """Whether the table was ever written."""
        return store.table_path(self.folder, table).exists()

    @contextmanager
    def opened(self, table: str) -> "Iterator[pq.ParquetFile]":
        """A table to be read in parts; errors as in `read`."""
        import pyarrow.parquet as pq

        path = store.table_path(self.folder, table)
        if not path.exists():
            raise store.never_written(self.folder, table)
        with (
            store.naming_damaged(path, self.shop),
            pq.ParquetFile(path, page_checksum_verification=True) as file,
        ):
            yield file

    def query(
        self, tables: list[str], threads: int = 0
    ) -> "AbstractContextManager[duckdb.DuckDBPyConnection]":
        """A DuckDB connection with one view per table; errors as in `read`."""
        return store.duckdb_over(self.folder, tables, threads)

    def make_views(self, connection: "duckdb.DuckDBPyConnection", tables: Sequence[str]) -> None:
        """One view per table in a connection of the caller's; NotFound for a table that was never written."""
        store.make_views(connection, self.folder, tables)

    def write_warehouse(self) -> None:
        """All tables in one DuckDB file, for SQL and BI tools."""
        store.write_warehouse(self.folder)

    def document(self, name: str) -> Any:
        """A JSON document; NotFound when it was never written, ChurnError when it is damaged."""
        return store.read_json(self.folder / f"{name}.json")

    def has_document(self, name: str) -> bool:
        """Whether the document was ever written."""
        return (self.folder / f"{name}.json").exists()

    def documents(self, pattern: str) -> list[Any]:
        """Every JSON document whose name matches, such as quarantine/*/reason, in the order of the names."""
        return [store.read_json(path) for path in sorted(self.folder.glob(f"{pattern}.json"))]

    def write_document(self, name: str, document: Any) -> None:
        """Writes a declared JSON document whole; ChurnError where it is not what is declared of it."""
        write_document(self.folder, f"{name}.json", document)

    def remove_document(self, name: str) -> None:
        """Removes a JSON document; nothing where there is none."""
        (self.folder / f"{name}.json").unlink(missing_ok=True)

    def vectors(self, name: str) -> "tuple[dict[str, Any], dict[str, np.ndarray]]":
        """A document and the vectors beside it; NotFound when they were never written, ChurnError when they
        are damaged."""
        return read_vectors(self.folder / name, self.shop)

    def write_vectors(self, name: str, document: Any, vectors: "dict[str, np.ndarray]") -> None:
        """Writes float64 vectors of different lengths by name, and a declared document beside them."""
        write_vectors(self.folder / name, vectors)
        self.write_document(name, document)

    def report(self, name: str) -> bytes | None:
        """A file of the shop's reports, such as profile.html; None when it was never written."""
        path = self.folder / REPORTS / name
        return path.read_bytes() if path.exists() else None

    def write_report(self, name: str, content: bytes) -> None:
        """Writes a file of the shop's reports whole."""
        store.write_bytes(self.folder / REPORTS / name, content)

    def place(self, file: str) -> Path:
        """Where a file lies for readers, once it is published."""
        return (self.published or self.folder) / file

    def address(self, table: str) -> str:
        """Where a table lies for readers, once it is published, as a URI."""
        return self.place(f"{table}.parquet").as_uri()

    def publish(self) -> None:
        """Renames every file that the run has written into the shop's folder, the results last, and removes
        the run's folder."""
        if self.published is None:
            raise ChurnError(f"{self.folder} is the shop's own folder: there is nothing to publish from it")
        for path in sorted(self._written(), key=lambda p: (p.name == LAST_PUBLISHED, p)):
            target = self.published / path.relative_to(self.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
        sync(self.published)
        shutil.rmtree(self.folder)

    def _written(self) -> Iterator[Path]:
        """Files that the run has written: no links, and nothing half written."""
        for directory, _, names in os.walk(self.folder):
            for path in (Path(directory) / name for name in names):
                if not path.is_symlink() and not path.name.startswith("."):
                    yield path


def sync(folder: Path) -> None:
    """Has the folder's entries written to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
