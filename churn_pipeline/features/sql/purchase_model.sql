-- What BG/NBD and Gamma-Gamma know of a customer (x, t_x, T and the mean value of a purchase day); the features are computed from these
SELECT customer_id,
       cutoff,
       CAST(count(gap) AS DOUBLE) AS model_x,
       CAST(coalesce(sum(gap), 0) AS DOUBLE) AS model_t_x,
       CAST(date_diff('day', min(first_day), cutoff) AS DOUBLE) AS model_t,
       CAST(sum(value) AS DOUBLE) / (count(gap) + 1) AS model_value
FROM history
GROUP BY customer_id, cutoff
