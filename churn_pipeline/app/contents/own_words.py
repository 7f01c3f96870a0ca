"""Remedies in the app's own words. The stages name those of the command line, the API puts its own in their
place; whoever reads them in the app has pages."""

import re

MONEY_SETTINGS = "Settings, Money and tiers"
_ANY = [
    (re.compile(pattern), words)
    for pattern, words in {
        r"\(under Settings in the app, or [^)]*\)": f"({MONEY_SETTINGS})",
        r",? for example (?:--map \w+=\w+|column_mapping: \{[^}]*\})": " under *Which column is what?*",
        r"(?:--map \w+=\w+|column_mapping: \{[^}]*\})": "a column under *Which column is what?*",
        r"deliver a file for it with POST /upload": "upload a file for it",
        r"deliver a file with POST /upload, then POST /configure": "upload a file",
        r"POST /configure with column_mapping": "*Which column is what?* at the upload",
        r"(?:train it |, )?with POST /train\b": "train it (Model health, *Train anew*)",
        r"train it: train it": "train it",
        r"with GET /models/\S+": "on the page Model health",
        r" with (?:--replace|replace: true)": "",
        r"(?:lower )?(?:--min-orders|min_orders)": "ask for fewer orders",
        r"(?:--horizon|churn_threshold_days)": "churn threshold",
    }.items()
]


def in_app_words(sentence: str) -> str:
    """A sentence of the API whose remedy somebody in front of the app can follow."""
    for pattern, words in _ANY:
        sentence = pattern.sub(words, sentence)
    return sentence
