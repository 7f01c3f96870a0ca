"""axe-core over every page, light and dark: nothing serious that is ours, for people with a screen reader,
without a mouse or with weak eyes."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from churn_pipeline_tests.browser.clicking import PAGES, opened
from churn_pipeline_tests.builders.home_with_results import home_with_results
from churn_pipeline_tests.builders.running_app import running_app
from churn_pipeline_tests.builders.scored_home import SCORED

pytestmark = [pytest.mark.browser, pytest.mark.slow]
GRAVE = ("serious", "critical")
STREAMLITS_OWN = {
    "list": ("stSidebarNavItems", "sections of the navigation are <div> between its <ul> and <li>"),
    "listitem": ("<li", "the same list, seen from its items; no page of ours makes lists but by Markdown"),
    "svg-img-alt": ("role-mark", "Vega's empty layer of a chart; the chart itself has a description"),
    "color-contrast": (
        "stSlider",
        "in the dark the number on a slider has the theme's first colour, on which buttons write in white: "
        "no colour has a contrast of 4.5 to both",
    ),
}
"""Rule -> what its element looks like or stands in, and why it cannot be mended here."""
ROOMS = "e => { let r = ''; for (; e; e = e.parentElement) r += ' ' + (e.dataset.testid || ''); return r; }"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    home_with_results(home)
    with running_app(home) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", list(PAGES))
def test_a_page_has_no_serious_finding_of_our_own(app: str, page: Page, address: str, scheme: str):
    page.emulate_media(color_scheme=scheme)
    opened(page, app, address, shop=SCORED)
    assert [words(f) for f in findings(page) if not is_streamlits_own(f)] == []


def findings(page: Page) -> list[dict[str, Any]]:
    """Each node with what is wrong with it: rule, html, css target."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response
    assert found["testEngine"]["name"] == "axe-core"
    return [
        {"rule": rule["id"], "rooms": page.locator(node["target"][0]).first.evaluate(ROOMS), **node}
        for rule in found["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


def is_streamlits_own(finding: dict[str, Any]) -> bool:
    part, _ = STREAMLITS_OWN.get(finding["rule"], (None, ""))
    return part is not None and part in finding["html"] + finding["rooms"]


def words(finding: dict[str, Any]) -> str:
    return f"{finding['rule']}: {finding['html'][:200]}"
