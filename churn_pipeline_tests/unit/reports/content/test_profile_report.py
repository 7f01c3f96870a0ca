"""The profile report over a real profile: what it says, and that bare ledgers have one."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from churn_pipeline.churn_definition.horizon import define_churn
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.quality.profile.profile import build_profile
from churn_pipeline.quality.suite import check_ledger
from churn_pipeline.reports.content.blocks import Bullets, Report, Table
from churn_pipeline.reports.content.profile_report import profile_report
from churn_pipeline.reports.rendering.drawn_report import drawn_report
from churn_pipeline.reports.rendering.pdf import pdf
from churn_pipeline.reports.rendering.web_page import web_page
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.ledger_folder import put_ledger
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.shop_runs import shop_run

CONFIG = ShopConfig(name="shop", currency="EUR")


def profiled(folder: Path, ledger: pd.DataFrame) -> dict[str, Any]:
    settings = Settings(home=folder)
    store = ShopStore(put_ledger(folder, ledger))
    return build_profile(store, CONFIG, settings, check_ledger(store, CONFIG, settings))


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    return simulated_ledger(customers=120, days=500)


def page_of(report: Report) -> str:
    return web_page(drawn_report(report), "0" * 16)


def sections(report: Report) -> dict[str, Any]:
    return {section.title: section.blocks for section in report.sections}


def test_the_page_has_every_part_and_escapes(tmp_path: Path, ledger: pd.DataFrame) -> None:
    profile = profiled(tmp_path, ledger.assign(product="<script>alert(1)</script> Käse"))
    report = profile_report(profile, None)
    page = page_of(report)
    assert "<script" not in page and "&lt;script&gt;" in page
    assert page.count("<svg") >= 9 and "NaN" not in page and "None" not in page
    assert "When is a customer lost?" not in sections(report)
    assert pdf(drawn_report(report)).startswith(b"%PDF-")


def test_the_churn_definition_is_in_it(tmp_path: Path, ledger: pd.DataFrame) -> None:
    profile = profiled(tmp_path, ledger)
    definition = define_churn(shop_run(tmp_path, CONFIG.model_copy(update={"horizon": 45}))).to_document()
    report = profile_report(profile, json.loads(json.dumps(definition)))
    (table,) = [b for b in sections(report)["When is a customer lost?"] if isinstance(b, Table)]
    assert [row[0] for row in table.rows] == [str(row["horizon"]) for row in definition["preview"]]
    assert [table.rows[place][0] for place in table.marked] == ["45"]
    refused = [row["refusal"] for row in definition["preview"] if row["refusal"]]
    assert refused and all(reason in table.note for reason in refused)
    page = page_of(report)
    assert "After 45 days without an order, as the shop has set it." in page and "None" not in page


def test_what_to_clean_and_failing_checks_come_first(tmp_path: Path, ledger: pd.DataFrame) -> None:
    profile = profiled(tmp_path, pd.concat([ledger, ledger.head(500)]))
    found = sections(profile_report(profile, None))
    bullets = [b for b in found["What strikes the eye"] if isinstance(b, Bullets)]
    assert (
        bullets[1].title == "What to clean, and how" and profile["cleaning"][0]["how"] in bullets[1].items[0]
    )
    (checks,) = [b for b in found[f"All {len(profile['quality']['results'])} checks"] if isinstance(b, Table)]
    verdicts = [row[0] for row in checks.rows]
    assert verdicts[0] == "warning" and verdicts == sorted(verdicts, key=lambda v: v == "holds")
    assert checks.marked == tuple(range(verdicts.index("holds")))


def test_tiny_and_bare_ledgers_have_a_report(tmp_path: Path, ledger: pd.DataFrame) -> None:
    bare = ledger.head(3).assign(
        order_id=None, product=None, category=None, quantity=None, discount=None, is_return=False, amount=5.0
    )
    report = profile_report(profiled(tmp_path, bare), None)
    assert "What sells" not in sections(report)
    assert pdf(drawn_report(report)).startswith(b"%PDF-") and "shop" in page_of(report)
