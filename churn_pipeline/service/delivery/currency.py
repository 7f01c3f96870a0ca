"""The currency that a shop says its amounts are in."""

import unicodedata

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.wording import did_you_mean


def require_currency(currency: str) -> None:
    """BadInput unless it is a code of ISO 4217 such as EUR, a currency sign such as €, or a name that files
    write amounts with, such as zł."""
    from babel import Locale

    from churn_pipeline.ingest.values.numbers.amounts import is_currency

    codes = set(Locale("en").currencies)
    is_sign = len(currency) == 1 and unicodedata.category(currency) == "Sc"
    if currency not in codes and not is_sign and not is_currency(currency):
        raise BadInput(
            f"currency={currency!r} is no currency{did_you_mean(currency, sorted(codes))} Give its code "
            "of ISO 4217, such as EUR, USD or GBP, or its sign."
        )
