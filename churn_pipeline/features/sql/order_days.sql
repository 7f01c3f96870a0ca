-- order_days: one row per order and day, since an order that goes on after midnight may straddle a cutoff and is known only by its rows
-- before it. All of the ledger's days, since the label asks about orders after the cutoff; everything else reads those before it
SELECT customer_id,
       order_key,
       day,
       min(ts) AS occurred_at,
       CAST(sum(amount) AS DECIMAL(18, 4)) AS value,
       CAST(sum(quantity) AS DECIMAL(18, 4)) AS items,
       CAST(sum(discount) AS DECIMAL(18, 4)) AS discount,
       CAST(count(product) AS INTEGER) AS product_lines,
       CAST(count(category) AS INTEGER) AS category_lines
FROM sale_rows
GROUP BY customer_id, order_key, day
