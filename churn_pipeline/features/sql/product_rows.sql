-- product_rows: each sale row, with what it changes in the set of products that the customer has bought.
-- Both flags depend on earlier rows only, so adding them up to a cutoff (a midnight) counts the products as they were known at it.
SELECT *,
       row_number() OVER bought = 1 AS new_product,
       day > first_value(day) OVER bought AND lag(day) OVER bought = first_value(day) OVER bought AS product_repeated
FROM sale_rows
WINDOW bought AS (PARTITION BY customer_id, product ORDER BY day)
