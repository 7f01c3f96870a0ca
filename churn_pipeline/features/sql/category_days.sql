-- category_days: how a customer's categories change, told on the first day of each between two cutoffs. `total` is the running number of
-- rows in a category: the largest before a cutoff belongs to the favourite, the first of the alphabet where several are equal, so that the
-- largest `favorite` (total x 2^32 + 2^32 - 1 - category) says both. entropy_steps add up to the sum of n ln n over the categories
WITH bought AS (
    SELECT customer_id, category, known_at, min(known_sales.day) AS day, count(*) AS lines
    FROM known_sales
    JOIN known_days ON known_days.day = known_sales.day
    WHERE category IS NOT NULL
    GROUP BY customer_id, category, known_at
),
running AS (
    SELECT *,
           row_number() OVER so_far = 1 AS is_new,
           CAST(sum(lines) OVER so_far AS BIGINT) AS total
    FROM bought
    WINDOW so_far AS (PARTITION BY customer_id, category ORDER BY known_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT customer_id,
       day,
       CAST(count_if(is_new) AS INTEGER) AS new_categories,
       max(total * 4294967296 + 4294967295 - category) AS favorite,
       CAST(sum(CAST(total * ln(total) AS DECIMAL(18, 6))
                - CASE WHEN total > lines THEN CAST((total - lines) * ln(total - lines) AS DECIMAL(18, 6)) ELSE 0 END)
            AS DECIMAL(18, 6)) AS entropy_steps
FROM running
GROUP BY customer_id, day
