"""A currency has to be one."""

import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.service.delivery.currency import require_currency


@pytest.mark.parametrize("currency", ["EUR", "JMD", "RMB", "€", "₺", "zł", "R$"])
def test_codes_signs_and_names(currency):
    require_currency(currency)


@pytest.mark.parametrize("currency", ["EURO??", "eur", "?", "X", "Taler", "1"])
def test_what_is_none(currency):
    with pytest.raises(BadInput, match=r"is no currency.*such as EUR"):
        require_currency(currency)


def test_the_nearest_is_named():
    with pytest.raises(BadInput, match="did you mean EUR"):
        require_currency("EURO??")
