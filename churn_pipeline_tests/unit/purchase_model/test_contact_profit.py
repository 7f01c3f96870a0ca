"""One formula for what a contact brings: by its three outcomes, and the same in campaigns and in the choice
between models."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_pipeline.insights.money.campaign import (
    Campaign,
    CustomerEconomics,
    campaign_terms,
    expected_profit,
)
from churn_pipeline.purchase_model.contact_profit import contact_profit
from churn_pipeline.shop.config import RoiAssumptions
from churn_pipeline.training.evaluation.campaign_profit import contact_profits

share, amount = st.floats(0, 1), st.floats(0, 1e6)


@given(share, share, share, amount, amount, amount)
def test_the_formula_is_the_sum_of_three_outcomes(
    p: float, s: float, r: float, worth: float, discount: float, cost: float
) -> None:
    found = contact_profit(*(np.array([value]) for value in (p, worth, discount, cost)), s, r)[0]
    by_hand = p * s * (worth - discount) + (1 - p) * r * -discount - cost
    assert found == pytest.approx(by_hand, rel=1e-9, abs=1e-6)


def test_the_choice_between_models_and_campaigns_agree() -> None:
    """A customer whose outcome is known has p 0 or 1; worth in the choice is the former spend of the CLV
    months."""
    roi, churned = RoiAssumptions(), np.array([1, 0, 1], dtype=np.int8)
    rows = pd.DataFrame({"average_order_value": [20.0, 30.0, 40.0], "monthly_spend": [10.0, 15.0, 5.0]})
    worth = rows["monthly_spend"].to_numpy() * roi.clv_months
    known = CustomerEconomics(
        churned.astype(float), worth, worth, np.zeros(3), rows["average_order_value"].to_numpy()
    )
    campaign = Campaign(
        success_rate=roi.success_rate,
        discount_percent=roi.discount_percent,
        redemption_rate=roi.redemption_rate,
    )
    expected = expected_profit(campaign_terms(known, campaign), campaign)
    np.testing.assert_allclose(contact_profits(rows, churned, roi), expected)
    assert expected[0] == pytest.approx(0.35 * (120 - 4) - 0.5) and expected[1] == pytest.approx(
        -0.5 * 6 - 0.5
    )
