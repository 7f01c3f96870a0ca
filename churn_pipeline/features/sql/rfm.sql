-- Recency, frequency, monetary value
SELECT customer_id,
       cutoff,
       any_value(recency) AS days_since_last_purchase,
       sum(orders) AS total_purchase_count,
       CAST(sum(value) AS DOUBLE) / sum(orders) AS average_order_value,
       CAST(sum(value) - coalesce(sum(returned), 0) AS DOUBLE) AS total_lifetime_spend,
       date_diff('microsecond', min(opened_at), cutoff) / 86400e6 AS days_since_first_purchase
FROM history
GROUP BY customer_id, cutoff
