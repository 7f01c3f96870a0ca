-- purchases: one row per order and day (an order that goes on after midnight may straddle a cutoff, and is known only by its rows before it)
-- and one row per customer and day with returns. Everything later counts and adds up these rows, so each column can be cut off by `occurred_at`.
WITH sales AS (
    SELECT customer_id,
           order_key,
           date_trunc('day', ts) AS day,
           min(ts) AS occurred_at,
           sum(CAST(amount AS DECIMAL(18, 4))) AS value,
           sum(CAST(quantity AS DECIMAL(18, 4))) AS items,
           sum(CAST(greatest(discount, 0) AS DECIMAL(18, 4))) AS discount,
           count(*) AS lines
    FROM sale_rows
    GROUP BY ALL
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY customer_id, order_key ORDER BY occurred_at) = 1 AS opens
    FROM sales
)
SELECT customer_id, occurred_at, opens, value, items, discount, lines, CAST(0 AS DECIMAL(18, 4)) AS returned,
       CASE WHEN opens THEN nullif(date_diff('day', lag(day) OVER (PARTITION BY customer_id, opens ORDER BY occurred_at), day), 0) END AS gap
FROM numbered
UNION ALL BY NAME
SELECT customer_id, date_trunc('day', ts) AS occurred_at, false AS opens, CAST(0 AS DECIMAL(18, 4)) AS value,
       sum(CAST(-least(amount, 0) AS DECIMAL(18, 4))) AS returned
FROM return_rows
GROUP BY ALL
