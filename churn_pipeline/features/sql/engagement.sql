-- When in the week, the day and the year the customer buys, and how steadily
SELECT customer_id,
       cutoff,
       count_if(opens_month) AS months_active,
       months_active / (12 * (year(CAST(cutoff AS DATE) - 1) - year(min(opened_at)))
                        + month(CAST(cutoff AS DATE) - 1) - month(min(opened_at)) + 1) AS share_of_months_active,
       coalesce(sum(orders) FILTER (WHERE weekend), 0) / total_purchase_count AS weekend_purchase_ratio,
       sum(evening_orders) / total_purchase_count AS evening_purchase_ratio,
       greatest(sum(orders) FILTER (WHERE quarter = 1), sum(orders) FILTER (WHERE quarter = 2),
                sum(orders) FILTER (WHERE quarter = 3), sum(orders) FILTER (WHERE quarter = 4)) / total_purchase_count AS seasonality_preference,
       CASE WHEN days_since_first_purchase >= 365
            THEN coalesce(sum(orders) FILTER (WHERE age <= 365 AND age > 365 - $horizon), 0) END AS orders_same_season_last_year
FROM history
GROUP BY customer_id, cutoff
