-- Which categories: how many, how evenly, how dominant the favourite, and whether baskets narrow
SELECT customer_id,
       cutoff,
       sum(new_categories) AS number_of_product_categories,
       exp(ln(sum(category_lines)) - CAST(sum(entropy_steps) AS DOUBLE) / sum(category_lines)) AS effective_categories,
       max(favorite_count) / sum(category_lines) AS favorite_category_share,
       sum(categories) / count_if(opens) AS categories_per_order,
       sum(categories) FILTER (WHERE age <= 90) / nullif(count_if(opens AND age <= 90), 0) / nullif(categories_per_order, 0) AS categories_per_order_trend,
       coalesce(sum(new_categories) FILTER (WHERE age <= 90), 0) AS new_categories_last_90_days
FROM history
GROUP BY customer_id, cutoff
