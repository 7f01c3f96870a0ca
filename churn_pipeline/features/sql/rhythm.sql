-- The customer's own rhythm: gaps in days between purchase days (orders of one day are one purchase, as in BG/NBD)
SELECT customer_id,
       cutoff,
       count(gap) AS repeat_purchase_days,
       sum(gap) / nullif(count(gap), 0) AS avg_days_between_purchases,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS median_days_between_purchases,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY gap) AS p90_days_between_purchases,
       max(gap) AS longest_gap_between_purchases,
       sqrt(greatest(sum(gap * gap) - sum(gap) * sum(gap) / count(gap), 0) / nullif(greatest(count(gap) - 1, 0), 0)) AS sd_days_between_purchases,
       any_value(recency) / avg_days_between_purchases AS recency_over_mean_gap,
       any_value(recency) / p90_days_between_purchases AS recency_over_p90_gap,
       (any_value(recency) - avg_days_between_purchases) / nullif(sd_days_between_purchases, 0) AS recency_z_score,
       count(*) FILTER (WHERE gap <= recency) / nullif(count(gap), 0) AS share_of_gaps_exceeded,
       avg_days_between_purchases / (avg_days_between_purchases + sd_days_between_purchases) AS consistency_score,
       exp(CAST(sum(log_gap) AS DOUBLE) / count(gap)) / avg_days_between_purchases AS gap_evenness
FROM history
GROUP BY customer_id, cutoff
