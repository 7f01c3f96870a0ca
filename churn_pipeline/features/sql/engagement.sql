-- When in the week, the day and the year the customer buys, and how steadily
SELECT customer_id,
       cutoff,
       count(DISTINCT date_trunc('month', occurred_at)) FILTER (WHERE opens) AS months_active,
       months_active / (date_diff('month', min(occurred_at) FILTER (WHERE opens), cutoff - to_microseconds(1)) + 1) AS share_of_months_active,
       count_if(opens AND isodow(occurred_at) >= 6) / count_if(opens) AS weekend_purchase_ratio,
       count_if(opens AND hour(occurred_at) >= 18) / count_if(opens) AS evening_purchase_ratio,
       greatest(count_if(opens AND quarter(occurred_at) = 1), count_if(opens AND quarter(occurred_at) = 2),
                count_if(opens AND quarter(occurred_at) = 3), count_if(opens AND quarter(occurred_at) = 4)) / count_if(opens) AS seasonality_preference,
       CASE WHEN max(age) FILTER (WHERE opens) >= 365
            THEN count_if(opens AND age <= 365 AND age > 365 - getvariable('horizon')) END AS orders_same_season_last_year
FROM history
GROUP BY customer_id, cutoff
