"""How long somebody new needs from an empty folder to a list of customers to write to.

python -m benchmarks.first_walk

Starts everything (`churn up`) in an empty folder, opens the app in a real Chromium, presses what a newcomer
presses (the demo shop, with the effort as it is), waits on the page of progress until the dashboard opens by
itself, and downloads the list. Prints the seconds of each part. The time to read is not in it.
"""

import json
import shutil
import tempfile
import time
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from churn_pipeline_tests.builders.running_product import running_product

PATIENCE_MS = 1_800_000


def walk() -> dict[str, float | int]:
    """Seconds until each part is done, counted from the start of `churn up`, and the length of the list."""
    home = Path(tempfile.mkdtemp())
    took: dict[str, float | int] = {}
    began = time.monotonic()

    def done(part: str) -> None:
        took[part] = round(time.monotonic() - began, 1)

    expect.set_options(timeout=PATIENCE_MS)
    with running_product(home) as product, sync_playwright() as playwright:
        done("everything answers")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(product.address("app"))
        page.get_by_role("button", name="Try it with a demo shop").click()
        expect(page.locator("h1").first).to_have_text("Progress")
        done("the analysis has started")
        expect(page.locator("h1").first).to_have_text("Dashboard")
        expect(page.locator("[data-testid=stMetric]").first).to_be_visible()
        done("the dashboard has opened")
        with page.expect_download() as download:
            page.get_by_role("button", name="Download customer list").first.click()
        rows = Path(download.value.path()).read_text("utf-8-sig").splitlines()
        done("the list is downloaded")
        took["customers in the list"] = len(rows) - 1
        browser.close()
    shutil.rmtree(home, ignore_errors=True)
    return took


if __name__ == "__main__":
    print(json.dumps(walk(), indent=2))
