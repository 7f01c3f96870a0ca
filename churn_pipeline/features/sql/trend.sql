-- Pace, and how it changes: (recent - earlier) / (recent + earlier), from -1 (stopped) to 1 (only recent)
SELECT customer_id,
       cutoff,
       count_if(opens) * 30.4375 / greatest(max(age) FILTER (WHERE opens), 30.4375) AS purchase_velocity,
       (count_if(opens AND age <= 90) - count_if(opens AND age > 90 AND age <= 180))
           / nullif(count_if(opens AND age <= 180), 0) AS trend_last_3_months,
       (count_if(opens AND age <= 180) - count_if(opens AND age > 180 AND age <= 360))
           / nullif(count_if(opens AND age <= 360), 0) AS trend_last_6_months,
       CAST(coalesce(sum(value) FILTER (WHERE age <= 90), 0) - coalesce(sum(value) FILTER (WHERE age > 90 AND age <= 180), 0) AS DOUBLE)
           / nullif(CAST(sum(value) FILTER (WHERE age <= 180) AS DOUBLE), 0) AS spend_trend_last_3_months
FROM history
GROUP BY customer_id, cutoff
