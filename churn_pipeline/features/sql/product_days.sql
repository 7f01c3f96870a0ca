-- product_days: how many products the customer bought for the first time on a day, and how many again, on a later day for the first time.
-- Adding both up to a cutoff counts the products, and those bought on more than one day, as they were known at it
WITH firsts AS (
    SELECT customer_id, product, min(day) AS first_day, max(day) AS last_day
    FROM known_sales
    WHERE product IS NOT NULL
    GROUP BY customer_id, product
),
seconds AS (
    SELECT known_sales.customer_id, known_sales.product, min(day) AS second_day
    FROM known_sales
    JOIN firsts ON firsts.customer_id = known_sales.customer_id AND firsts.product = known_sales.product
    WHERE first_day < last_day AND day > first_day
    GROUP BY known_sales.customer_id, known_sales.product
)
SELECT customer_id,
       day,
       CAST(count_if(is_new) AS INTEGER) AS new_products,
       CAST(count_if(NOT is_new) AS INTEGER) AS repeated_products
FROM (
    SELECT customer_id, first_day AS day, true AS is_new FROM firsts
    UNION ALL
    SELECT customer_id, second_day AS day, false AS is_new FROM seconds
) AS changes
GROUP BY customer_id, day
