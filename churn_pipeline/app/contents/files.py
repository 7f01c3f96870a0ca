"""What can be downloaded of a shop, and how the page names it."""

from dataclasses import dataclass

LISTS = {
    "recommended": "Recommended campaign: those of the scenario with the star, with its discount",
    "high_risk": "Everyone at high risk, the most valuable first, each with the action that pays best",
    "win_back": "Lapsed customers who are worth an offer",
    "second_order": "New customers whose second order is worth an offer",
}
MAIL_TOOLS = {
    "": "Every column",
    "mailchimp": "Mailchimp",
    "klaviyo": "Klaviyo",
    "brevo": "Brevo",
    "hubspot": "HubSpot",
    "google_ads": "Google Ads (contact details alone)",
}


@dataclass(frozen=True)
class Download:
    """Something to download: `what` as the API calls it, in one of the formats."""

    what: str
    title: str
    about: str
    formats: tuple[str, ...]


DOCUMENTS = ("pdf", "html")
TABLES = ("csv", "xlsx", "parquet")
REPORTS = (
    Download(
        "report",
        "Executive report",
        "Who leaves, why, what it costs and what to do, in 2 to 6 pages",
        DOCUMENTS,
    ),
    Download("model", "Model report", "How good the models are, and how that was measured", DOCUMENTS),
    Download("profile", "Data profile", "What the file holds, and how good it is", DOCUMENTS),
)
PREDICTIONS = (
    Download("scores", "Scores", "Every customer with probability, tier, value and reasons", TABLES),
    Download("features", "Predictions with features", "What the model sees of each customer", TABLES),
    Download("snapshots", "Training snapshots", "What the models learned from, for data scientists", TABLES),
)


def file_name(shop: str, what: str, file_format: str) -> str:
    """The name under which a download is kept."""
    return f"{shop}_{what}.{file_format}"
