-- sale_rows: the sales of the customers at hand. Customers and categories are numbers, by their place in the alphabet; orders and products,
-- which are only compared within one customer, are 64-bit hashes: grouping numbers takes half the time and memory of texts
SELECT customers.code AS customer_id,
       ts,
       CAST(ts AS DATE) AS day,
       CAST(amount AS DECIMAL(18, 4)) AS amount,
       CAST(quantity AS DECIMAL(18, 4)) AS quantity,
       CAST(greatest(discount, 0) AS DECIMAL(18, 4)) AS discount,
       hash(order_id, CASE WHEN order_id IS NULL THEN ts END) AS order_key,
       CASE WHEN product IS NOT NULL THEN hash(product) END AS product,
       categories.code AS category
FROM sales
JOIN customers ON customers.customer_id = sales.customer_id
LEFT JOIN categories ON categories.category = sales.category
