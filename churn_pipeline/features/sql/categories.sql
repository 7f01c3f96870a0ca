-- Which categories: how many, how evenly, how dominant the favourite, and whether new ones are tried
SELECT customer_id,
       cutoff,
       coalesce(sum(new_categories), 0) AS number_of_product_categories,
       exp(ln(sum(category_lines)) - CAST(sum(entropy_steps) AS DOUBLE) / sum(category_lines)) AS effective_categories,
       max(favorite) // 4294967296 / sum(category_lines) AS favorite_category_share,
       4294967295 - max(favorite) % 4294967296 AS base_favorite_category,
       coalesce(sum(new_categories) FILTER (WHERE age <= 90), 0) AS new_categories_last_90_days
FROM history
GROUP BY customer_id, cutoff
