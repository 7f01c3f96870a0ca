"""How a person goes through the app's pages: what every tour does again and again."""

import re

from playwright.sync_api import Page, expect

from churn_pipeline.app.navigation import FIRST, SECTIONS

PAGES = {address: title for entries in SECTIONS.values() for _, address, title, _ in entries}


def settled(page: Page) -> None:
    """Waits until the script of the page has ended, twice in a row: a widget may start it again."""
    for _ in range(2):
        page.wait_for_function(
            "() => { const app = document.querySelector('[data-testid=stApp]');"
            " return app && app.getAttribute('data-test-script-state') === 'notRunning'"
            " && !document.querySelector('[data-testid=stSkeleton]'); }",
        )
        page.wait_for_timeout(300)


def opened(page: Page, app: str, address: str, **parameters: str) -> None:
    """The page with that address, drawn to its end and without an exception."""
    path = "" if address == FIRST else address
    asked = "&".join(f"{name}={value}" for name, value in parameters.items())
    page.goto(f"{app}/{path}?{asked}")
    expect(page.locator("h1").first).to_have_text(PAGES[address])
    settled(page)
    no_exception(page)


def no_exception(page: Page) -> None:
    assert page.locator("[data-testid=stException]").all_inner_texts() == []


def pressed(page: Page, name: str) -> None:
    """Presses the button and waits for what it does."""
    page.get_by_role("button", name=name).first.click()
    settled(page)
    no_exception(page)


def chosen(page: Page, label: str, option: re.Pattern[str]) -> None:
    """Chooses from a list by the keyboard: one that a click has opened closes when the page scrolls."""
    box = page.get_by_role("combobox", name=label)
    box.scroll_into_view_if_needed()
    box.press("ArrowDown")
    page.get_by_role("option", name=option).click()
    settled(page)
