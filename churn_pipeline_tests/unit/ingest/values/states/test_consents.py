"""Consent: what a cell says, and what the newest row makes of a customer."""

from pathlib import Path

import pytest

from churn_pipeline.core.enums import Consent
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table
from churn_pipeline.ingest.files.read import read_file
from churn_pipeline.ingest.ledger.publish_ledger import publish_staged
from churn_pipeline.ingest.mapping.suggest import suggest_mapping
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.ingest.values.states.consents import meaning_of_consent
from churn_pipeline.shop.config import ColumnField as F
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import load_shop, save_shop, shop_folder

MAPPING = {F.CUSTOMER_ID: "customer", F.DATE: "date", F.AMOUNT: "amount", F.CONSENT: "accepts_marketing"}


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Yes", Consent.GIVEN),
        ("TRUE", Consent.GIVEN),
        ("1.0", Consent.GIVEN),
        ("Opt-In", Consent.GIVEN),
        ("Ja", Consent.GIVEN),
        ("sí", Consent.GIVEN),
        ("no", Consent.REFUSED),
        ("0", Consent.REFUSED),
        ("Unsubscribed", Consent.REFUSED),
        ("Nein", Consent.REFUSED),
        ("perhaps", None),
        ("", None),
    ],
)
def test_what_a_cell_says(text: str, meaning: Consent | None) -> None:
    assert meaning_of_consent(text) is meaning


def delivered(settings: Settings, folder: Path, name: str, rows: list[str]) -> list[str]:
    """Warnings of a delivered file of customer, date, amount, accepts_marketing."""
    (folder / name).write_text("customer,date,amount,accepts_marketing\n" + "\n".join(rows) + "\n")
    config = load_shop(settings, "tea")
    staged = stage_uploads(settings, config, [folder / name], mapping=MAPPING, exact_mapping=True)
    publish_staged(settings, "tea", "run")
    return staged.warnings


def test_the_newest_word_counts_and_a_refusal_at_the_same_time_wins(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    save_shop(settings, ShopConfig(name="tea"))
    first = ["A,2024-01-01,5,yes", "A,2024-01-09,5,no", "B,2024-01-03,5,no", "B,2024-01-03,6,yes"]
    told = delivered(settings, tmp_path, "one.csv", [*first, "C,2024-01-04,5,maybe", "D,2024-01-05,5,"])
    assert any("column 'accepts_marketing' say neither yes nor no ('maybe')" in w for w in told)
    kept = read_table(shop_folder(settings, "tea"), "contacts").set_index("customer_id")["consent"]
    assert kept.to_dict() == {"A": "refused", "B": "refused"}
    delivered(settings, tmp_path, "two.csv", ["A,2024-02-01,5,yes", "D,2024-02-02,5,1", "B,2024-02-03,5,"])
    kept = read_table(shop_folder(settings, "tea"), "contacts").set_index("customer_id")["consent"]
    assert kept.to_dict() == {"A": "given", "B": "refused", "D": "given"}
    delivered(settings, tmp_path, "again.csv", ["A,2024-02-01,5,no"])  # taken back, nothing bought since
    kept = read_table(shop_folder(settings, "tea"), "contacts").set_index("customer_id")["consent"]
    assert kept.to_dict() == {"A": "refused", "B": "refused", "D": "given"}


def test_a_column_of_consent_is_found_by_name_and_contents(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    rows = [f"{k % 30},2024-0{1 + k % 9}-1{k % 9},{5 + k},{'yes' if k % 3 else 'no'}" for k in range(200)]
    for heading, found in (("Accepts Marketing", True), ("colour", False)):
        file = tmp_path / f"{found}.csv"
        file.write_text(f"customer_id,date,amount,{heading}\n" + "\n".join(rows))
        suggested = suggest_mapping(read_file(file, settings))
        assert (F.CONSENT in suggested) is found
    worded = tmp_path / "worded.csv"
    worded.write_text(
        "customer_id,date,amount,newsletter\n" + "\n".join(r.rsplit(",", 1)[0] + ",May" for r in rows)
    )
    assert F.CONSENT not in suggest_mapping(read_file(worded, settings))
