"""Labels that a campaign has touched: what the outcomes would have been had nobody been contacted.

A customer who was contacted and stayed says nothing of the churn of those who are not. A label is touched
where its window [cutoff, cutoff + H) overlaps the campaign's time [assigned_at, ends_at). Rows of the
contacted leave; those of the customers who were left alone by lot stand for their whole stratum, each
1 / P(left alone) times (Horvitz & Thompson 1952). Leaving out alone would drop just the risky.

The weights are whole numbers, as repeated rows: so they are in every fit, fold, calibration, level and
measure without any of these knowing of them. Of the c controls of a stratum at a cutoff there are c / P rows
together, spread evenly, by a hash where that does not go up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.core.enums import CONTROL_ARM
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import CAMPAIGN_MEMBERS
from churn_pipeline.core.wording import counted

MEMBER_COLUMNS = (
    "campaign_id",
    "customer_id",
    "arm",
    "stratum",
    "probability_of_assignment",
    "assigned_at",
    "ends_at",
    "segment",
)
NO_CAMPAIGN = "none"
DOCUMENT = "treated_labels"


@dataclass(frozen=True)
class Untreated:
    """copies: how often each of the given rows counts, 0 for the contacted; contacted, control: rows that a
    campaign has touched; missing: of strata without a control group: campaign_id, segment, rows."""

    copies: NDArray[np.int64]
    contacted: int
    control: int
    missing: tuple[dict[str, Any], ...]

    @property
    def touched(self) -> bool:
        """Whether any row is one of a campaign's."""
        return bool(self.contacted or self.control)

    def rows(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The given rows as if nobody had been contacted; the same object where no campaign touched them."""
        if not self.touched:
            return rows
        return rows.iloc[np.repeat(np.arange(len(rows)), self.copies)].reset_index(drop=True)

    def effective(self) -> float:
        """How many rows of equal weight say as much (Kish 1965): (sum w)^2 / sum w^2."""
        squares = float((self.copies**2).sum())
        return float(self.copies.sum()) ** 2 / squares if squares else 0.0

    def facts(self) -> dict[str, Any]:
        """What to show beside what was learned or graded; see core.documents.campaigns.TreatedLabels."""
        return {
            "contacted_rows_left_out": self.contacted,
            "control_rows": self.control,
            "rows_that_controls_stand_for": int(self.copies.sum()) - int((self.copies > 0).sum()),
            "without_control": list(self.missing),
            "sentences": self._sentences(),
        }

    def _sentences(self) -> list[str]:
        if not self.touched:
            return []
        found = [
            f"{counted(self.contacted, 'rows')} of customers whom a campaign contacted are left out; "
            f"{counted(self.control, 'rows')} of those left alone by lot stand for them."
        ]
        for one in self.missing:
            region = str(one["segment"]).replace("_", " ")
            found.append(
                f"Campaign {one['campaign_id']} left nobody alone among {region}: nothing is known there of "
                f"{counted(one['rows'], 'rows')}, what those customers would have done without it."
            )
        return found


def campaign_treatments(
    store: ShopStore, columns: Sequence[str] | None = MEMBER_COLUMNS
) -> pd.DataFrame | None:
    """Columns (campaign_id among them; None: all) of campaign_members; None in a shop without campaigns.

    A campaign is one with a plan, which is written last: rows of one whose creation was cut off before are
    nobody's."""
    if not store.exists(CAMPAIGN_MEMBERS.name):
        return None
    members = store.read(CAMPAIGN_MEMBERS.name, None if columns is None else list(columns))
    kept = {key for key in members["campaign_id"].unique() if store.has_document(f"campaigns/{key}/plan")}
    return members[members["campaign_id"].isin(kept)].reset_index(drop=True)


def treatments_version(store: ShopStore) -> str:
    """The version of what the labels owe to campaigns: labels of the same ledger and the same version are the
    same."""
    return store.version(CAMPAIGN_MEMBERS.name) or NO_CAMPAIGN


def untreated(
    rows: pd.DataFrame, members: pd.DataFrame | None, horizon: int, at: str = "cutoff"
) -> Untreated:
    """What campaigns leave of labelled rows.

    rows: customer_id and the instant `at` from which the label's `horizon` days count, a customer once an
    instant; members: `campaign_treatments`. A customer in several campaigns leaves where one of them
    contacted, else counts for each of them."""
    copies = np.ones(len(rows), np.int64)
    nothing = Untreated(copies, 0, 0, ())
    if members is None or not len(members) or not len(rows):
        return nothing
    keys = pd.DataFrame({"customer_id": rows["customer_id"].to_numpy(), "at": rows[at].to_numpy()})
    touched = keys.assign(row=np.arange(len(keys))).merge(members, on="customer_id")
    overlaps = (touched["at"] < touched["ends_at"]) & (
        touched["at"] + timedelta(days=horizon) > touched["assigned_at"]
    )
    touched = touched[overlaps].reset_index(drop=True)
    if touched.empty:
        return nothing
    is_control = (touched["arm"] == CONTROL_ARM).to_numpy()
    control = touched[is_control].reset_index(drop=True)
    np.multiply.at(copies, control["row"].to_numpy(), _copies(control))
    copies[touched.loc[~is_control, "row"].unique()] = 0
    missing = _without_control(touched[~is_control], members)
    contacted = touched.loc[~is_control, "row"]
    left_alone = int(np.setdiff1d(control["row"], contacted).size)
    return Untreated(copies, int(contacted.nunique()), left_alone, tuple(missing))


def untreated_rows(
    rows: pd.DataFrame, store: ShopStore, horizon: int, at: str = "cutoff"
) -> tuple[pd.DataFrame, Untreated]:
    """`untreated` of a shop, and the rows as if nobody had been contacted."""
    found = untreated(rows, campaign_treatments(store), horizon, at)
    return found.rows(rows), found


def _copies(control: pd.DataFrame) -> NDArray[np.int64]:
    """How many rows each control row stands for: c / P of its stratum at its instant, spread evenly."""
    part = control.groupby(["campaign_id", "stratum", "at"], sort=False)["customer_id"]
    count = part.transform("size").to_numpy(np.int64)
    order = pd.Series(pd.util.hash_pandas_object(control[["customer_id", "at"]], index=False).to_numpy())
    groups = [control["campaign_id"], control["stratum"], control["at"]]
    turn = order.groupby(groups, sort=False).rank(method="first").to_numpy(np.int64) - 1
    total = np.floor(count / control["probability_of_assignment"].to_numpy(np.float64) + 0.5).astype(np.int64)
    base, more = np.divmod(total, count)
    copies: NDArray[np.int64] = base + (turn < more)
    return copies


def _without_control(contacted: pd.DataFrame, members: pd.DataFrame) -> Sequence[dict[str, Any]]:
    """campaign_id, segment and rows of the contacted whose stratum has no control."""
    with_control = members.loc[members["arm"] == CONTROL_ARM, ["campaign_id", "stratum"]].drop_duplicates()
    marked = contacted.merge(with_control, on=["campaign_id", "stratum"], how="left", indicator="found")
    counts = marked[marked["found"] == "left_only"].groupby(["campaign_id", "segment"], as_index=False).size()
    return [
        {"campaign_id": str(row["campaign_id"]), "segment": str(row["segment"]), "rows": int(row["size"])}
        for row in counts.to_dict("records")
    ]
