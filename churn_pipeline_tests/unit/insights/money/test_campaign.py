"""The campaign calculation: the specification's example to the unit, the honest mode against plain loops and
simulation."""

from dataclasses import replace

import numpy as np
import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.insights.money.campaign import Campaign, CustomerEconomics, profit_curve, simulate

EXAMPLE = Campaign(targets=100, success_rate=0.35, cost_per_customer=8.0, clv=165.0, assume_all_churn=True)


def customers(n: int = 500, seed: int = 1) -> CustomerEconomics:
    rng = np.random.default_rng(seed)
    clv = rng.gamma(2.0, 80.0, n)
    return CustomerEconomics(rng.beta(2, 2, n), clv, clv * 0.8, clv * 0.4, rng.gamma(4.0, 10.0, n))


@pytest.mark.parametrize(
    "shop", [customers(5000), customers(40), customers(0)], ids=["large", "small", "empty"]
)
def test_the_specifications_example_to_the_unit(shop: CustomerEconomics) -> None:
    outcome = simulate(shop, EXAMPLE)
    assert outcome.target_count == 100
    assert outcome.expected_saves == pytest.approx(35)
    assert outcome.revenue_protected == pytest.approx(5775)
    assert outcome.total_cost == pytest.approx(800)
    assert outcome.net_roi == pytest.approx(4975)
    assert round(outcome.roi_percent or 0) == 622


def test_fewer_candidates_than_asked_is_said() -> None:
    shop = customers(40)
    high = int((shop.churn_probability > 0.7).sum())
    outcome = simulate(shop, replace(EXAMPLE, clv=None))
    assert outcome.target_count == high
    assert f"{high} are above" in outcome.notes[0] and "100 customers were asked for" in outcome.notes[0]
    assert f"Only {high} customers" in simulate(shop, EXAMPLE).notes[0]


def test_the_specifications_mode_takes_high_risk_by_clv_and_everyone_redeems() -> None:
    shop = customers()
    outcome = simulate(
        shop, Campaign(targets=10, assume_all_churn=True, discount_percent=20, contact_cost=0.5)
    )
    high = np.flatnonzero(shop.churn_probability > 0.7)
    best = np.sort(high[np.argsort(-shop.clv[high])[:10]])
    assert outcome.chosen.tolist() == best.tolist()
    assert outcome.total_cost == pytest.approx(sum(0.2 * shop.order_value[i] + 0.5 for i in best))
    assert outcome.revenue_protected == pytest.approx(10 * 0.35 * shop.clv[best].mean())


def test_honest_mode_is_the_sum_over_customers() -> None:
    shop, campaign = customers(), Campaign(targets=50, fixed_cost=30)
    outcome = simulate(shop, campaign)
    saves = protected = cost = 0.0
    for i in outcome.chosen:
        p, d = shop.churn_probability[i], 0.2 * shop.order_value[i]
        saves += p * 0.35
        protected += p * 0.35 * shop.save_value[i]
        cost += 0.5 + d * (p * 0.35 + (1 - p) * 0.5)
    assert outcome.expected_saves == pytest.approx(saves)
    assert outcome.revenue_protected == pytest.approx(protected)
    assert outcome.total_cost == pytest.approx(cost + 30)
    assert outcome.discounts_to_loyal == pytest.approx(
        sum((1 - shop.churn_probability[i]) * 0.5 * 0.2 * shop.order_value[i] for i in outcome.chosen)
    )
    assert outcome.total_cost == pytest.approx(outcome.contact_cost + outcome.discount_cost + 30)


def test_the_open_list_has_the_greatest_expected_profit() -> None:
    shop, campaign = customers(), Campaign(fixed_cost=100, contact_cost=20)
    best = simulate(shop, campaign)
    curve = profit_curve(shop, campaign)
    assert best.net_roi == pytest.approx(curve.max())
    assert best.target_count == curve.argmax() + 1
    assert all(
        simulate(shop, replace(campaign, targets=n)).net_roi <= best.net_roi + 1e-9 for n in range(1, 501, 20)
    )
    nothing = simulate(shop, replace(campaign, contact_cost=1e6))
    assert (nothing.target_count, nothing.total_cost, nothing.probability_of_loss) == (0, 0.0, None)
    assert nothing.notes


def test_interval_and_loss_agree_with_simulated_campaigns() -> None:
    shop, campaign = customers(), Campaign(targets=120, contact_cost=9, success_evidence=8)
    outcome = simulate(shop, campaign)
    rng, i = np.random.default_rng(3), outcome.chosen
    p, d = shop.churn_probability[i], 0.2 * shop.order_value[i]
    profits = []
    for _ in range(4000):
        s = rng.beta(0.35 * 8, 0.65 * 8)
        churns = rng.random(len(i)) < p
        saved = churns & (rng.random(len(i)) < s)
        redeems = ~churns & (rng.random(len(i)) < 0.5)
        worth = rng.normal(shop.save_value[i], shop.save_value_sd[i])
        profits.append(float((saved * (worth - d) - redeems * d - 9).sum()))
    low, high = np.quantile(profits, [0.1, 0.9])
    spread = high - low
    assert outcome.net_roi_low == pytest.approx(low, abs=0.05 * spread)
    assert outcome.net_roi_high == pytest.approx(high, abs=0.05 * spread)
    assert outcome.probability_of_loss == pytest.approx(float(np.mean(np.array(profits) < 0)), abs=0.03)


def test_ties_go_to_the_earlier_customer() -> None:
    same = CustomerEconomics(*(np.full(10, v) for v in (0.5, 100.0, 80.0, 0.0, 20.0)))
    assert simulate(same, Campaign(targets=3)).chosen.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "change",
    [{"success_rate": 1.2}, {"targets": -1}, {"discount_percent": float("nan")}, {"cost_per_customer": -8.0}],
)
def test_assumptions_outside_their_range_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(BadInput, match=next(iter(change))):
        simulate(customers(), replace(Campaign(), **change))
