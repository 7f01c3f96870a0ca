"""Atomic writes, declared schemas and what a damaged file says."""

import pandas as pd
import pyarrow as pa
import pytest

from churn_pipeline.core import store as storage
from churn_pipeline.core.errors import ChurnError, NotFound
from churn_pipeline.core.store import (
    TableVersion,
    content_version,
    read_arrow,
    read_json,
    read_table,
    replacing,
    stored_table,
    table_version,
    write_json,
    write_table,
    write_versioned,
)
from churn_pipeline.core.tables import CONTACTS

VERSION = TableVersion("run-1", "v1")


def _contacts(*names):
    frame = pd.DataFrame({"customer_id": [f"C{i}" for i, _ in enumerate(names)], "name": list(names)})
    return frame.reindex(columns=CONTACTS.schema.names).astype(object)


def test_a_table_comes_back_in_its_declared_types_with_its_version(tmp_path):
    write_table(tmp_path, "contacts", _contacts("Ada", "Çelik").assign(email="x@example.org"), VERSION)
    back = read_table(tmp_path, "contacts")
    assert back.name.tolist() == ["Ada", "Çelik"] and list(back) == CONTACTS.schema.names
    assert table_version(tmp_path, "contacts") == VERSION
    assert table_version(tmp_path, "uploads") is None


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda d: d.drop(columns="phone"), "missing columns"),
        (lambda d: d.assign(age=3), "undeclared columns"),
        (lambda d: d.assign(customer_id=[None] * len(d)), "nulls in"),
    ],
)
def test_a_frame_that_breaks_the_schema_is_refused_and_the_old_table_stays(tmp_path, change, complaint):
    write_table(tmp_path, "contacts", _contacts("Ada"), VERSION)
    with pytest.raises(ChurnError, match=complaint):
        write_table(tmp_path, "contacts", change(_contacts("Bob")), VERSION)
    assert read_table(tmp_path, "contacts").name.tolist() == ["Ada"]


def test_a_write_that_fails_half_way_leaves_the_last_good_file_and_no_litter(tmp_path):
    target = tmp_path / "results.json"
    write_json(target, {"run": 1})
    with pytest.raises(OSError, match="disk full"), replacing(target) as part:
        part.write_text('{"run": 2')
        raise OSError("disk full")
    assert read_json(target) == {"run": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["results.json"]


def test_json_has_no_nan(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"n": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_missing_and_damaged_files_say_what_to_do(tmp_path):
    with pytest.raises(NotFound, match="churn run FILE --shop"):
        read_table(tmp_path, "contacts")
    (tmp_path / "contacts.parquet").write_bytes(b"PAR1 no longer")
    with pytest.raises(ChurnError, match="damaged"):
        read_table(tmp_path, "contacts")
    (tmp_path / "results.json").write_text("{")
    with pytest.raises(ChurnError, match="damaged"):
        read_json(tmp_path / "results.json")


def test_the_content_version_depends_on_rows_alone():
    table = pa.table({"a": [1, 2, 3]})
    chunked = pa.concat_tables([table.slice(0, 1), table.slice(1)]).replace_schema_metadata({"run": "x"})
    assert content_version(table) == content_version(chunked)
    assert content_version(table) != content_version(pa.table({"a": [1, 2, 4]}))
    assert content_version(table) != content_version(pa.table({"b": [1, 2, 3]}))
    described = pa.schema([pa.field("a", pa.int64(), nullable=False, metadata={"description": "a count"})])
    assert content_version(table) == content_version(table.cast(described))


def test_a_table_has_one_version_whatever_form_it_is_handed_over_in(tmp_path):
    frame = _contacts("Ada", "Bob")
    written = write_versioned(tmp_path, "contacts", frame, "run-1")
    assert written == stored_table(tmp_path, "contacts")
    assert written.version == TableVersion("run-1", content_version(read_arrow(tmp_path, "contacts")))
    shuffled = pa.Table.from_pandas(frame[frame.columns[::-1]], preserve_index=False)
    assert (
        write_versioned(tmp_path, "contacts", shuffled, "run-2").version.data_version
        == written.version.data_version
    )
    assert stored_table(tmp_path, "uploads") is None


def test_duckdb_sees_the_tables_and_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "it's a shop"
    folder.mkdir()
    write_table(folder, "contacts", _contacts("Ada", "Bob"), VERSION)
    with storage.duckdb_over(folder, ["contacts"], threads=1) as connection:
        assert connection.execute("SELECT count(*) FROM contacts").fetchone() == (2,)
    assert [p.name for p in folder.iterdir()] == ["contacts.parquet"]
