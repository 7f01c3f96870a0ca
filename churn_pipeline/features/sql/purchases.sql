-- purchases: one row per order and day (an order that goes on after midnight may straddle a cutoff, and is known only by its rows before it)
-- and one row per customer and day with returns. Everything later counts and adds up these rows, so each column can be cut off by
-- `occurred_at`. `opens` marks the first row of an order; gap is the days since the customer's purchase day before, on its first order.
WITH sales AS (
    SELECT customer_id,
           order_key,
           day,
           min(ts) AS occurred_at,
           sum(CAST(amount AS DECIMAL(18, 4))) AS value,
           sum(CAST(quantity AS DECIMAL(18, 4))) AS items,
           sum(CAST(greatest(discount, 0) AS DECIMAL(18, 4))) AS discount,
           count(*) AS lines,
           count(product) AS product_lines,
           count_if(new_product) AS new_products,
           count_if(product_repeated) AS repeated_products,
           count(category) AS category_lines,
           count_if(category_in_order) AS categories,
           count_if(new_category) AS new_categories,
           max(category_count) AS favorite_count,
           sum(entropy_step) AS entropy_steps
    FROM category_rows
    GROUP BY ALL
),
numbered AS (
    SELECT *, first_day IS NULL OR day = first_day AS opens
    FROM sales
    LEFT JOIN (
        SELECT customer_id, order_key, min(day) AS first_day FROM sales GROUP BY ALL HAVING count(*) > 1
    ) AS orders_of_several_days USING (customer_id, order_key)
)
SELECT customer_id, occurred_at, opens, value, items, discount, lines, product_lines, new_products, repeated_products,
       category_lines, categories, new_categories, favorite_count, entropy_steps,
       CASE WHEN opens THEN nullif(date_diff('day', lag(day) OVER sequence, day), 0) END AS gap,
       CASE WHEN opens THEN rank() OVER sequence END AS order_number,
       NULL AS returned,
       NULL AS return_lines
FROM numbered
WINDOW sequence AS (PARTITION BY customer_id, opens ORDER BY occurred_at)
UNION ALL
SELECT customer_id, date_trunc('day', ts) AS occurred_at, false AS opens, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       sum(CAST(-least(amount, 0) AS DECIMAL(18, 4))) AS returned,
       count(*) AS return_lines
FROM return_rows
GROUP BY customer_id, date_trunc('day', ts)
