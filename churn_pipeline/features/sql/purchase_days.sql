-- purchase_days: one row per customer and day with sales, and one per customer and day with returns. Everything is counted and added up from
-- these rows, so that each column can be cut off by `day`. `orders` are those that began on the day; visit numbers the days with such an
-- order, gap is the days since the one before, next_day the one after; opens_month marks the first of a calendar month;
-- 1900-01-01 was a Monday (which number a weekday has differs between engines)
WITH later_parts AS (
    SELECT customer_id, order_key, min(day) AS first_day
    FROM known_orders
    GROUP BY customer_id, order_key
    HAVING count(*) > 1
),
parts AS (
    SELECT known_orders.*, first_day IS NULL OR day = first_day AS opens, ln(value) AS log_value
    FROM known_orders
    LEFT JOIN later_parts ON later_parts.customer_id = known_orders.customer_id AND later_parts.order_key = known_orders.order_key
),
days AS (
    SELECT customer_id,
           day,
           min(occurred_at) FILTER (WHERE opens) AS opened_at,
           CAST(count_if(opens) AS INTEGER) AS orders,
           CAST(count_if(opens AND hour(occurred_at) >= 18) AS INTEGER) AS evening_orders,
           CAST(count_if(opens AND discount > 0) AS INTEGER) AS discounted_orders,
           CAST(sum(value) AS DECIMAL(18, 4)) AS value,
           max(value) AS largest_value,
           CAST(count(*) AS INTEGER) AS value_count,
           CAST(sum(CAST(log_value AS DECIMAL(18, 9))) AS DECIMAL(18, 9)) AS log_values,
           CAST(sum(CAST(log_value * log_value AS DECIMAL(18, 9))) AS DECIMAL(18, 9)) AS squared_log_values,
           CAST(sum(items) AS DECIMAL(18, 4)) AS items,
           CAST(sum(discount) AS DECIMAL(18, 4)) AS discount,
           CAST(sum(product_lines) AS INTEGER) AS product_lines,
           CAST(sum(category_lines) AS INTEGER) AS category_lines
    FROM parts
    GROUP BY customer_id, day
),
visits AS (
    SELECT customer_id,
           day,
           CAST(row_number() OVER sequence AS INTEGER) AS visit,
           first_value(day) OVER sequence AS first_day,
           CAST(date_diff('day', lag(day) OVER sequence, day) AS INTEGER) AS gap,
           lead(day) OVER sequence AS next_day,
           date_trunc('month', lag(day) OVER sequence) IS DISTINCT FROM date_trunc('month', day) AS opens_month
    FROM days
    WHERE orders > 0
    WINDOW sequence AS (PARTITION BY customer_id ORDER BY day)
)
SELECT days.*, visit, first_day, gap, CAST(ln(gap) AS DECIMAL(18, 9)) AS log_gap, next_day, coalesce(opens_month, false) AS opens_month,
       date_diff('day', DATE '1900-01-01', days.day) % 7 >= 5 AS weekend, quarter(days.day) AS quarter,
       new_products, repeated_products, new_categories, favorite, entropy_steps, NULL AS returned, NULL AS return_lines
FROM days
LEFT JOIN visits ON visits.customer_id = days.customer_id AND visits.day = days.day
LEFT JOIN product_days ON product_days.customer_id = days.customer_id AND product_days.day = days.day
LEFT JOIN category_days ON category_days.customer_id = days.customer_id AND category_days.day = days.day
UNION ALL
SELECT customer_id, day, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false,
       false, NULL, NULL, NULL, NULL, NULL, NULL,
       CAST(sum(CAST(-least(amount, 0) AS DECIMAL(18, 4))) AS DECIMAL(18, 4)) AS returned,
       CAST(count(*) AS INTEGER) AS return_lines
FROM return_rows
GROUP BY customer_id, day
