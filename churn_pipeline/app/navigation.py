"""The pages, in the order in which somebody needs them."""

from typing import Any

import streamlit as st

from churn_pipeline.app.views import (
    analysis,
    campaigns,
    customers,
    dashboard,
    health,
    new_data,
    progress,
    reports,
    settings,
    simulator,
)

SECTIONS: dict[str, list[tuple[Any, str, str, str]]] = {
    "Results": [
        (dashboard.show, "dashboard", "Dashboard", ":material/dashboard:"),
        (customers.show, "customers", "Customers", ":material/group:"),
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
WITHOUT_A_SHOP = ("Data",)
FIRST = "dashboard"


def pages(*, has_shop: bool) -> dict[str, list[Any]]:
    """Section -> pages; without a shop only those that work without one."""
    return {name: _pages(name) for name in SECTIONS if has_shop or name in WITHOUT_A_SHOP}


def page_at(address: str) -> Any:
    """The page with that address (the first page's own is the bare one)."""
    return next(_page(entry) for entries in SECTIONS.values() for entry in entries if entry[1] == address)


def _pages(section: str) -> list[Any]:
    return [_page(entry) for entry in SECTIONS[section]]


def _page(entry: tuple[Any, str, str, str]) -> Any:
    show, address, title, icon = entry
    return st.Page(show, title=title, url_path=address, icon=icon, default=address == FIRST)
