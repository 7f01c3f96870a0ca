-- history: what was known of each eligible customer at each cutoff: the purchases strictly before it, with their age in days
SELECT population.customer_id,
       population.cutoff,
       date_diff('microsecond', last_order_at, population.cutoff) / 86400e6 AS recency,
       date_diff('microsecond', occurred_at, population.cutoff) / 86400e6 AS age,
       purchases.* EXCLUDE (customer_id)
FROM population
JOIN purchases ON purchases.customer_id = population.customer_id AND purchases.occurred_at < population.cutoff
