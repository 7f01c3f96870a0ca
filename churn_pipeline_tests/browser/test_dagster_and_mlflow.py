"""The way of a data engineer and a data scientist through the pages of Dagster and MLflow, by clicks."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from churn_pipeline.core.store import read_json
from churn_pipeline.shop.directory import shop_folder
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.running_product import Product, running_product

pytestmark = pytest.mark.browser
SHOPS = ("coffee", "tea")
TRAINED, RUN = 600, 300
"""Seconds on a busy machine for both shops' first training, and for one run."""
INTERNAL = re.compile("churn/|\\bboot\\b|\\bhost\\b|\\bpid\\b|sha256")
RUNS = """{ runsOrError { ... on Runs { results { runId jobName status tags { key value } } } } }"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Everything that `churn up` starts, after two new shops have dropped their first file."""
    home = tmp_path_factory.mktemp("product")
    with running_product(home, settle_seconds=2, max_cutoffs=4) as product:
        for seed, shop in enumerate(SHOPS):
            product.drop(shop, "first.csv", simulated_ledger(customers=250, days=300, seed=seed))
        for shop in SHOPS:
            product.until(
                (shop_folder(product.settings, shop) / "results.json").exists, TRAINED, f"results of {shop}"
            )
        product.until(lambda: not unfinished(product), RUN, "the end of all runs")
        yield product


def unfinished(product: Product) -> list[dict]:
    return [run for run in runs(product) if run["status"] not in ("SUCCESS", "FAILURE", "CANCELED")]


def runs(product: Product, **tags: str) -> list[dict]:
    """Runs as Dagster knows them, newest first, with tags as a dictionary."""
    found = product.ask(RUNS)["runsOrError"]["results"]
    told = [run | {"tags": {tag["key"]: tag["value"] for tag in run["tags"]}} for run in found]
    return [run for run in told if tags.items() <= run["tags"].items()]


def open_dagster(page: Page, product: Product, *words: str) -> None:
    """Dagster's first page, and from there a click on each word."""
    page.goto(product.address("dagster"))
    for word in words:
        page.get_by_text(word, exact=True).first.click()


def launch(page: Page, button: str, shops: tuple[str, ...]) -> None:
    """The button, the shops in its dialog, and Launch."""
    page.get_by_role("button", name=button).first.click()
    page.get_by_text("Select a partition or create one").click()
    for shop in shops:
        page.get_by_role("menuitem").filter(has_text=shop).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("^Launch (1 run|backfill)$")).click()
    expect(dialog).to_have_count(0)  # nothing leaves the page while a test sleeps: wait for the answer here


def picture(page: Page, product: Product, name: str) -> None:
    """What the page showed, kept beside the home for whoever looks into a failure."""
    page.screenshot(path=product.home / f"{name}.png")


def test_the_list_of_runs_says_which_shop_and_why(page: Page, product: Product) -> None:
    open_dagster(page, product, "Runs")
    body = page.locator("body")
    for shop in SHOPS:
        expect(body).to_contain_text(f"partition: {shop}")
    expect(body).to_contain_text("trigger: dropped file")
    expect(body).to_contain_text("file: first.csv")
    expect(body).to_contain_text("trigger: new data")
    picture(page, product, "runs")
    assert not INTERNAL.search(body.inner_text())
    page.get_by_role("link", name="train", exact=True).first.click()
    page.get_by_role("tab", name="Runs").click()
    for shop in SHOPS:
        expect(body).to_contain_text(f"partition: {shop}")


def test_taken_files_have_left_the_folder(product: Product) -> None:
    for shop in SHOPS:
        folder = product.settings.incoming_dir / shop
        product.until(lambda folder=folder: not (folder / "first.csv").exists(), RUN, "the file is put away")
        (taken,) = folder.glob("taken/*/first.csv")
        assert date.fromisoformat(taken.parent.name)


def launched(page: Page, product: Product, button: str, shop: str) -> dict:
    """The run of a shop that a click on the button has started, when it has ended."""
    before = {run["runId"] for run in runs(product)}
    launch(page, button, (shop,))

    def new() -> list[dict]:
        return [run for run in runs(product, **{"dagster/partition": shop}) if run["runId"] not in before]

    product.until(new, RUN, "the run")
    product.until(lambda: not unfinished(product), RUN, "its end")
    (run,) = new()
    return run


def test_a_job_is_launched_for_one_shop(page: Page, product: Product) -> None:
    open_dagster(page, product, "Jobs", "score")
    expect(page.locator("body")).to_contain_text("with the registered champion")
    assert launched(page, product, "Materialize all", "tea")["status"] == "SUCCESS"
    page.get_by_role("tab", name="Runs").click()
    expect(page.locator("body")).to_contain_text("trigger: by hand")
    picture(page, product, "launched")


def test_one_asset_is_made_anew(page: Page, product: Product) -> None:
    page.goto(f"{product.address('dagster')}/assets/customer_value")
    expect(page.locator("body")).to_contain_text("Row count")
    assert launched(page, product, "Materialize", "coffee")["status"] == "SUCCESS"
    picture(page, product, "asset")


def test_two_shops_are_backfilled(page: Page, product: Product) -> None:
    open_dagster(page, product, "Jobs", "grade")
    launch(page, "Materialize", SHOPS)

    def both() -> bool:
        done = [run for run in runs(product) if "dagster/backfill" in run["tags"]]
        return {run["tags"]["dagster/partition"] for run in done if run["status"] == "SUCCESS"} == set(SHOPS)

    product.until(both, RUN, "a run of each shop")
    open_dagster(page, product, "Runs")
    page.get_by_text("Backfills", exact=True).click()
    expect(page.locator("body")).to_contain_text("2 partitions")
    picture(page, product, "backfill")


def test_a_broken_file_is_refused_in_one_sentence(page: Page, product: Product) -> None:
    broken = simulated_ledger(customers=20, days=100, seed=9).assign(ts="sometime")
    product.drop("tea", "broken.csv", broken)
    product.until(lambda: runs(product, file="broken.csv"), RUN, "a run of the file")
    product.until(lambda: not unfinished(product), RUN, "its end")
    (failed,) = runs(product, file="broken.csv")
    assert failed["status"] == "FAILURE"
    (kept,) = shop_folder(product.settings, "tea").glob("quarantine/*/reason.json")
    sentence = read_json(kept)["reason"]

    open_dagster(page, product, "Runs")
    page.get_by_role("link", name=failed["runId"][:8]).first.click()
    body = page.locator("body")
    expect(body).to_contain_text(sentence[:60])
    picture(page, product, "failed_run")
    assert sentence[:60] in body.inner_text().split("Stack Trace")[0], "the sentence comes before the stack"

    page.goto(f"{product.address('dagster')}/assets/raw_transactions?view=checks&checkDetail=file_accepted")
    expect(body).to_contain_text(sentence[:60])
    expect(body).to_contain_text(str(kept.parent))
    picture(page, product, "refused_check")
    page.goto(f"{product.address('dagster')}/assets/raw_transactions?view=events")
    expect(body).to_contain_text("Refused: ")
    picture(page, product, "refused_asset")


def test_scores_are_checked_for_freshness(page: Page, product: Product) -> None:
    open_dagster(page, product, "Catalog")
    page.goto(f"{product.address('dagster')}/assets/customer_scores?view=checks")
    body = page.locator("body")
    expect(body).to_contain_text("fresh")
    picture(page, product, "fresh")


def test_a_schedule_says_who_is_due_and_starts_them(page: Page, product: Product) -> None:
    open_dagster(page, product, "Automation", "weekly_score")
    body, dialog = page.locator("body"), page.get_by_role("dialog").last
    expect(body).to_contain_text("At 06:00 AM UTC, only on Monday")
    picture(page, product, "schedule")
    page.get_by_role("button", name="Preview tick result").click()
    page.get_by_role("button", name="Continue").click()
    for shop in SHOPS:  # a Monday before the shops were there
        expect(dialog).to_contain_text(re.compile(rf"{shop}: ran \w+ \d{{4}}-.*?; next Mon \d{{4}}-"))
    picture(page, product, "nobody_is_due")

    page.get_by_role("button", name="Try again").click()
    page.get_by_text("6:00 AM UTC").last.click()
    page.get_by_role("menuitem").last.click()  # a Monday to come
    page.get_by_role("button", name="Continue").click()
    expect(dialog).to_contain_text("2 run requests")
    page.locator("table button").first.click()
    expect(page.locator("body")).to_contain_text("reason: due since Mon")
    expect(page.locator("body")).to_contain_text(f"partition: {SHOPS[0]}")
    picture(page, product, "why_a_shop_is_due")
    page.get_by_role("button", name="OK", exact=True).click()
    page.get_by_role("button", name="Launch all & commit tick result").click()
    product.until(lambda: len(runs(product, trigger="schedule")) == 2, RUN, "a run of each shop")
    product.until(lambda: not unfinished(product), RUN, "their end")
    started = {run["tags"]["dagster/partition"]: run["status"] for run in runs(product, trigger="schedule")}
    assert started == dict.fromkeys(SHOPS, "SUCCESS")


def open_mlflow(page: Page, product: Product, path: str = "") -> None:
    """A page of MLflow for trained models, without the notices that lie over it."""
    page.goto(f"{product.address('mlflow')}/{path}")
    for notice in ("Got it", "Try it now"):
        button = page.get_by_role("button", name=notice)
        page.add_locator_handler(button, lambda found: found.first.click())
    page.get_by_text("Model training", exact=True).first.click()


def open_training(page: Page, product: Product, shop: str) -> None:
    """A shop's only training in MLflow, by way of its experiment."""
    open_mlflow(page, product)
    page.get_by_role("link", name="Experiments", exact=True).first.click()
    page.get_by_text(f"churn_{shop}", exact=True).first.click()
    expect(page.locator("body")).to_contain_text("Trainings of the shop")
    page.get_by_role("link", name=re.compile(rf"{shop} \d{{4}}-")).first.click()
    expect(page.locator("body")).to_contain_text("Is it worth it?")


def test_a_training_tells_how_the_model_came_to_be_and_leads_to_dagster(page: Page, product: Product) -> None:
    open_training(page, product, "coffee")
    body = page.locator("body")
    expect(body).to_contain_text("test_log_loss")
    picture(page, product, "mlflow_training")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="The run in Dagster that trained it").click()
    opened.value.wait_for_url(f"{product.address('dagster')}/runs/*")
    expect(opened.value.locator("body")).to_contain_text("Success")


def test_a_trainings_plots_are_shown(page: Page, product: Product) -> None:
    open_training(page, product, "tea")
    page.get_by_role("tab", name="Artifacts").click()
    for path in ("curves.png", "explanation/summary.png"):
        for part in path.split("/"):
            page.get_by_text(part, exact=True).first.click()
        drawn(page, part)
        picture(page, product, f"mlflow_{part.removesuffix('.png')}")
    page.get_by_role("tab", name="Model metrics").click()
    expect(page.locator("body")).to_contain_text("cv_accuracy_mean")


def drawn(page: Page, file: str) -> None:
    """Waits until the artifact's picture is there, with pixels of its own."""
    expect(page.locator("main")).to_contain_text(re.compile(rf"Path:.*/{file}"))
    shown = page.locator("img[src^='blob:']").filter(visible=True)
    expect(shown).to_have_count(1)
    page.wait_for_function("e => e.naturalWidth > 200", arg=shown.element_handle())


def test_a_model_version_says_why_it_is_in_use(page: Page, product: Product) -> None:
    open_mlflow(page, product)
    page.get_by_role("link", name="Model registry", exact=True).first.click()
    body = page.locator("body")
    expect(body).to_contain_text("churn_tea")
    assert "{" not in body.inner_text(), "no JSON among the tags"
    page.locator("a[href='#/models/churn_tea']").first.click()
    expect(body).to_contain_text("version 1 becomes champion")
    picture(page, product, "mlflow_model")
    page.get_by_role("link", name="Version 1").first.click()
    expect(body).to_contain_text("first model of the shop")
    expect(body).to_contain_text("champion")
    expect(body).to_contain_text("Inputs (")
    picture(page, product, "mlflow_version")


def test_dagster_leads_to_the_run_in_mlflow(page: Page, product: Product) -> None:
    page.goto(f"{product.address('dagster')}/assets/model_comparison")
    link = page.locator(f"a[href^='{product.address('mlflow')}/']").first
    expect(link).to_be_visible()
    page.goto(str(link.get_attribute("href")))
    expect(page.locator("body")).to_contain_text("Is it worth it?")


def test_nothing_asked_for_another_machine_and_the_logs_are_readable(product: Product) -> None:
    found = product.lookups()
    started = [look.asked for look in found if look.event == "started"]
    for part in (
        "churn_pipeline up",
        "dagster_webserver",
        "dagster._daemon",
        "dagster api grpc",
        "spawn_main",
        "uvicorn",
    ):
        assert any(part in command for command in started), part
    logs = "".join(log.read_text("utf-8") for log in (product.home / "data" / "logs").glob("*.log"))
    assert " - DEBUG - " not in logs and "DeprecationWarning" not in logs
    asked = {look.asked for look in found if look.event != "started"}
    assert asked and asked <= {"127.0.0.1", "localhost"}
