"""A real browser for the tours of the pages. Every file of this folder says
`pytestmark = pytest.mark.browser`."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

NO_BROWSER = "No Chromium: apt-get install chromium, or set CHROMIUM=/path/to/it."
PATIENCE_SECONDS = 240
"""With a page or a button, on a busy machine; an idle one answers within one."""
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        pytest.fail(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A new window that asks no address but this machine's: what a page wants from elsewhere is refused
    and remembered, and the test fails for it."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    outside: list[str] = []
    context.route(
        lambda url: not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")),
        lambda route: (outside.append(route.request.url), route.abort()),
    )
    yield context.new_page()
    context.close()
    assert outside == [], "the pages need nothing from outside"
