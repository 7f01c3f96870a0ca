-- How much the customer buys at a discount
SELECT customer_id,
       cutoff,
       count_if(opens AND discount > 0) / count_if(opens) AS discount_usage_rate,
       CAST(sum(discount) AS DOUBLE) / CAST(sum(value) + sum(discount) AS DOUBLE) AS discount_share,
       count_if(opens AND discount > 0 AND age <= 90) / nullif(count_if(opens AND age <= 90), 0) AS discount_usage_last_90_days,
       discount_usage_last_90_days - discount_usage_rate AS discount_usage_trend
FROM history
GROUP BY customer_id, cutoff
