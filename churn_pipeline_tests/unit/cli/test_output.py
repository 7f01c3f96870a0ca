"""What `ingest` and `run` print of the ledger's quality."""

import json
from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline.cli.output import print_quality
from churn_pipeline.core.settings import Settings
from churn_pipeline.quality.stage import profile_shop
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.ledger_folder import put_ledger
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.shop_runs import shop_run

FINDING = "may.csv: it has far fewer rows than usual."


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    return simulated_ledger(customers=150)


def printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ledger: pd.DataFrame, findings: list[str]
) -> list[str]:
    """The lines, where the files of the shop had the findings and the last run told FINDING."""
    uploads = pd.DataFrame(
        {
            "upload_sha256": "a",
            "file_name": "may.csv",
            "uploaded_at": pd.Timestamp("2026-01-01"),
            "mode": "add",
            "first_ts": ledger.ts.min(),
            "last_ts": ledger.ts.max(),
            "findings": [json.dumps(findings) if findings else None],
        }
    )
    folder = put_ledger(tmp_path / "data" / "shops" / "tea", ledger)
    uploads.to_parquet(folder / "uploads.parquet")
    run = shop_run(folder, ShopConfig(name="tea"), settings=Settings(home=tmp_path))
    (folder / "profile.json").write_text(json.dumps(profile_shop(run).document))
    (folder / "staged").mkdir()
    (folder / "staged" / "staged.json").write_text(json.dumps({"warnings": [FINDING]}))
    print_quality(run.settings, "tea")
    return capsys.readouterr().out.splitlines()


def test_a_sound_ledger_has_its_score_alone(tmp_path, capsys, ledger):
    (line,) = printed(tmp_path, capsys, ledger, [])
    assert line.startswith("Quality ") and float(line.split()[1]) > 9.5


def test_one_customer_with_most_of_the_money_is_told_and_lowers_the_score(tmp_path, capsys, ledger):
    sale = ~ledger.is_return & (ledger.customer_id == "C0003")
    large = ledger.assign(amount=ledger.amount.where(~sale, ledger.amount * 1000))
    score, *told = printed(tmp_path, capsys, large, [])
    assert float(score.split()[1]) < 9.2
    assert any("One customer, C0003, has" in t and "exclude_customers" in t for t in told)
    assert any("1 customer far larger than a person would be (the largest, C0003" in t for t in told)


@pytest.mark.parametrize(
    ("findings", "told"), [([FINDING.partition(": ")[2]], 0), (["it is in another currency."], 1)]
)
def test_what_was_found_in_earlier_files_is_told_again(tmp_path, capsys, ledger, findings, told):
    score, *lines = printed(tmp_path, capsys, ledger, findings)
    assert len([line for line in lines if "1 thing in the files did not fit" in line]) == told
    assert float(score.split()[1]) < 9.2
