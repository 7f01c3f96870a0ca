"""The pictures of USER_GUIDE.md, taken again: `python docs/pictures.py http://127.0.0.1:8501 SHOP CUSTOMER`
while `churn up` (or `churn app --single`) runs over a home in which that shop is trained."""

import io
import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from churn_pipeline.app.navigation import FIRST, SECTIONS

IMAGES = Path(__file__).parent / "images"
WIDTH, TALLEST = 1280, 1500
COLOURS = 256
"""In a picture's palette: a page is text on white, and a small file."""
PATIENCE_MS = 240_000


def main(app: str, shop: str, customer: str) -> None:
    """Takes each page once on a screen, and the dashboard in the dark and on a telephone."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        screen = browser.new_context(viewport={"width": WIDTH, "height": 900}).new_page()
        for entries in SECTIONS.values():
            for _, address, _, _ in entries:
                asked = f"shop={shop}" + (f"&customer={customer}" if address == "customers" else "")
                _take(screen, f"{app}/{'' if address == FIRST else address}?{asked}", f"app-{address}")
        dark = browser.new_context(viewport={"width": WIDTH, "height": 900}, color_scheme="dark").new_page()
        _take(dark, f"{app}/?shop={shop}", "app-dark")
        telephone = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        _take(telephone, f"{app}/?shop={shop}", "app-telephone")
        browser.close()


def _take(page: Page, address: str, name: str) -> None:
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    page.wait_for_selector("h1")
    width = page.evaluate("innerWidth")
    _wait(page)
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(TALLEST, max(800, height))})
    _wait(page)
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        small = picture.convert("RGB").quantize(COLOURS, Image.Quantize.FASTOCTREE)
        small.save(IMAGES / f"{name}.png", optimize=True)
    print(f"{name}.png, {(IMAGES / f'{name}.png').stat().st_size / 1000:.0f} kB")


def _wait(page: Page) -> None:
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')"
        ".getAttribute('data-test-script-state') === 'notRunning'"
        " && !document.querySelector('[data-testid=stSkeleton]')"
    )
    page.wait_for_timeout(1500)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), sys.argv[2], sys.argv[3])
