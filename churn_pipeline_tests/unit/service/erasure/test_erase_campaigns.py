"""A forgotten customer is gone from campaigns, lists, the ledger of advice and what discounts did, too."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import TableVersion, read_table, write_table
from churn_pipeline.core.tables import TABLES
from churn_pipeline.service import campaigns as service
from churn_pipeline.service.callers import LOCAL
from churn_pipeline.service.campaign_wish import CampaignWish
from churn_pipeline.service.erasure.erase import forget_customer
from churn_pipeline.shop.directory import shop_folder
from churn_pipeline_tests.builders.home_with_results import home_with_results
from churn_pipeline_tests.builders.scored_home import SCORED
from churn_pipeline_tests.builders.searched_home import holding

NAMING = sorted(name for name, table in TABLES.items() if "customer_id" in table.schema.names)


def some_value(field: pa.Field) -> object:
    """A value of a column's type that names nobody."""
    if pa.types.is_timestamp(field.type):
        return datetime(2024, 12, 1)
    if pa.types.is_boolean(field.type):
        return True
    if pa.types.is_integer(field.type) or pa.types.is_floating(field.type):
        return 1
    return [] if pa.types.is_list(field.type) else "x"


@pytest.fixture
def campaigning(tmp_path: Path) -> tuple[Settings, str, str]:
    """A home with a campaign, responses, a do-not-contact list and every table that names customers; two of
    the campaign's customers."""
    settings = home_with_results(tmp_path / "home")
    folder = shop_folder(settings, SCORED)
    ids = read_table(folder, "customer_scores").query("status == 'eligible'")["customer_id"].tolist()
    wish = CampaignWish(name="Spring", customers=tuple(ids), offers=("20",), control=0.3)
    service.create(settings, LOCAL, SCORED, wish)
    theirs, other = read_table(folder, "campaign_members")["customer_id"].tolist()[:2]
    used = tmp_path / "used.csv"
    used.write_text(f"customer_id\n{theirs}\n{other}\n")
    service.results(settings, LOCAL, SCORED, "spring", used)
    service.do_not_contact(settings, LOCAL, SCORED, used)
    for name in NAMING:
        if not (folder / f"{name}.parquet").exists():
            rows = [
                {f.name: some_value(f) for f in TABLES[name].schema} | {"customer_id": customer}
                for customer in (theirs, other)
            ]
            write_table(folder, name, pd.DataFrame(rows), TableVersion("run", "one"))
    return settings, theirs, other


def test_no_table_document_or_byte_names_a_forgotten_customer(campaigning: tuple[Settings, str, str]) -> None:
    settings, theirs, other = campaigning
    folder = shop_folder(settings, SCORED)
    assert {"advice_ledger", "campaign_members", "discount_use", "do_not_contact"} <= set(NAMING)
    named = {name for name in NAMING if theirs in set(read_table(folder, name)["customer_id"])}
    assert named == set(NAMING)
    receipt = forget_customer(settings, LOCAL, SCORED, theirs)
    assert holding(settings, theirs) == []
    assert theirs not in receipt.model_dump_json()
    left = {name for name in NAMING if other in set(read_table(folder, name)["customer_id"])}
    assert left == set(NAMING)


def test_the_campaign_goes_on_and_says_that_one_is_gone(campaigning: tuple[Settings, str, str]) -> None:
    settings, theirs, _ = campaigning
    plan = service.plan(settings, LOCAL, SCORED, "spring")
    forget_customer(settings, LOCAL, SCORED, theirs)
    found = service.results(settings, LOCAL, SCORED, "spring")
    assert found.sample_ratio.passed
    assert f"1 of the {plan.members} customers drawn is gone" in found.sample_ratio.sentence
    assert found.contamination is not None and theirs not in found.model_dump_json()


def test_a_table_of_an_earlier_version_is_brought_up_to_the_declaration(
    campaigning: tuple[Settings, str, str],
) -> None:
    settings, theirs, other = campaigning
    path = shop_folder(settings, SCORED) / "contacts.parquet"
    earlier = pq.read_table(path).drop_columns(["consent", "consent_at"])
    pq.write_table(earlier, path)
    forget_customer(settings, LOCAL, SCORED, theirs)
    found = read_table(path.parent, "contacts")
    assert found["customer_id"].tolist() == [other] and found["consent"].isna().all()
