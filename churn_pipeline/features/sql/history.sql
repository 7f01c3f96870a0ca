-- history: what was known of each eligible customer at each cutoff: the days strictly before it, with their age in whole days
SELECT population.customer_id,
       population.cutoff,
       date_diff('microsecond', last_order_at, population.cutoff) / 86400e6 AS recency,
       CAST(date_diff('day', day, population.cutoff) AS INTEGER) AS age,
       purchase_days.* EXCLUDE (customer_id)
FROM population
JOIN purchase_days ON purchase_days.customer_id = population.customer_id AND purchase_days.day < population.cutoff
