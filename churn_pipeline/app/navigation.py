"""The pages, in the order in which somebody needs them."""

from typing import Any

import streamlit as st

from churn_pipeline.app.views import (
    analysis,
    dashboard,
    health,
    new_data,
    progress,
    reports,
    settings,
    simulator,
)
from churn_pipeline.app.views.campaigns import page as campaigns
from churn_pipeline.app.views.customers import explorer

SECTIONS: dict[str, list[tuple[Any, str, str, str]]] = {
    "Results": [
        (dashboard.show, "dashboard", "Dashboard", ":material/dashboard:"),
        (explorer.show, "customers", "Customers", ":material/group:"),
        (simulator.show, "simulator", "What-if simulator", ":material/tune:"),
        (campaigns.show, "campaigns", "Campaigns", ":material/campaign:"),
        (reports.show, "reports", "Reports", ":material/description:"),
        (analysis.show, "analysis", "Detailed analysis", ":material/query_stats:"),
        (health.show, "health", "Model health", ":material/monitor_heart:"),
    ],
    "Data": [
        (new_data.show, "new-data", "Upload and configure", ":material/upload_file:"),
        (progress.show, "progress", "Progress", ":material/hourglass:"),
    ],
    "Shop": [(settings.show, "settings", "Settings", ":material/settings:")],
}
WITHOUT_A_SHOP = ("new-data", "progress")
FIRST = "dashboard"


def pages() -> dict[str, list[Any]]:
    """Section -> pages."""
    return {name: [_page(entry) for entry in entries] for name, entries in SECTIONS.items()}


def works_without_a_shop(page: Any) -> bool:
    """Whether the page has something to show before there is a shop."""
    return str(page.url_path) in WITHOUT_A_SHOP


def page_at(address: str) -> Any:
    """The page with that address (the first page's own is the bare one)."""
    return next(_page(entry) for entries in SECTIONS.values() for entry in entries if entry[1] == address)


def _page(entry: tuple[Any, str, str, str]) -> Any:
    show, address, title, icon = entry
    return st.Page(show, title=title, url_path=address, icon=icon, default=address == FIRST)
