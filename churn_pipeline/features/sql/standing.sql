-- Where the customer stands among the customers of the same snapshot, and the groups that lists are filtered by
SELECT customer_id,
       cutoff,
       percent_rank() OVER (PARTITION BY cutoff ORDER BY total_lifetime_spend) AS percentile_rank_by_spend,
       percent_rank() OVER (PARTITION BY cutoff ORDER BY orders_last_365_days) AS percentile_rank_by_orders,
       CASE WHEN percentile_rank_by_spend >= 0.9 THEN 4 WHEN percentile_rank_by_spend >= 0.75 THEN 3
            WHEN percentile_rank_by_spend >= 0.5 THEN 2 ELSE 1 END AS spend_tier,
       CASE WHEN days_since_first_purchase < 30 THEN 1 WHEN days_since_first_purchase < 90 THEN 2
            WHEN days_since_first_purchase < 180 THEN 3 WHEN days_since_first_purchase < 365 THEN 4 ELSE 5 END AS customer_age_group
FROM snapshot
