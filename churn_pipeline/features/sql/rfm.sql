-- Recency, frequency, monetary value
SELECT customer_id,
       cutoff,
       any_value(recency) AS days_since_last_purchase,
       count_if(opens) AS total_purchase_count,
       CAST(sum(value) AS DOUBLE) / count_if(opens) AS average_order_value,
       CAST(sum(value) - coalesce(sum(returned), 0) AS DOUBLE) AS total_lifetime_spend,
       max(age) FILTER (WHERE opens) AS days_since_first_purchase
FROM history
GROUP BY customer_id, cutoff
