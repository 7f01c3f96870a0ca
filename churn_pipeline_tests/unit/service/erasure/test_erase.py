"""A customer forgotten: gone from every byte, the others as they were."""

import os

import pytest

from churn_pipeline.access.rights import now_utc
from churn_pipeline.core.documents.service import JobLaunch
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table, table_version
from churn_pipeline.ingest.ledger.publish_ledger import publish_staged
from churn_pipeline.ingest.repair import rebuild_ledger
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.orchestration.gateway.launching import keep_launch
from churn_pipeline.runtime.locks import shop_lock
from churn_pipeline.runtime.processes import tags_of_process
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


@pytest.mark.parametrize(
    "forget", [lambda s, c: forget_customer(s, LOCAL, SCORED, c), lambda s, _: forget_shop(s, LOCAL, SCORED)]
)
def test_not_while_a_job_waits_to_begin(delivered, forget):
    settings, theirs = delivered
    asked = {"job_id": "score_0123456789ab", "job": "score", "shop": SCORED, "config": {}, "run_id": None}
    rest = {"requested_by": "mia", "requested_at": now_utc(), "cancelled_at": None}
    launch = JobLaunch(**asked, **rest, process=tags_of_process(os.getpid()))
    keep_launch(settings, launch)
    with pytest.raises(RunInProgress, match="score_0123456789ab of shop 'tea' is not over"):
        forget(settings, theirs)
    keep_launch(settings, launch.model_copy(update={"cancelled_at": now_utc()}))
    assert forget(settings, theirs).removed


def test_files_of_another_shop_stay_and_are_not_told_of(delivered):
    settings, theirs = delivered
    scored_home(settings.home, "shoes", seed=2)
    other = shop_folder(settings, "shoes") / "reports" / "profile.html"
    other.parent.mkdir()
    other.write_text(f"Customer {theirs} of the other shop.")
    (settings.home / "notes.txt").write_text(f"Call {theirs}.")
    ours = Caller("key tea", frozenset({SCORED}), is_admin=False)
    receipt = forget_customer(settings, ours, SCORED, theirs)
    assert theirs in other.read_text()
    assert not any("still hold" in note for note in receipt.notes)


def test_files_that_all_shops_share_are_searched_for_who_may_see_them(delivered):
    settings, theirs = delivered
    (settings.home / "notes.txt").write_text(f"Call {theirs}.")
    receipt = forget_customer(settings, LOCAL, SCORED, theirs)
    assert "1 file still holds the id, such as notes.txt: look there." in receipt.notes


def test_a_shop_is_erased_with_all_that_belongs_to_it(delivered):
    settings, _ = delivered
    scored_home(settings.home, "shoes", seed=2)
    receipt = forget_shop(settings, LOCAL, SCORED)
    assert receipt.removed["files"] > 5
    assert list_shops(settings) == ["shoes"]
    assert [p for p in settings.home.rglob(f"*{SCORED}*") if p.suffix != ".lock"] == []
    assert (shop_folder(settings, "shoes") / "customer_scores.parquet").exists()
