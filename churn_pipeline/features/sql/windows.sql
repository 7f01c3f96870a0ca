-- Orders and spend of the last days before the cutoff
SELECT customer_id,
       cutoff,
       count_if(opens AND age <= 7) AS orders_last_7_days,
       count_if(opens AND age <= 14) AS orders_last_14_days,
       count_if(opens AND age <= 30) AS orders_last_30_days,
       count_if(opens AND age <= 60) AS orders_last_60_days,
       count_if(opens AND age <= 90) AS orders_last_90_days,
       count_if(opens AND age <= 180) AS orders_last_180_days,
       count_if(opens AND age <= 365) AS orders_last_365_days,
       coalesce(CAST(sum(value) FILTER (WHERE age <= 30) AS DOUBLE), 0) AS spend_last_30_days,
       coalesce(CAST(sum(value) FILTER (WHERE age <= 90) AS DOUBLE), 0) AS spend_last_90_days,
       coalesce(CAST(sum(value) FILTER (WHERE age <= 180) AS DOUBLE), 0) AS spend_last_180_days,
       coalesce(CAST(sum(value) FILTER (WHERE age <= 365) AS DOUBLE), 0) AS spend_last_365_days,
       CAST(sum(CAST(exp(-age / 30) AS DECIMAL(18, 9))) FILTER (WHERE opens) AS DOUBLE) AS orders_decayed_30_days,
       CAST(sum(CAST(exp(-age / 90) AS DECIMAL(18, 9))) FILTER (WHERE opens) AS DOUBLE) AS orders_decayed_90_days,
       CAST(sum(CAST(exp(-age / 365) AS DECIMAL(18, 9))) FILTER (WHERE opens) AS DOUBLE) AS orders_decayed_365_days
FROM history
GROUP BY customer_id, cutoff
