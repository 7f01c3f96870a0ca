-- What BG/NBD and Gamma-Gamma know of a customer (x, t_x, T and the mean value of a purchase day); the features are computed from these
SELECT customer_id,
       cutoff,
       CAST(count(gap) AS DOUBLE) AS model_x,
       CAST(coalesce(sum(gap), 0) AS DOUBLE) AS model_t_x,
       date_diff('microsecond', date_trunc('day', min(occurred_at) FILTER (WHERE opens)), cutoff) / 86400e6 AS model_t,
       CAST(sum(value) AS DOUBLE) / (count(gap) + 1) AS model_value
FROM history
GROUP BY customer_id, cutoff
