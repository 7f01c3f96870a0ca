-- What the customer's orders are worth: level, spread, first, last and recent (the larger one, of orders at the same instant)
SELECT customer_id,
       cutoff,
       CAST(max(value) AS DOUBLE) AS largest_order_value,
       CAST(max(value) FILTER (WHERE order_number = 1) AS DOUBLE) AS first_order_value,
       CAST(max(value) FILTER (WHERE opens AND age = recency) AS DOUBLE) AS last_order_value,
       last_order_value / average_order_value AS last_order_value_ratio,
       sqrt(greatest(CAST(sum(CAST(ln(value) * ln(value) AS DECIMAL(18, 9))) AS DOUBLE)
                     - CAST(sum(CAST(ln(value) AS DECIMAL(18, 9))) AS DOUBLE) * CAST(sum(CAST(ln(value) AS DECIMAL(18, 9))) AS DOUBLE) / count(value), 0)
            / nullif(count(value) - 1, 0)) AS order_value_spread,
       CAST(sum(value) FILTER (WHERE age <= 90) AS DOUBLE) / nullif(count_if(opens AND age <= 90), 0)
           / average_order_value AS order_value_trend_last_3_months,
       total_lifetime_spend * 30.4375 / greatest(days_since_first_purchase, 30.4375) AS monthly_spend
FROM history
GROUP BY customer_id, cutoff
