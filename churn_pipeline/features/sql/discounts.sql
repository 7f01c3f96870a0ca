-- How much the customer buys at a discount
SELECT customer_id,
       cutoff,
       sum(discounted_orders) / total_purchase_count AS discount_usage_rate,
       CAST(sum(discount) AS DOUBLE) / CAST(sum(value) + sum(discount) AS DOUBLE) AS discount_share,
       sum(discounted_orders) FILTER (WHERE age <= 90) / nullif(orders_last_90_days, 0) AS discount_usage_last_90_days,
       discount_usage_last_90_days - discount_usage_rate AS discount_usage_trend
FROM history
GROUP BY customer_id, cutoff
