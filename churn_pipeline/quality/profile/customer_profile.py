"""Profile: how many orders customers make, how long they stay, who is new, how cohorts hold, how much depends
on the best."""

from typing import Any

import duckdb
import pandas as pd

from churn_pipeline.core.records import records

LONGEST_MONTHLY_COHORTS = 24
COHORTS_SHOWN = 18

_ORDERS_PER_CUSTOMER = """
    SELECT CASE WHEN orders <= 5 THEN CAST(orders AS VARCHAR) WHEN orders < 10 THEN '6-9'
        WHEN orders < 20 THEN '10-19'
                WHEN orders < 50 THEN '20-49' ELSE '50+' END AS label, count(*) AS customers
    FROM customers GROUP BY label ORDER BY min(orders)
"""

_LIFETIME = """
    SELECT CASE WHEN days = 0 THEN 'one day' WHEN days < 30 THEN 'under a month'
        WHEN days < 91 THEN '1-3 months'
                WHEN days < 182 THEN '3-6 months' WHEN days < 365 THEN '6-12 months'
                    ELSE 'over a year' END AS label, count(*) AS customers
    FROM (SELECT date_diff('day', first_order, last_order) AS days FROM customers)
    GROUP BY label ORDER BY min(days)
"""

_NEW_AND_RETURNING = """
    SELECT strftime(date_trunc('month', ordered_at), '%Y-%m') AS month,
           count(DISTINCT customer_id) FILTER (date_trunc('month', first_order) = date_trunc('month',
               ordered_at)) AS new,
           count(DISTINCT customer_id) FILTER (date_trunc('month', first_order) < date_trunc('month',
               ordered_at)) AS returning
    FROM orders JOIN customers USING (customer_id) GROUP BY month ORDER BY month
"""

_SUMMARY = """
    SELECT count(*) AS customers, count(*) FILTER (orders = 1) AS one_time, avg(orders) AS orders_mean,
        median(orders) AS orders_median,
           avg(date_diff('day', first_order, last_order)) AS lifetime_days_mean,
           median(date_diff('day', first_order, last_order)) AS lifetime_days_median,
           median(spend) AS spend_median, avg(spend) AS spend_mean
    FROM customers
"""

# ceil, so that the best tenth of five customers is one customer
_BEST_TENTH = """
    SELECT sum(spend) FILTER (place <= ceil(customers / 10.0)) / nullif(sum(spend), 0) AS best_tenth_share
    FROM (SELECT spend, row_number() OVER (ORDER BY spend DESC, customer_id) AS place,
        count(*) OVER () AS customers FROM customers)
"""

_COHORTS = """
    WITH active AS (
        SELECT DISTINCT customer_id, date_trunc($unit, first_order) AS cohort,
            date_diff($unit, first_order, ordered_at) AS age
        FROM orders JOIN customers USING (customer_id)
    )
    SELECT CAST(cohort AS DATE) AS cohort, age, count(*) AS customers FROM active GROUP BY ALL ORDER BY ALL
"""


def customer_profile(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Customers of the relations `orders` and `customers`: counts, days, shares 0-1, and one row per bucket
    of each distribution."""
    summary = records(connection, _SUMMARY)[0] | records(connection, _BEST_TENTH)[0]
    return summary | {
        "one_time_share": summary["one_time"] / summary["customers"],
        "orders_per_customer": records(connection, _ORDERS_PER_CUSTOMER),
        "lifetime": records(connection, _LIFETIME),
        "new_and_returning": records(connection, _NEW_AND_RETURNING),
    }


def cohort_retention(connection: duckdb.DuckDBPyConnection, months: int) -> dict[str, Any]:
    """Share of each cohort (customers by the month, in long histories the quarter, of their first order) who
    ordered again k periods later.

    `retained` holds one list per cohort, newest cohort last, as long as the cohort can have been observed;
    its first entry is 1."""
    unit = "month" if months <= LONGEST_MONTHLY_COHORTS else "quarter"
    frequency = "M" if unit == "month" else "Q"
    customers: dict[pd.Period, dict[int, int]] = {}
    for cohort, age, count in connection.execute(_COHORTS, {"unit": unit}).fetchall():
        customers.setdefault(pd.Period(cohort, freq=frequency), {})[age] = count
    newest = max(period.ordinal + max(counts) for period, counts in customers.items())
    cohorts = []
    for period, counts in sorted(customers.items())[-COHORTS_SHOWN:]:
        observed = min(COHORTS_SHOWN, newest - period.ordinal + 1)
        retained = [counts.get(age, 0) / counts[0] for age in range(observed)]
        cohorts.append({"cohort": str(period), "customers": counts[0], "retained": retained})
    return {"unit": unit, "cohorts": cohorts}
