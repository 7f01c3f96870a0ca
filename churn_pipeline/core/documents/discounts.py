"""What discounts did."""

from pydantic import Field

from churn_pipeline.core.documents.document import Document


class HandedAnyway(Document):
    """Discounts handed to customers who would have bought anyway."""

    share: float = Field(description="of the money given (by_lot: of the orders), 0-1")
    low: float = Field(description="95 % interval")
    high: float
    discount: float | None = Field(description="money that the share is of, currency; null by lot")
    customers: int
    by_lot: bool = Field(description="whether a control group says it, or a model")


class LaterOrders(Document):
    """Orders that an order on offer takes the place of."""

    days: int = Field(description="after an order, in which orders are counted")
    orders_on_offer: int
    after_offer: float = Field(description="orders in the days after an order on offer, mean")
    after_full_price: float = Field(description="after one at full price, same customers")
    difference: float = Field(description="within customers; below 0: pulled forward")
    placebo_low: float = Field(description="what 95 % of placebo dates show")
    placebo_high: float
    p_value: float


class DepthBand(Document):
    """Orders on offer of about one depth."""

    depth_from: float
    depth_to: float
    orders: int
    discount: float = Field(description="currency")
    taken_shallower_before: float = Field(
        description="share of the orders whose customer had taken a smaller discount before, 0-1"
    )


class TriedDepth(Document):
    """A discount that campaigns with a control group tried."""

    discount_percent: float
    customers: int
    profit: float = Field(description="per customer contacted, against those left alone, currency")
    low: float = Field(description="95 % interval")
    high: float
    suffices: bool = Field(description="the smallest one whose profit is not clearly below the best one's")


class Discounts(Document):
    """What discounts did; all but `available`, `offer_from` and the sentences is null where nothing can be
    said."""

    available: bool = Field(description="whether the shop's files have discounts")
    offer_from: float | None = Field(description="depth from which an order counts as on offer, 0-1")
    share_on_offer: float | None = Field(description="of all orders")
    discount: float | None = Field(description="given in all, currency")
    anyway: HandedAnyway | None
    later_orders: LaterOrders | None
    only_on_offer: int | None = Field(description="customers")
    only_on_offer_share: float | None = Field(description="of the customers with enough orders to tell")
    deeper_than_needed: float | None = Field(description="currency")
    depths: list[DepthBand]
    tried: list[TriedDepth]
    sentences: list[str]
