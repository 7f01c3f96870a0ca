"""A customer forgotten: gone from every byte, the others as they were."""

import pytest

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table, table_version
from churn_pipeline.ingest.ledger.publish_ledger import publish_staged
from churn_pipeline.ingest.repair import rebuild_ledger
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.runtime.locks import shop_lock
from churn_pipeline.service.callers import LOCAL, Caller
from churn_pipeline.service.customers.filters import CustomerFilter
from churn_pipeline.service.customers.one_customer import customer
from churn_pipeline.service.delivery.upload import upload
from churn_pipeline.service.erasure.erase import forget_customer, forget_shop
from churn_pipeline.service.errors import NotAllowed, RunInProgress
from churn_pipeline.service.scenarios import keep_audience
from churn_pipeline.shop.config import ColumnField
from churn_pipeline.shop.directory import list_shops, load_shop, save_shop, shop_folder
from churn_pipeline_tests.builders.commands import COLUMNS, raw_file
from churn_pipeline_tests.builders.scored_home import SCORED, scored_home
from churn_pipeline_tests.builders.searched_home import holding


@pytest.fixture
def delivered(tmp_path) -> tuple[Settings, str]:
    """A home with a shop whose ledger came from a file, and the id of one of its customers."""
    settings, shop = scored_home(tmp_path / "home")
    folder = shop_folder(settings, SCORED)
    (folder / "transactions.parquet").unlink()
    file = raw_file(tmp_path / "sales.csv", shop.ledger)
    config = load_shop(settings, SCORED)
    mapping = {ColumnField("date" if f == "ts" else f): c for f, c in COLUMNS.items()}
    stage_uploads(settings, config, [file], mapping=mapping, exact_mapping=True)
    publish_staged(settings, SCORED, "run")
    for name in ("customer_scores", "customer_value"):
        assert table_version(folder, name)
    theirs = shop.scores[shop.scores.status == "eligible"].customer_id.iloc[0]
    (folder / "reports").mkdir()
    (folder / "reports" / "profile.html").write_text(f"<p>Customer {theirs} is the largest.</p>")
    (folder / "reports" / "report.pdf").write_bytes(b"%PDF packed")
    dropped = settings.incoming_dir / SCORED / "drop.csv"
    dropped.parent.mkdir(parents=True)
    dropped.write_bytes(file.read_bytes())
    upload(settings, LOCAL, SCORED, "waiting.csv", [file.read_bytes()])
    keep_audience(settings, LOCAL, SCORED, "one", CustomerFilter(text=theirs))
    customer(settings, LOCAL, SCORED, theirs)  # makes the file of pages
    save_shop(settings, load_shop(settings, SCORED).model_copy(update={"exclude_customers": []}))
    return settings, theirs


def test_nothing_of_a_forgotten_customer_is_found(delivered):
    settings, theirs = delivered
    assert len(holding(settings, theirs)) > 5
    before = read_table(shop_folder(settings, SCORED), "transactions")
    receipt = forget_customer(settings, LOCAL, SCORED, theirs)
    assert holding(settings, theirs) == []
    assert theirs not in receipt.model_dump_json()
    assert receipt.removed["original files, of which the other rows are kept"] == 1
    assert receipt.removed["waiting files"] == 2
    assert receipt.removed["audiences"] == 1
    after = read_table(shop_folder(settings, SCORED), "transactions")
    others = before[before.customer_id != theirs].reset_index(drop=True)
    assert after.equals(others)
    with pytest.raises(NotFound):
        customer(settings, LOCAL, SCORED, theirs)
    with pytest.raises(NotFound):
        forget_customer(settings, LOCAL, SCORED, theirs)


def test_the_ledger_can_be_made_anew_without_the_original(delivered):
    settings, theirs = delivered
    forget_customer(settings, LOCAL, SCORED, theirs)
    folder = shop_folder(settings, SCORED)
    before, version = read_table(folder, "transactions"), table_version(folder, "transactions")
    rebuild_ledger(settings, SCORED, ["transactions"])
    assert read_table(folder, "transactions").equals(before)
    rebuilt = table_version(folder, "transactions")
    assert version is not None
    assert rebuilt is not None
    assert rebuilt.data_version == version.data_version


def test_who_may_and_when(delivered):
    settings, theirs = delivered
    with pytest.raises(NotAllowed):
        forget_customer(settings, Caller("x", can_write=False), SCORED, theirs)
    with pytest.raises(NotFound):
        forget_customer(settings, Caller("x", frozenset({"shoes"})), SCORED, theirs)
    with pytest.raises(NotAllowed):
        forget_shop(settings, Caller("x", is_admin=False), SCORED)
    with pytest.raises(NotFound):
        forget_shop(settings, LOCAL, "shoes")


def test_not_while_a_run_works_for_the_shop(delivered, monkeypatch):
    from filelock import FileLock

    settings, theirs = delivered
    other = FileLock(shop_lock(settings, SCORED).lock_file, is_singleton=False)
    with other, pytest.raises(RunInProgress):
        forget_customer(settings, LOCAL, SCORED, theirs)


def test_a_shop_is_erased_with_all_that_belongs_to_it(delivered):
    settings, _ = delivered
    scored_home(settings.home, "shoes", seed=2)
    receipt = forget_shop(settings, LOCAL, SCORED)
    assert receipt.removed["files"] > 5
    assert list_shops(settings) == ["shoes"]
    assert [p for p in settings.home.rglob(f"*{SCORED}*") if p.suffix != ".lock"] == []
    assert (shop_folder(settings, "shoes") / "customer_scores.parquet").exists()
