"""From an upload to a plan: checked in a scratch home, the shop untouched."""

import pytest

from churn_pipeline.core.errors import BadInput, MappingNeeded, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import LOCAL, Caller
from churn_pipeline.service.delivery.configure import configure
from churn_pipeline.service.delivery.plans import open_plan, run_config
from churn_pipeline.service.delivery.upload import upload, uploads
from churn_pipeline.service.errors import NotAllowed
from churn_pipeline.service.requests import ConfigureRequest, MoneyAssumptions
from churn_pipeline.service.shops import definition_preview
from churn_pipeline.shop.config import ColumnField
from churn_pipeline.shop.directory import list_shops, load_shop
from churn_pipeline_tests.builders.commands import COLUMNS, raw_file
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.scored_home import SCORED, scored_home

MAPPING = {
    ColumnField.DATE if field == "ts" else ColumnField(field): column for field, column in COLUMNS.items()
}


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory) -> bytes:
    ledger = simulated_ledger(customers=200, days=300, seed=3)
    return raw_file(tmp_path_factory.mktemp("delivered") / "tea.csv", ledger).read_bytes()


def test_an_upload_says_what_it_holds(settings, delivered):
    answer = upload(settings, LOCAL, None, "Tea.csv", [delivered])
    assert answer.session_id == "tea"
    assert answer.rows == delivered.count(b"\n") - 1
    assert answer.columns == list(COLUMNS.values())
    assert len(answer.preview) == 5
    assert answer.detected_types["when"] == "datetime"
    assert answer.detected_types["total"] == "float"
    assert answer.suggested_mapping["customer_id"].column == "customer"
    (entry,) = uploads(settings, LOCAL, "tea")
    assert (entry.upload_id, entry.state) == (answer.upload_id, "received")


@pytest.mark.parametrize("content", [b"%PDF-1.4 nonsense", b"\x89PNG\r\n", b"<html><table></table></html>"])
def test_what_it_holds_counts_and_not_what_it_is_called(settings, content):
    with pytest.raises(BadInput, match=r"deliver CSV|is a"):
        upload(settings, LOCAL, "tea", "tea.csv", [content])
    assert not list((settings.data_dir / "received" / "tea").iterdir())


def test_who_may_upload(settings, delivered):
    with pytest.raises(NotAllowed):
        upload(settings, Caller("x", can_write=False), "tea", "tea.csv", [delivered])
    with pytest.raises(NotFound):
        upload(settings, Caller("x", frozenset({"shoes"})), "tea", "tea.csv", [delivered])
    own = upload(settings, Caller("x", frozenset({"shoes"})), None, "tea.csv", [delivered])
    assert own.session_id == "shoes"
    with pytest.raises(BadInput, match="which of your shops"):
        upload(settings, Caller("x", frozenset({"shoes", "hats"})), None, "tea.csv", [delivered])


def test_a_configured_upload_waits_for_its_run(settings, delivered):
    received = upload(settings, LOCAL, "tea", "tea.csv", [delivered])
    answer = configure(
        settings,
        LOCAL,
        ConfigureRequest(
            upload_id=received.upload_id[:12],
            column_mapping=MAPPING,
            churn_threshold_days=45,
            money=MoneyAssumptions(success_rate=0.2),
        ),
    )
    assert answer.status == "configured"
    checked = answer.validation_results
    assert checked.has_required_columns
    assert checked.min_records
    assert checked.min_customers
    assert 0 < checked.quality_score <= 10
    assert answer.churn_definition is not None
    assert answer.churn_definition["horizon"] == 45
    assert list_shops(settings) == []  # nothing of it has happened to a shop yet
    plan = open_plan(settings, "tea")
    assert plan is not None
    config = run_config(settings, "tea", plan)
    assert config["mapping"]["customer_id"] == "customer"
    assert config["changes"] == {"horizon": 45, "roi": {"success_rate": 0.2}}
    assert config["files"][0].endswith("tea.csv")
    at_60 = definition_preview(settings, LOCAL, "tea", 60)
    assert at_60["horizon"] == 60
    assert 0 < at_60["churn_rate"] < 1


def test_several_files_are_one_plan_and_a_new_one_takes_its_place(settings, delivered):
    head, *lines = delivered.splitlines(keepends=True)
    halves = [head + b"".join(lines[: len(lines) // 2]), head + b"".join(lines[len(lines) // 2 :])]
    first, second = (upload(settings, LOCAL, "tea", f"{n}.csv", [h]).upload_id for n, h in enumerate(halves))
    answer = configure(
        settings,
        LOCAL,
        ConfigureRequest(upload_id=first, further_upload_ids=[second], column_mapping=MAPPING),
    )
    assert answer.validation_results.customers == 200  # each half has some of them
    plan = open_plan(settings, "tea")
    assert plan is not None
    assert plan.uploads == [first, second]
    configure(settings, LOCAL, ConfigureRequest(upload_id=first, column_mapping=MAPPING))
    plan = open_plan(settings, "tea")
    assert plan is not None
    assert plan.uploads == [first]


def test_a_file_that_is_too_small_is_refused_with_the_reason(settings):
    rows = b"customer,when,total\n" + b"".join(b"c%d,2024-01-%02d,5\n" % (n, n) for n in range(1, 20))
    received = upload(settings, LOCAL, "tea", "tea.csv", [rows])
    answer = configure(settings, LOCAL, ConfigureRequest(upload_id=received.upload_id))
    assert answer.status == "refused"
    assert not answer.validation_results.min_records
    assert not answer.validation_results.min_customers
    assert answer.validation_results.problems
    assert open_plan(settings, "tea") is None


def test_columns_that_are_not_there_or_not_understood(settings, delivered):
    received = upload(settings, LOCAL, "tea", "tea.csv", [delivered])
    with pytest.raises(BadInput, match="buyer"):
        configure(
            settings,
            LOCAL,
            ConfigureRequest(
                upload_id=received.upload_id, column_mapping=MAPPING | {ColumnField.CUSTOMER_ID: "buyer"}
            ),
        )
    puzzling = upload(settings, LOCAL, "tea", "x.csv", [b"a,b\n1,2\n3,4\n"])
    with pytest.raises(MappingNeeded):
        configure(settings, LOCAL, ConfigureRequest(upload_id=puzzling.upload_id))


def test_settings_alone_hold_at_once(tmp_path):
    settings, _ = scored_home(tmp_path)
    answer = configure(
        settings,
        LOCAL,
        ConfigureRequest(session_id=SCORED, money=MoneyAssumptions(contact_cost=2.5), currency="GBP"),
    )
    assert answer.session_id == SCORED
    config = load_shop(settings, SCORED)
    assert (config.roi.contact_cost, config.currency, config.roi.success_rate) == (2.5, "GBP", 0.35)


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({}, BadInput),
        ({"session_id": "shoes"}, NotFound),
        ({"upload_id": "0" * 64}, NotFound),
        ({"session_id": SCORED, "column_mapping": {"date": "when"}}, BadInput),
        ({"session_id": SCORED, "timezone": "Mars/Base"}, BadInput),
    ],
)
def test_requests_that_cannot_be_met(tmp_path, request_, error):
    settings, _ = scored_home(tmp_path)
    with pytest.raises(error):
        configure(settings, LOCAL, ConfigureRequest.model_validate(request_))
