-- How many items an order has
SELECT customer_id,
       cutoff,
       CAST(sum(items) AS DOUBLE) / total_purchase_count AS average_items_per_transaction,
       CAST(sum(items) FILTER (WHERE age <= 90) AS DOUBLE) / nullif(orders_last_90_days, 0) / nullif(average_items_per_transaction, 0) AS items_per_order_trend
FROM history
GROUP BY customer_id, cutoff
