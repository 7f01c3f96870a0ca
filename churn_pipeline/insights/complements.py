"""Complementary products: what customers who bought the same things also bought."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from churn_pipeline.orders import SALE
from churn_pipeline.storage import duckdb_over

MOST_PRODUCTS = 300
MOST_SUGGESTIONS = 3
FEWEST_BUYERS = 3
CHUNK = 10_000  # customers at a time, to keep memory small


def bought_products(folder: Path, as_of: datetime, threads: int = 0) -> pd.DataFrame:
    """customer_id, product: what each customer bought before `as_of`, of the 300 products with the most buyers.

    Categories where the files name no product, no rows where they name neither.
    """
    with duckdb_over(folder, ["transactions"], threads) as connection:
        for column in ("product", "category"):
            statement = f"""
                WITH bought AS (
                    SELECT DISTINCT customer_id, {column} AS product FROM transactions WHERE ts < $as_of AND {SALE} AND {column} IS NOT NULL
                ),
                popular AS (
                    SELECT product FROM bought GROUP BY product HAVING count(*) >= {FEWEST_BUYERS} ORDER BY count(*) DESC, product
                    LIMIT {MOST_PRODUCTS}
                )
                SELECT customer_id, product FROM bought SEMI JOIN popular USING (product) ORDER BY customer_id, product
            """  # noqa: S608 - column names of ours
            bought = connection.execute(statement, {"as_of": as_of}).df()
            if len(bought):
                return bought
    return bought


def complementary_products(bought: pd.DataFrame, customers: list[str]) -> dict[str, list[str]]:
    """Customer -> up to three products that they have not bought, best first.

    A product is rated by the sum, over what the customer bought, of the share of its buyers who also bought that product; someone who
    bought none of the popular products gets the most bought ones. Ties go to the first in the alphabet.
    """
    if bought.empty or not customers:
        return {customer: [] for customer in customers}
    products, column = np.unique(bought["product"].to_numpy(str), return_inverse=True)
    ids, row = np.unique(bought["customer_id"].to_numpy(str), return_inverse=True)
    owns = csr_matrix((np.ones(len(row)), (row, column)), shape=(len(ids), len(products)))
    together = (owns.T @ owns).toarray()
    buyers = together.diagonal().copy()
    result: dict[str, list[str]] = {}
    for start in range(0, len(customers), CHUNK):
        some = customers[start : start + CHUNK]
        best = _best_products(owns, together / buyers[:, None], buyers, ids, some)
        result |= {customer: products[chosen].tolist() for customer, chosen in zip(some, best, strict=True)}
    return result


def _best_products(
    owns: csr_matrix, also_bought: np.ndarray, buyers: np.ndarray, ids: np.ndarray, customers: list[str]
) -> list[np.ndarray]:
    """Positions of the suggested products of each customer."""
    wanted = np.asarray(customers, dtype=str)
    position = np.searchsorted(ids, wanted).clip(max=len(ids) - 1)
    basket = owns[position].toarray() * (ids[position] == wanted)[:, None]
    rating = np.where(basket.any(axis=1, keepdims=True), basket @ also_bought, buyers / len(ids))
    rating[basket > 0] = 0.0
    best = np.argsort(-rating, axis=1, kind="stable")[:, :MOST_SUGGESTIONS]
    return [chosen[rating[row, chosen] > 0] for row, chosen in enumerate(best)]
