-- What the customer brings back
SELECT customer_id,
       cutoff,
       coalesce(sum(return_lines), 0) AS returned_lines,
       coalesce(CAST(sum(returned) AS DOUBLE), 0) / CAST(sum(value) AS DOUBLE) AS return_rate,
       coalesce(CAST(sum(returned) FILTER (WHERE age <= 90) AS DOUBLE), 0) AS returned_last_90_days
FROM history
GROUP BY customer_id, cutoff
