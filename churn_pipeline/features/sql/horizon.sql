-- The last horizon against the one before: the label asks about the next one
SELECT customer_id,
       cutoff,
       coalesce(sum(orders) FILTER (WHERE age <= $horizon), 0) AS orders_last_horizon,
       coalesce(sum(orders) FILTER (WHERE age > $horizon AND age <= 2 * $horizon), 0) AS orders_previous_horizon,
       (orders_last_horizon - orders_previous_horizon) / nullif(orders_last_horizon + orders_previous_horizon, 0) AS order_trend_horizon,
       count(gap) FILTER (WHERE gap > $horizon) AS absences_over_horizon,
       absences_over_horizon / nullif(count(gap), 0) AS share_of_absences_over_horizon
FROM history
GROUP BY customer_id, cutoff
