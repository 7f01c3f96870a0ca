"""What the upload suggests for a new shop: a name that is valid, and the currency of its file."""

import re
import unicodedata
from typing import Any

from churn_pipeline.shop.config import SHOP_NAME, ColumnField

LONGEST_NAME = 63
CURRENCIES = (
    "EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "JPY",
    "CAD", "AUD", "NZD", "BRL", "MXN", "INR", "CNY", "TRY", "ZAR",
)  # fmt: skip
"""Common ones; another may be typed."""
SIGNS = {
    "R$": "BRL", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₺": "TRY", "zł": "PLN", "Kč": "CZK",
    "₽": "RUB", "₩": "KRW", "₪": "ILS", "₴": "UAH", "$": "USD",
}  # fmt: skip
"""In the order in which they are looked for: R$ before $."""
CODE = re.compile(rf"(?<![A-Z])({'|'.join(CURRENCIES)})(?![A-Z])")


def shop_name_of(typed: str) -> str:
    """A valid shop's name made from what was typed; "" where nothing of it can stand in one."""
    letters = unicodedata.normalize("NFKD", typed.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_]+", "-", letters.lower()).strip("-_")[:LONGEST_NAME].rstrip("-_")


def name_sentence(typed: str) -> str | None:
    """Why what was typed is no shop's name, and what is taken in its place; None where it is one, or
    nothing."""
    if not typed or SHOP_NAME.fullmatch(typed):
        return None
    instead = shop_name_of(typed)
    taken = f"The shop is called **{instead}**" if instead else "The shop is called as the file is"
    return (
        f"“{typed}” cannot be a shop's name: small letters, digits, - and _, such as tea-shop. {taken}, "
        "unless you write another name."
    )


def suggested_currency(upload: dict[str, Any]) -> tuple[str, str]:
    """The currency that amounts of the preview are written with, and the sign that says so; "" for none."""
    suggested = upload["suggested_mapping"]
    priced = {
        suggested[field.value]["column"]
        for field in (ColumnField.AMOUNT, ColumnField.UNIT_PRICE)
        if field.value in suggested
    }
    texts = [str(v) for row in upload["preview"] for name, v in row.items() if name in priced] + [*priced]
    for text in texts:
        if code := CODE.search(text.upper()):
            return code[1], code[1]
    for sign, code_of_sign in SIGNS.items():
        if any(sign in text for text in texts):
            return code_of_sign, sign
    return "", ""
