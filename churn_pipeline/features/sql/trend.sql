-- Pace, and how it changes: (recent - earlier) / (recent + earlier), from -1 (stopped) to 1 (only recent)
SELECT customer_id,
       cutoff,
       total_purchase_count * 30.4375 / greatest(days_since_first_purchase, 30.4375) AS purchase_velocity,
       (2 * orders_last_90_days - orders_last_180_days) / nullif(orders_last_180_days, 0) AS trend_last_3_months,
       (2 * orders_last_180_days - sum(orders) FILTER (WHERE age <= 360)) / nullif(sum(orders) FILTER (WHERE age <= 360), 0) AS trend_last_6_months,
       (2 * spend_last_90_days - spend_last_180_days) / nullif(spend_last_180_days, 0) AS spend_trend_last_3_months
FROM history
GROUP BY customer_id, cutoff
