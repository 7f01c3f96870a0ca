-- What the customer's orders are worth: level, spread, first, last and recent (the largest one of the day, where it has several)
SELECT customer_id,
       cutoff,
       CAST(max(largest_value) AS DOUBLE) AS largest_order_value,
       CAST(max(largest_value) FILTER (WHERE visit = 1) AS DOUBLE) AS first_order_value,
       CAST(max(largest_value) FILTER (WHERE visit >= 1 AND coalesce(next_day >= cutoff, true)) AS DOUBLE) AS last_order_value,
       last_order_value / average_order_value AS last_order_value_ratio,
       sqrt(greatest(CAST(sum(squared_log_values) AS DOUBLE) - pow(CAST(sum(log_values) AS DOUBLE), 2) / sum(value_count), 0)
            / nullif(sum(value_count) - 1, 0)) AS order_value_spread,
       spend_last_90_days / nullif(orders_last_90_days, 0) / average_order_value AS order_value_trend_last_3_months,
       total_lifetime_spend * 30.4375 / greatest(days_since_first_purchase, 30.4375) AS monthly_spend
FROM history
GROUP BY customer_id, cutoff
