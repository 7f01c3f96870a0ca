"""Personas: customers at risk for like reasons, found by clustering their SHAP values and told in words."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits

from churn_pipeline.core.tables import SHAP_VALUES, feature_columns
from churn_pipeline.core.wording import counted, money, percent, quantity
from churn_pipeline.features.catalogue import FACTORS, feature

MOST_PERSONAS = 5
FEWEST_CUSTOMERS = 30
SILHOUETTE_SAMPLE = 2000


@dataclass(frozen=True)
class Personas:
    """assigned: customer_id and persona of the customers at risk; descriptions: one document per persona,
    largest first."""

    assigned: pd.DataFrame
    descriptions: list[dict[str, Any]]


def find_personas(
    scores: pd.DataFrame, shap: pd.DataFrame, at_risk: set[str], currency: str, seed: int
) -> Personas:
    """Groups of the customers in `at_risk` by k-means on their contributions summed per factor; k = 2-5 by
    silhouette.

    Where there are fewer than 30 of them, or all have the same reasons, everyone is one persona. One thread:
    the same on every machine."""
    chosen = shap[shap["customer_id"].isin(at_risk)].sort_values("customer_id", ignore_index=True)
    if chosen.empty:
        return Personas(
            pd.DataFrame({"customer_id": pd.Series(dtype=object), "persona": pd.Series(dtype=object)}), []
        )
    factors = contributions_by_factor(chosen)
    labels = _clusters(factors.to_numpy(np.float64), seed)
    everyone = contributions_by_factor(shap).mean()
    names = _names(factors, labels, everyone)
    assigned = pd.DataFrame(
        {"customer_id": chosen["customer_id"], "persona": [names[label] for label in labels]}
    )
    return Personas(assigned, _descriptions(assigned, scores, currency))


def contributions_by_factor(shap: pd.DataFrame) -> pd.DataFrame:
    """Contributions summed over the features of each factor; a row per row of shap_values, a column per
    factor."""
    names = [n for n in feature_columns(list(shap.columns)) if n not in SHAP_VALUES.schema.names]
    return shap[names].T.groupby([feature(n).factor for n in names]).sum().T


def _clusters(values: np.ndarray, seed: int) -> np.ndarray:
    one = np.zeros(len(values), dtype=int)
    distinct = len(np.unique(values, axis=0))
    if len(values) < FEWEST_CUSTOMERS or distinct < 2:
        return one
    best, best_labels = -1.0, one
    with threadpool_limits(1):
        for k in range(2, min(MOST_PERSONAS, distinct - 1) + 1):
            labels = KMeans(k, n_init=5, random_state=seed).fit_predict(values)
            score = float(
                silhouette_score(
                    values, labels, sample_size=min(SILHOUETTE_SAMPLE, len(values)), random_state=seed
                )
            )
            if score > best:
                best, best_labels = score, labels
    return best_labels


def _names(factors: pd.DataFrame, labels: np.ndarray, everyone: pd.Series) -> dict[int, str]:
    """Cluster -> its two factors that raise churn most above everyone's mean; a number tells equal names
    apart."""
    names: dict[int, str] = {}
    for label in sorted(set(labels.tolist()), key=lambda k: (-int((labels == k).sum()), k)):
        raised = (factors[labels == label].mean() - everyone).sort_values(ascending=False, kind="stable")
        leading = [FACTORS[str(factor)].lower() for factor, amount in raised.head(2).items() if amount > 0]
        name = " and ".join(leading) or "no reason of their own"
        same = sum(known.split(" (")[0] == name for known in names.values())
        names[label] = f"{name} ({same + 1})" if same else name
    return names


def _descriptions(assigned: pd.DataFrame, scores: pd.DataFrame, currency: str) -> list[dict[str, Any]]:
    table = assigned.merge(
        scores[["customer_id", "churn_probability", "clv", "days_since_last_order"]], on="customer_id"
    )
    rows = []
    for persona, members in table.groupby("persona"):
        p, clv, days = (
            float(members[c].mean()) for c in ("churn_probability", "clv", "days_since_last_order")
        )
        sentence = (
            f"{counted(len(members), 'customers')} at risk ({percent(len(members) / len(table))}): "
            f"{persona}. "
            f"Average churn probability {percent(p)}, CLV {money(clv, currency)}, "
            f"{quantity(days, 'days')} since the last order."
        )
        row = {
            "persona": persona,
            "count": len(members),
            "avg_churn_probability": p,
            "avg_clv": clv,
            "avg_days_since_last_order": days,
        }
        rows.append(row | {"sentence": sentence})
    return sorted(rows, key=lambda row: (-int(str(row["count"])), str(row["persona"])))
