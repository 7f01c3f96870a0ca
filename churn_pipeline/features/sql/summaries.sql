-- summaries: what BG/NBD knows of all customers at each cutoff, eligible or not: repeat purchase days x, the last at t_x, observed for T days
SELECT cutoff,
       CAST(visit - 1 AS DOUBLE) AS x,
       CAST(date_diff('day', first_day, day) AS DOUBLE) AS t_x,
       CAST(date_diff('day', first_day, cutoff) AS DOUBLE) AS T,
       CAST(count(*) AS DOUBLE) AS customers
FROM purchase_days
JOIN cutoffs ON day < cutoff AND (next_day IS NULL OR next_day >= cutoff)
WHERE visit >= 1
GROUP BY cutoff, visit, first_day, day
