"""A shop's store: tables and documents by name, and a run's store whose files appear when they are
published."""

import pandas as pd
import pytest

from churn_pipeline.core import tables
from churn_pipeline.core.errors import ChurnError, NotFound
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import write_json

CONTACTS = (
    pd.DataFrame({"customer_id": ["C1", "C2"], "name": ["Ada", "Bob"]})
    .reindex(columns=tables.CONTACTS.schema.names)
    .astype(object)
)


def test_tables_and_documents_are_asked_for_by_name(tmp_path):
    store = ShopStore(tmp_path / "kiosk")
    assert (
        not store.exists("contacts")
        and store.stored("contacts") is None
        and store.version("contacts") is None
    )
    with pytest.raises(NotFound, match="contacts"):
        store.read("contacts")
    written = store.write("contacts", CONTACTS, "run-1")
    assert store.exists("contacts") and store.stored("contacts") == written
    assert store.version("contacts") == written.version.data_version
    assert store.read("contacts", ["customer_id"])["customer_id"].to_list() == ["C1", "C2"]
    with store.query(["contacts"], threads=1) as connection:
        assert connection.execute("SELECT name FROM contacts ORDER BY name").fetchall() == [
            ("Ada",),
            ("Bob",),
        ]
    assert not store.has_document("staged/passed")
    with pytest.raises(ChurnError, match="data_versions"):
        store.write_document("staged/passed", {})
    store.write_document("staged/passed", {"data_versions": ["v1"]})
    assert store.has_document("staged/passed") and store.document("staged/passed") == {
        "data_versions": ["v1"]
    }


def test_a_runs_store_is_seen_by_readers_once_it_is_published(tmp_path):
    published = ShopStore(tmp_path / "shops" / "kiosk")
    write_json(published.folder / "results.json", {"run_id": "old"})
    run = ShopStore(tmp_path / "runs" / "kiosk", published.folder)
    write_json(run.folder / "results.json", {"run_id": "new"})
    run.write_report("profile.html", b"<p>new</p>")
    assert run.place("results.json") == published.folder / "results.json"
    assert published.document("results") == {"run_id": "old"}
    run.publish()
    assert published.document("results") == {"run_id": "new"}
    assert published.report("profile.html") == b"<p>new</p>" and published.report("model.html") is None
    assert not run.folder.exists()
    with pytest.raises(ChurnError, match="nothing to publish"):
        published.publish()
