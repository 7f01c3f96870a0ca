-- Which products: how many, how often again, how much is new lately
SELECT customer_id,
       cutoff,
       coalesce(sum(new_products), 0) AS number_of_products,
       sum(repeated_products) / nullif(sum(new_products), 0) AS percent_repeat_products,
       sum(new_products) / nullif(sum(product_lines), 0) AS share_of_new_products,
       coalesce(sum(new_products) FILTER (WHERE age <= 90), 0) / nullif(sum(product_lines) FILTER (WHERE age <= 90), 0) AS share_of_new_products_last_90_days,
       sum(product_lines) / total_purchase_count AS products_per_order,
       sum(product_lines) FILTER (WHERE age <= 90) / nullif(orders_last_90_days, 0) / nullif(products_per_order, 0) AS products_per_order_trend
FROM history
GROUP BY customer_id, cutoff
