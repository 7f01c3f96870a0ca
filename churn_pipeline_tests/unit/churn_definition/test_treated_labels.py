"""What campaigns leave of labels: who leaves, who stands for whom, what nobody can say."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.churn_definition.treated_labels import treatments_version, untreated, untreated_rows
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline_tests.builders.treated_shops import TreatedShop, treated_shop

H = 30
MARCH, APRIL = pd.Timestamp("2024-03-01"), pd.Timestamp("2024-04-01")


def members(*rows: tuple[str, str, float], campaign: str = "a", start: pd.Timestamp = MARCH) -> pd.DataFrame:
    """customer, arm and chance of the arm of a campaign of 30 days, in one stratum."""
    return pd.DataFrame(rows, columns=["customer_id", "arm", "probability_of_assignment"]).assign(
        campaign_id=campaign,
        stratum="all",
        assigned_at=start,
        ends_at=start + pd.Timedelta(days=H),
        segment="high_risk",
    )


def at(cutoff: pd.Timestamp, *customers: str) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": customers, "cutoff": cutoff, "churned": 1})


def test_controls_stand_for_their_stratum() -> None:
    listed = members(
        *((f"t{i}", "discount", 0.6) for i in range(6)), *((f"c{i}", "control", 0.4) for i in range(4))
    )
    rows = at(MARCH, *listed["customer_id"], "bystander")
    found = untreated(rows, listed, H)
    assert found.copies.tolist() == [0] * 6 + sorted(found.copies[6:10].tolist(), key=lambda _: 0) + [1]
    assert found.copies[6:10].sum() == 10 and set(found.copies[6:10]) == {2, 3}
    assert (found.contacted, found.control, found.missing) == (6, 4, ())
    kept = found.rows(rows)
    assert len(kept) == 11 and set(kept["customer_id"]) == {"c0", "c1", "c2", "c3", "bystander"}
    assert found.effective() == pytest.approx(11**2 / (found.copies**2).sum())


def test_fewer_controls_at_a_cutoff_stand_for_as_many_as_their_chance_says() -> None:
    listed = members(
        *((f"c{i}", "control", 0.25) for i in range(8)), *((f"t{i}", "offer", 0.75) for i in range(24))
    )
    found = untreated(at(MARCH + pd.Timedelta(days=7), "c1", "c2", "t1", "t2", "t3"), listed, H)
    assert found.copies.tolist() == [4, 4, 0, 0, 0]


@pytest.mark.parametrize(
    ("cutoff", "is_touched"),
    [
        (MARCH - pd.Timedelta(days=H), False),  # its window ends as the campaign begins
        (MARCH - pd.Timedelta(days=H - 1), True),
        (MARCH + pd.Timedelta(days=H - 1), True),
        (MARCH + pd.Timedelta(days=H), False),  # it begins as the campaign ends
    ],
)
def test_labels_that_overlap_the_campaign_are_touched(cutoff: pd.Timestamp, is_touched: bool) -> None:
    rows = at(cutoff, "t", "c")
    found = untreated(rows, members(("t", "offer", 0.5), ("c", "control", 0.5)), H)
    assert found.touched is is_touched
    assert found.copies.tolist() == ([0, 2] if is_touched else [1, 1])
    assert (found.rows(rows) is rows) is not is_touched


def test_where_nobody_was_left_alone_the_region_is_named() -> None:
    listed = members(("x", "offer", 1.0), ("y", "offer", 1.0))
    found = untreated(at(MARCH, "x", "y", "z"), listed, H)
    assert found.copies.tolist() == [0, 0, 1]
    assert found.missing == ({"campaign_id": "a", "segment": "high_risk", "rows": 2},)
    assert "left nobody alone among high risk" in found.facts()["sentences"][1]


def test_who_is_in_two_campaigns_leaves_where_one_of_them_contacted() -> None:
    first = members(("both", "control", 0.5), ("twice", "control", 0.5))
    second = members(("both", "offer", 0.5), ("twice", "control", 0.5), campaign="b")
    found = untreated(at(MARCH, "both", "twice"), pd.concat([first, second]), H)
    assert found.copies.tolist() == [0, 4] and (found.contacted, found.control) == (1, 1)
    later = members(("both", "offer", 0.5), ("twice", "control", 0.5), campaign="b", start=APRIL)
    found = untreated(at(MARCH - pd.Timedelta(days=9), "both", "twice"), pd.concat([first, later]), H)
    assert found.copies.tolist() == [2, 2]


def test_without_campaigns_nothing_changes(tmp_path) -> None:
    rows, store = at(MARCH, "x", "y"), ShopStore(tmp_path)
    assert untreated_rows(rows, store, H)[0] is rows
    assert treatments_version(store) == "none"
    assert untreated(rows, members(("stranger", "offer", 0.5)), H).facts()["sentences"] == []


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> TreatedShop:
    return treated_shop(tmp_path_factory.mktemp("shops"), customers=1500)


def test_another_lot_is_another_version(shop: TreatedShop) -> None:
    before = treatments_version(shop.treated.store)
    assert before != "none" and treatments_version(shop.naive.store) == "none"
    changed = shop.members.assign(arm=np.roll(shop.members["arm"], 1))
    shop.treated.store.write("campaign_members", changed, "again")
    assert treatments_version(shop.treated.store) != before
    shop.treated.store.write("campaign_members", shop.members, "back")
    assert treatments_version(shop.treated.store) == before
