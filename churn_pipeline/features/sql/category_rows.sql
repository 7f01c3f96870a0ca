-- category_rows: each sale row, with what it changes in the customer's categories. category_count is the running number of rows in the
-- row's category: the largest before a cutoff belongs to the favourite. entropy_step adds up to the sum of n ln n over categories.
SELECT *,
       category_count = 1 AS new_category,
       CAST(category_count * ln(category_count) - CASE WHEN category_count > 1 THEN (category_count - 1) * ln(category_count - 1) ELSE 0 END
            AS DECIMAL(18, 9)) AS entropy_step
FROM (
    SELECT *,
           CASE WHEN category IS NOT NULL THEN row_number() OVER bought END AS category_count,
           category IS NOT NULL AND lag(order_key) OVER bought IS DISTINCT FROM order_key AS category_in_order
    FROM product_rows
    WINDOW bought AS (PARTITION BY customer_id, category ORDER BY day, order_key)
)
