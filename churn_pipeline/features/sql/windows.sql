-- Orders and spend of the last days before the cutoff
SELECT customer_id,
       cutoff,
       coalesce(sum(orders) FILTER (WHERE age <= 7), 0) AS orders_last_7_days,
       coalesce(sum(orders) FILTER (WHERE age <= 14), 0) AS orders_last_14_days,
       coalesce(sum(orders) FILTER (WHERE age <= 30), 0) AS orders_last_30_days,
       coalesce(sum(orders) FILTER (WHERE age <= 60), 0) AS orders_last_60_days,
       coalesce(sum(orders) FILTER (WHERE age <= 90), 0) AS orders_last_90_days,
       coalesce(sum(orders) FILTER (WHERE age <= 180), 0) AS orders_last_180_days,
       coalesce(sum(orders) FILTER (WHERE age <= 365), 0) AS orders_last_365_days,
       coalesce(CAST(sum(value) FILTER (WHERE age <= 30) AS DOUBLE), 0) AS spend_last_30_days,
       coalesce(CAST(sum(value) FILTER (WHERE age <= 90) AS DOUBLE), 0) AS spend_last_90_days,
       coalesce(CAST(sum(value) FILTER (WHERE age <= 180) AS DOUBLE), 0) AS spend_last_180_days,
       coalesce(CAST(sum(value) FILTER (WHERE age <= 365) AS DOUBLE), 0) AS spend_last_365_days,
       CAST(sum(CAST(orders * exp(-age / 30) AS DECIMAL(18, 9))) AS DOUBLE) AS orders_decayed_30_days,
       CAST(sum(CAST(orders * exp(-age / 90) AS DECIMAL(18, 9))) AS DOUBLE) AS orders_decayed_90_days,
       CAST(sum(CAST(orders * exp(-age / 365) AS DECIMAL(18, 9))) AS DOUBLE) AS orders_decayed_365_days
FROM history
GROUP BY customer_id, cutoff
