"""From a file to a list of customers to write to, as somebody goes who has never seen code: on a screen and
on a telephone, through real servers."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from churn_pipeline_tests.browser.clicking import chosen, no_exception, opened, pressed, settled
from churn_pipeline_tests.builders.commands import raw_file
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.running_product import Product, running_product

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CUSTOMERS = 400
SECONDS_TO_TRAIN = 1800
STREAMLITS_OWN = re.compile(r"the server responded with a status of 404")
"""Streamlit's page looks for its server below the page's own address first."""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("home")) as product:
        yield product


@pytest.fixture(params=["screen", "telephone"])
def visitor(request: pytest.FixtureRequest, page: Page) -> tuple[str, Page]:
    if request.param == "telephone":
        page.set_viewport_size({"width": 390, "height": 844})
    return request.param, page


def test_from_a_file_to_a_list_to_write_to(visitor, product: Product, tmp_path: Path):
    shop, page = visitor
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    file = raw_file(tmp_path / f"{shop}.csv", simulated_ledger(customers=CUSTOMERS))

    uploaded_and_started(page, product, shop, file)
    trained(page, shop)
    looked_at_customer(page, product, shop)
    plan = simulated_and_kept(page, product, shop)
    campaign_drawn(page, product, shop, plan)
    a_list_to_write_to(page, product, shop)
    a_report_to_hand_on(page, product, shop)

    assert [said for said in errors if not STREAMLITS_OWN.search(said)] == []
    assert exceptions_in_logs(product) == []


def answered(product: Product, path: str) -> Any:
    """What the API answers to the same question of a program."""
    return httpx.get(f"{product.address('api')}/api/v1{path}", timeout=60, trust_env=False).json()


def exceptions_in_logs(product: Product) -> list[str]:
    """Of the app and the API; Dagster's daemon writes one where a busy machine keeps it waiting."""
    return [
        log.name
        for log in sorted((product.home / "data" / "logs").glob("a*.log"))
        if "Traceback (most recent call last)" in log.read_text("utf-8", errors="replace")
    ]


def uploaded_and_started(page: Page, product: Product, shop: str, file: Path) -> None:
    opened(page, product.address("app"), "new-data")
    name = page.get_by_role("textbox", name="Name of the shop")
    name.fill(shop)
    name.press("Tab")
    settled(page)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("suggested,").first).to_be_visible()
    pressed(page, "Check the file")
    expect(page.get_by_text("Quality score, 0 to 10")).to_be_visible()
    chosen(page, "Effort", re.compile("^Quick"))
    page.get_by_role("button", name="Start analysis").click()


def trained(page: Page, shop: str) -> None:
    """The page of progress shows the steps, and gives way to the dashboard by itself."""
    expect(page.locator("h1").first).to_have_text("Progress")
    expect(page.get_by_text(re.compile(r"Models trained \(\d of 6\)"))).to_be_visible()
    expect(page.locator("h1").first).to_have_text("Dashboard", timeout=SECONDS_TO_TRAIN * 1000)
    settled(page)
    assert page.get_by_role("combobox", name="Shop", include_hidden=True).input_value() == shop
    assert page.locator("[data-testid=stMetric]").count() >= 4
    no_exception(page)


def looked_at_customer(page: Page, product: Product, shop: str) -> None:
    first = answered(product, f"/predictions/{shop}?risk_tier=high&limit=1")["customers"]
    customer = (first or answered(product, f"/predictions/{shop}?limit=1")["customers"])[0]["customer_id"]
    opened(page, product.address("app"), "customers", shop=shop, customer=customer)
    expect(page.get_by_role("heading", name=f"Customer {customer}")).to_be_visible()
    pressed(page, "What would that change?")
    expect(page.get_by_text(re.compile(r"\d % now → \d+(\.\d+)? % then"))).to_be_visible()


def simulated_and_kept(page: Page, product: Product, shop: str) -> str:
    """The id of the plan that was kept."""
    opened(page, product.address("app"), "simulator", shop=shop)
    name = page.get_by_role("textbox", name="Name of this plan")
    name.fill("Spring")
    name.press("Tab")
    pressed(page, "Save plan")
    expect(page.get_by_text("Saved as Spring.")).to_be_visible()
    (kept,) = [s for s in answered(product, f"/scenarios/{shop}") if s["name"] == "Spring"]
    assert kept["outputs"]["target_count"] == 100
    return str(kept["scenario_id"])


def campaign_drawn(page: Page, product: Product, shop: str, plan: str) -> None:
    opened(page, product.address("app"), "campaigns", shop=shop, scenario=plan)
    name = page.get_by_role("textbox", name="Name", exact=True)
    name.fill("Spring")
    name.press("Tab")
    pressed(page, "Show the plan")
    pressed(page, "Draw the lot and keep it")
    expect(page.get_by_text("is drawn.")).to_be_visible()
    (campaign,) = answered(product, f"/campaigns/{shop}")
    assert campaign["name"] == "Spring"


def a_list_to_write_to(page: Page, product: Product, shop: str) -> None:
    opened(page, product.address("app"), "dashboard", shop=shop)
    with page.expect_download() as started:
        page.get_by_role("button", name="Download customer list").first.click()
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))))
    assert rows
    known = set(simulated_ledger(customers=CUSTOMERS).customer_id)
    assert {row["customer_id"] for row in rows} <= known


def a_report_to_hand_on(page: Page, product: Product, shop: str) -> None:
    opened(page, product.address("app"), "reports", shop=shop)
    with page.expect_download() as started:
        page.get_by_role("button", name="PDF").first.click()
    report = Path(started.value.path()).read_bytes()
    assert report.startswith(b"%PDF-")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", report)) <= 6
