"""RFM segments: recency, frequency and monetary value in fifths of all customers, named as marketers do."""

import numpy as np
import pandas as pd

CHAMPIONS, LOYAL, PROMISING = "champions", "loyal customers", "recent and promising"
CANNOT_LOSE, AT_RISK, ATTENTION, SLEEPING, LOST = (
    "cannot lose them",
    "at risk",
    "need attention",
    "about to sleep",
    "lost",
)


def rfm_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """recency_score, frequency_score, monetary_score (int8, 1-5) and rfm_segment for each row of
    customer_scores, indexed like it.

    Fifths by mid-rank, so that equal customers get equal scores: a shop where half the customers ordered once
    has no frequency score 1."""
    recency = _fifths(-scores["days_since_last_order"])
    frequency = _fifths(scores["orders"])
    monetary = _fifths(scores["total_spend"])
    segment = [_segment(int(r), int(f), int(m)) for r, f, m in zip(recency, frequency, monetary, strict=True)]
    return pd.DataFrame(
        {
            "recency_score": recency,
            "frequency_score": frequency,
            "monetary_score": monetary,
            "rfm_segment": segment,
        },
        index=scores.index,
    )


def _fifths(values: pd.Series) -> np.ndarray:
    position = (values.rank(method="average").to_numpy() - 0.5) / max(len(values), 1)
    return (np.minimum(np.floor(position * 5), 4) + 1).astype(np.int8)


def _segment(recency: int, frequency: int, monetary: int) -> str:
    strong = max(frequency, monetary)
    if recency >= 4:
        return CHAMPIONS if min(frequency, monetary) >= 4 else LOYAL if frequency >= 3 else PROMISING
    if recency == 3:
        return LOYAL if frequency >= 4 else ATTENTION if strong >= 3 else SLEEPING
    if strong == 5:
        return CANNOT_LOSE
    return AT_RISK if strong >= 3 else LOST
