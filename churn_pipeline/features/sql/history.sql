-- history: what was known of each eligible customer at each cutoff: the days strictly before it, with their age in whole days
SELECT eligible.customer_id,
       eligible.cutoff,
       date_diff('microsecond', last_order_at, eligible.cutoff) / 86400e6 AS recency,
       CAST(date_diff('day', day, eligible.cutoff) AS INTEGER) AS age,
       purchase_days.* EXCLUDE (customer_id)
FROM eligible
JOIN purchase_days ON purchase_days.customer_id = eligible.customer_id AND purchase_days.day < eligible.cutoff
